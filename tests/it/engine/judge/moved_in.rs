//! Tags of other tools: which of several counts, what protects, and what `explain` shows of it.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Locale, Reason};
use idle_reaper::render::inputs;

use crate::engine::rules::case::Case;
use crate::fake::{EVENING, Shape, at, instance, judge, with};

/// The usual settings, which also read `Schedule`, `opening-hours` and two tags of Cloud Custodian.
fn moved_in() -> Settings {
    let tags = "[tags]\nalso-schedule = [\"Schedule\", \"opening-hours\"]\n\
                dialects = { maid_offhours = \"c7n mon-fri 08:00-20:00 @ Asia/Tokyo\", downtime = \"c7n\" }\n\n[busy]";
    with(&[("[busy]", tags)])
}

/// The rule that decides for an instance with these tags on a Wednesday at 21:30 in Tokyo.
fn reason(tags: &[(&str, &str)]) -> Reason {
    let tagged = tags.iter().fold(instance("i-1"), |one: Instance, (key, value)| one.tag(key, value));
    judge(&moved_in(), &tagged, at(EVENING)).verdict.reason()
}

#[test]
fn the_tag_of_another_tool_gives_an_instance_its_hours() {
    for (key, value, wanted) in [
        ("Schedule", "night", Reason::WithinHours),
        ("SCHEDULE", "mon-fri 20:00-05:00", Reason::WithinHours),
        ("opening-hours", "always", Reason::WithinHours),
        ("Schedule", "office", Reason::OutsideHours),
        ("Schedule", "24x7", Reason::ScheduleUnreadable),
        ("Schedule", "never", Reason::ScheduleUnreadable),
        ("Maid_OffHours", "off=(m-f,23);on=(m-f,7)", Reason::WithinHours),
        ("maid_offhours", "off=(m-f,19);on=(m-f,7)", Reason::OutsideHours),
        ("maid_offhours", "off=(m-f,19);on=(m-f,7);tz=pt", Reason::OutsideHours),
        ("maid_offhours", "off=(m-f,19);on=(m-f,4);tz=pt", Reason::WithinHours),
        // 21:30 in Tokyo is 07:30 in New York.
        ("downtime", "off=(m-f,19);on=(m-f,7)", Reason::WithinHours),
        ("maid_offhours", "", Reason::OutsideHours),
        ("maid_offhours", "on", Reason::OutsideHours),
        // The office is open from 9 to 18 in this zone.
        ("maid_offhours", "tz=cet", Reason::WithinHours),
        ("maid_offhours", "off", Reason::Kept),
        ("MAID_OFFHOURS", "OFF", Reason::Kept),
        ("maid_offhours", "never", Reason::ScheduleUnreadable),
        ("maid_offhours", " off ", Reason::ScheduleUnreadable),
        ("maid_offhours", "off=(m-f,19); on=(m-f,7)", Reason::ScheduleUnreadable),
        ("maid_offhours", "tz=utc+5", Reason::ScheduleUnreadable),
    ] {
        assert_eq!(reason(&[(key, value)]), wanted, "{key}={value}");
    }
}

#[test]
fn own_tags_come_first_and_two_others_that_differ_protect() {
    let own = ("idle-reaper:schedule", "night");
    assert_eq!(reason(&[own, ("Schedule", "office")]), Reason::WithinHours);
    assert_eq!(reason(&[own, ("maid_offhours", "never")]), Reason::WithinHours);
    assert_eq!(reason(&[("idle-reaper:schedule", "office"), ("Schedule", "night")]), Reason::OutsideHours);
    // What another tool leaves alone stays protected, whatever the hours are.
    assert_eq!(reason(&[("idle-reaper:schedule", "office"), ("maid_offhours", "off")]), Reason::Kept);
    for (one, other) in [
        (("Schedule", "office"), ("opening-hours", "night")),
        (("Schedule", "office"), ("schedule", "night")),
        (("Schedule", "office"), ("maid_offhours", "off=(m-f,23);on=(m-f,7)")),
        (("maid_offhours", "on"), ("downtime", "off=(m-f,19)")),
        (("Schedule", "office"), ("maid_offhours", "never")),
        (("Schedule", "whenever"), ("maid_offhours", "on")),
    ] {
        assert_eq!(reason(&[one, other]), Reason::ScheduleUnreadable, "{one:?} {other:?}");
    }
    // The same hours twice are no contradiction.
    let tokyo = "mon-fri 07:00-19:00 @ Asia/Tokyo";
    assert_eq!(reason(&[("Schedule", tokyo), ("maid_offhours", "off=(m-f,19);on=(m-f,7)")]), Reason::OutsideHours);
}

#[test]
fn an_explanation_shows_the_value_its_dialect_and_the_translation() {
    for (tag, wanted) in [
        (
            ("Maid_Offhours", "off=(m-f,19)"),
            "tag `Maid_Offhours` = `off=(m-f,19)`, which in c7n means `mon-fri 08:00-19:00 @ Asia/Tokyo`",
        ),
        (("maid_offhours", "tz=jst"), "tag `maid_offhours` = `tz=jst`, which in c7n means `office @ Asia/Tokyo`"),
        (("Schedule", "night"), "tag `Schedule` = `night`"),
        (("maid_offhours", "never"), "tag `maid_offhours` = `never`: `never` is no off-hours value"),
    ] {
        let found = instance("i-1").tag(tag.0, tag.1);
        let case = Case { settings: moved_in(), instance: found, ..Case::candidates() };
        let asked = case.seen_by_rules(|case| idle_reaper::engine::judge::explain::explain(case).0);
        let one = asked.iter().find(|one| one.rule == Reason::ScheduleUnreadable).unwrap();
        let said = inputs(&one.inputs, Locale::En);
        assert!(said.starts_with(wanted), "{said}");
    }
}
