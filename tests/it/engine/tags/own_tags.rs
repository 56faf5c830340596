//! The reaper's own tag `stopped`, read by a clock that is a little behind the one that wrote it.

use chrono::Duration;
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::request::overrides::UndoOverrides;
use idle_reaper::engine::tags::stop_tag::OwnTag;
use idle_reaper::engine::undo::{Finding, WhyNot, find};

use crate::fake::{EVENING, Shape, at, instance, judge, with};

/// Stopped and tagged so many seconds after [`EVENING`].
fn tagged(ahead: i64) -> Instance {
    let tag = OwnTag {
        at: at(EVENING) + Duration::seconds(ahead),
        run: "run-0".into(),
        policy: "dev".into(),
        because: idle_reaper::engine::model::Because::Hours,
        was: None,
        hub: None,
    };
    instance("i-1").state(State::Stopped).tag("idle-reaper:stopped", &tag.to_string())
}

#[test]
fn a_tag_counts_up_to_a_minute_ahead_of_the_clock_and_not_beyond() {
    let settings = with(&[]);
    for (ahead, counts) in [(-3600, true), (0, true), (60, true), (61, false), (86_400, false)] {
        let found = tagged(ahead);
        assert_eq!(judge(&settings, &found, at(EVENING)).ours, counts, "{ahead}");
        let undo = find(&settings, Some(&found), "run-0", "dev", UndoOverrides::default(), at(EVENING));
        let wanted = if counts { Finding::Start } else { Finding::Left(WhyNot::TagUnreadable) };
        assert_eq!(undo, wanted, "{ahead}");
    }
}
