//! What two judgements differ in.

use idle_reaper::engine::report::difference::{Judged, Verdicts, difference};

fn judged(name: &str, verdict: &str, reason: &str) -> Verdicts {
    let judged = Judged { name: name.to_owned(), verdict: verdict.to_owned(), reason: reason.to_owned() };
    [(("111111111111".to_owned(), "us-east-1".to_owned(), "i-1".to_owned()), judged)].into()
}

#[test]
fn another_verdict_or_another_reason_is_a_difference_and_another_name_is_none() {
    let before = judged("box", "stop", "outside-hours");
    for (after, differs) in [
        (judged("box", "stop", "outside-hours"), false),
        (judged("renamed", "stop", "outside-hours"), false),
        (judged("box", "stop", "idle"), true),
        (judged("box", "report", "outside-hours"), true),
        (judged("box", "skip", "kept"), true),
        (Verdicts::new(), true),
    ] {
        assert_eq!(!difference(&before, &after).is_empty(), differs, "{after:?}");
        assert_eq!(!difference(&after, &before).is_empty(), differs, "{after:?}, the other way round");
    }
}
