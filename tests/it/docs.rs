//! The documentation speaks of what there is: one section for each rule, and no other.

use idle_reaper::engine::model::Reason;

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")))
        .unwrap_or_else(|wrong| panic!("{path}: {wrong}"))
}

#[test]
fn every_rule_has_its_section_in_the_order_in_which_it_is_asked() {
    let text = read("docs/rules.md");
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let expected: Vec<String> = Reason::ALL.iter().map(|reason| format!("`{reason}`")).collect();
    assert_eq!(sections, expected);
}

#[test]
fn the_documented_words_are_those_of_the_code() {
    use idle_reaper::engine::model::Cap;
    use idle_reaper::engine::model::Ending;

    let report = read("docs/report.md");
    let endings = [
        Ending::Stopped,
        Ending::Stopping,
        Ending::Started,
        Ending::Already,
        Ending::Overtaken,
        Ending::Failed,
        Ending::NotTried,
        Ending::Unverified,
    ];
    for word in endings.map(Ending::as_str) {
        assert!(report.contains(&format!("`{word}`")), "docs/report.md does not speak of the outcome `{word}`");
    }
    let caps = [
        Cap::StopsPerRun,
        Cap::StopsPerAccount,
        Cap::StopsPercent,
        Cap::StopsPerAccountPerDay,
        Cap::StopsPerPolicyPerDay,
        Cap::ToleratedUndo,
        Cap::StartsPerRun,
        Cap::TooManyUnreachable,
        Cap::NotReviewed,
        Cap::CannotStart,
    ];
    for word in caps.map(Cap::as_str) {
        assert!(report.contains(&format!("`{word}`")), "docs/report.md does not speak of `{word}`");
    }
}

#[test]
fn every_key_of_the_settings_that_the_example_uses_is_documented() {
    let documented = read("docs/settings.md");
    for line in read("examples/reaper.toml").lines() {
        let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with([' ', '#', '['])) else {
            continue;
        };
        assert!(documented.contains(&format!("`{key}`")), "docs/settings.md does not speak of `{key}`");
    }
}
