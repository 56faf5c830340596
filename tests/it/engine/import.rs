//! Moving in from another tool: an organisation tagged for Cloud Custodian, and one for Instance Scheduler, without a tag
//! changed. Both are observed for a week, and every difference to the old tool has one of import's names.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::config::{Outside, Settings, Stage};
use idle_reaper::engine::import::week::{WeekCompared, compare_week};
use idle_reaper::engine::import::{Import, PeerTag, custodian, instance_scheduler};
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::schedule::dialects::{Dialect, Meaning};
use idle_reaper::render::{import_notes, import_settings};

use crate::fake::{Deed, Shape, World, apply, at, instance, row, settings};
use crate::laws::arbitrary::for_all;

const MONDAY: &str = "2026-11-23T00:00:00+09:00";

const POLICIES: &str = r#"{"policies": [
  {"name": "stop", "resource": "aws.ec2", "actions": ["stop"],
   "filters": [{"type": "offhour", "default_tz": "jst", "offhour": 20, "tag": "Downtime"}]},
  {"name": "start", "resource": "ec2", "actions": ["start"],
   "filters": [{"and": [{"type": "onhour", "default_tz": "jst", "onhour": 8, "tag": "downtime"}]}]}
]}"#;

const TABLE: &str = r#"{"Items": [
  {"type": {"S": "config"}, "name": {"S": "scheduler"}, "default_timezone": {"S": "Asia/Tokyo"}, "tagname": {"S": "Hours"}},
  {"type": {"S": "period"}, "name": {"S": "day"}, "begintime": {"S": "09:00"}, "endtime": {"S": "18:00"},
   "weekdays": {"SS": ["mon-fri"]}},
  {"type": {"S": "period"}, "name": {"S": "evening"}, "begintime": {"S": "20:00"}, "endtime": {"S": "23:59"},
   "weekdays": {"SS": ["0-4"]}},
  {"type": {"S": "period"}, "name": {"S": "morning"}, "begintime": {"S": "00:00"}, "endtime": {"S": "05:00"},
   "weekdays": {"SS": ["tue-sat"]}},
  {"type": {"S": "period"}, "name": {"S": "stop-only"}, "endtime": {"S": "19:00"}},
  {"type": {"S": "schedule"}, "name": {"S": "office"}, "periods": {"SS": ["day"]}, "hibernate": {"BOOL": false}},
  {"type": {"S": "schedule"}, "name": {"S": "night"}, "periods": {"SS": ["evening", "morning"]}, "hibernate": {"BOOL": true}},
  {"type": {"S": "schedule"}, "name": {"S": "half"}, "periods": {"SS": ["stop-only"]}},
  {"type": {"S": "schedule"}, "name": {"S": "running"}, "override_status": {"S": "running"}}
]}"#;

/// An instance without other tags, whose only one is of the other tool.
fn tagged(id: &str, key: &str, value: &str) -> Instance {
    let old = instance(id).untagged("Env").launched("2026-11-20T09:30:00+09:00");
    old.tag(key, value)
}

/// The import of these instances, and the settings that it proposes.
fn moved(mut import: Import, instances: &[Instance]) -> (Import, Settings) {
    import.count(instances.iter());
    let settings = settings(&import_settings(&import));
    (import, settings)
}

fn week(instances: &[Instance], settings: &Settings, seen: Option<DateTime<Utc>>) -> WeekCompared {
    compare_week(instances.iter(), settings, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), seen)
}

/// Id, begin and end in Tokyo, whether the old tool has it running, and the word.
fn said(week: &WeekCompared) -> Vec<(String, String, String, bool, &'static str)> {
    let local = |at: DateTime<Utc>| at.with_timezone(&Tz::Asia__Tokyo).format("%a %H:%M").to_string();
    let one = |it: &idle_reaper::engine::import::week::Difference| {
        (it.id.name.to_string(), local(it.from), local(it.to), it.old_runs, it.word)
    };
    week.differences.iter().map(one).collect()
}

/// Observes the instances in every hour of the week with everything armed but the policies, which must not write.
fn observed(
    import: &Import,
    instances: &[Instance],
    mut each: impl FnMut(DateTime<Utc>, &idle_reaper::engine::report::Report),
) {
    let armed = "version = 1\n\n[run]\narmed = true\nrecord = \"record\"\n";
    let settings = settings(&import_settings(import).replace("version = 1\n", armed));
    assert!(settings.policies.iter().all(|policy| policy.stage == Stage::Observe));
    let world = World::of(instances.iter().cloned());
    for hour in 0..7 * 24 {
        // A minute after the hour, when the old tool has acted.
        let now = at(MONDAY) + Duration::hours(hour) + Duration::minutes(1);
        each(now, &apply(&world, &settings, now));
    }
    assert_eq!(world.calls(Deed::acts), []);
    for instance in instances {
        assert_eq!(world.get(&instance.id.name).tags, instance.tags);
    }
}

#[test]
fn an_organisation_tagged_for_cloud_custodian_moves_in() {
    let values = [
        ("i-day", "off=(m-f,19);on=(m-f,7)"),
        ("i-late", "off=[(m-f,21),(u,18)];on=[(m-f,6),(u,10)]"),
        ("i-night", "off=(m-f,5);on=(m-f,20)"),
        ("i-stop", "off=(m-f,22)"),
        ("i-default", "on"),
        ("i-kept", "off"),
        ("i-never", "never"),
        ("i-space", "off=(m-f,19); on=(m-f,7)"),
    ];
    let mut all: Vec<Instance> = values.iter().map(|(id, value)| tagged(id, "Downtime", value)).collect();
    all.push(tagged("i-group", "DOWNTIME", "on").tag("aws:autoscaling:groupName", "web"));
    let (import, settings) = moved(custodian::read(POLICIES).unwrap(), &all);
    assert_eq!(import.left, BTreeSet::new());
    assert_eq!(settings.tags.dialects.len(), 1);
    let notes = import_notes(&import, &import.values(&settings)).join("\n");
    for note in [
        "`off=(m-f,19);on=(m-f,7)`: 1 instance, mon-fri 07:00-19:00 @ Asia/Tokyo",
        "`off=(m-f,22)`: 1 instance, mon-fri 08:00-22:00 @ Asia/Tokyo",
        "`on`: 2 instances, the hours of the policy",
        "`off`: 1 instance, kept: never stopped",
        "`never`: 1 instance, not translated: `never` is no off-hours value",
        "edges-and-levels: ",
        "mornings: ",
        "two-tools: ",
    ] {
        assert!(notes.contains(note), "{note} is not in\n{notes}");
    }
    let compared = week(&all, &settings, None);
    assert_eq!((compared.compared, compared.unknown), (all.len(), 0));
    let differences = said(&compared);
    let words = |id: &str| differences.iter().filter(|one| one.0 == id).map(|one| one.4).collect::<BTreeSet<_>>();
    for id in ["i-day", "i-late", "i-night", "i-stop", "i-default", "i-kept"] {
        assert_eq!(words(id), BTreeSet::new(), "{id}: {differences:?}");
    }
    assert_eq!(words("i-never"), BTreeSet::from(["unreadable"]));
    assert_eq!(words("i-space"), BTreeSet::from(["unreadable"]));
    assert_eq!(words("i-group"), BTreeSet::from(["protected"]));
    // Cloud Custodian stops it at its default hour in the evening, and starts it in the morning.
    let never: Vec<_> = differences.iter().filter(|one| one.0 == "i-never").collect();
    let row = |from: &str, to: &str| ("i-never".to_owned(), from.to_owned(), to.to_owned(), false, "unreadable");
    assert_eq!(never[0], &row("Mon 00:00", "Mon 08:00"), "{never:?}");
    assert_eq!(never[1], &row("Mon 20:00", "Tue 08:00"), "{never:?}");
    // A space: it was stopped on an evening, and is never started again.
    assert_eq!(differences.iter().filter(|one| one.0 == "i-space").count(), 1, "{differences:?}");

    // Observed for a week: what would be stopped is what the old tool has stopped, or the comparison says why not.
    let old = |id: &str, now: DateTime<Utc>| {
        let local = now.with_timezone(&Tz::Asia__Tokyo);
        let (day, hour) = (local.weekday().num_days_from_monday(), local.hour());
        match id {
            "i-day" => day < 5 && (7..19).contains(&hour),
            "i-late" => day < 5 && (6..21).contains(&hour) || day == 6 && (10..18).contains(&hour),
            // On on Friday at 20, off on Monday at 5.
            "i-night" => day < 5 && !(5..20).contains(&hour) || day > 4,
            "i-stop" => day < 5 && (8..22).contains(&hour),
            "i-default" | "i-never" | "i-group" => day < 5 && (8..20).contains(&hour),
            "i-kept" => true,
            "i-space" => false,
            other => panic!("{other}"),
        }
    };
    let mut explained = BTreeSet::new();
    observed(&import, &all, |now, report| {
        for instance in &all {
            let id = &*instance.id.name;
            let stops = row_stops(report, id);
            if old(id, now) != stops {
                continue;
            }
            let covers = |one: &&idle_reaper::engine::import::week::Difference| {
                *one.id.name == *id && one.from <= now && now < one.to && one.old_runs == old(id, now)
            };
            let found = compared.differences.iter().find(covers);
            explained.insert(found.unwrap_or_else(|| panic!("nothing explains {id} at {now}")).word);
        }
    });
    assert_eq!(explained, BTreeSet::from(["protected", "unreadable"]));
}

/// Whether a report would stop an instance, which runs.
fn row_stops(report: &idle_reaper::engine::report::Report, id: &str) -> bool {
    row(report, id).verdict.action().is_some_and(|action| action.is_stop())
}

#[test]
fn an_organisation_tagged_for_instance_scheduler_moves_in() {
    let values =
        [("i-office", "office"), ("i-night", "night"), ("i-on", "running"), ("i-half", "half"), ("i-all", "24x7")];
    let all: Vec<Instance> = values.iter().map(|(id, value)| tagged(id, "Hours", value)).collect();
    let (import, settings) = moved(instance_scheduler::read(TABLE).unwrap(), &all);
    assert_eq!(settings.tags.also_schedule, ["Hours"]);
    let outside: Vec<_> = settings.policies.iter().map(|policy| (policy.name.as_str(), policy.outside)).collect();
    let wanted = [("instance-scheduler-hibernate", Outside::Hibernate), ("instance-scheduler", Outside::Stop)];
    assert_eq!(outside, wanted);
    let left: Vec<&String> = import.left.iter().collect();
    assert!(left.len() == 1 && left[0].contains("`half`") && left[0].contains("only one of"), "{left:?}");
    let notes = import_notes(&import, &import.values(&settings)).join("\n");
    for note in [
        "`Hours` = `office`: 1 instance, mon-fri 09:00-18:00 @ Asia/Tokyo",
        "`Hours` = `night`: 1 instance, mon-fri 20:00-05:00 @ Asia/Tokyo",
        "`Hours` = `running`: 1 instance, always",
        "`Hours` = `24x7`: 1 instance, not translated: no schedule of this name",
        "one-sided: ",
    ] {
        assert!(notes.contains(note), "{note} is not in\n{notes}");
    }
    let compared = week(&all, &settings, None);
    assert_eq!((compared.compared, compared.unknown, said(&compared)), (3, 2, Vec::new()));
    let open = |id: &str, now: DateTime<Utc>| {
        let local = now.with_timezone(&Tz::Asia__Tokyo);
        let (day, hour) = (local.weekday().num_days_from_monday(), local.hour());
        match id {
            "i-office" => day < 5 && (9..18).contains(&hour),
            "i-night" => day < 5 && hour >= 20 || (1..6).contains(&day) && hour < 5,
            _ => true,
        }
    };
    observed(&import, &all, |now, report| {
        for instance in &all {
            let id = &*instance.id.name;
            assert_eq!(row_stops(report, id), !open(id, now), "{id} at {now}");
        }
    });
}

#[test]
fn what_a_person_did_is_a_difference_with_a_name() {
    let seen = at("2026-11-28T12:00:00+09:00");
    let office = || tagged("i-1", "maid_offhours", "off=(m-f,19);on=(m-f,7);tz=jst");
    let started = office().launched("2026-11-28T09:00:00+09:00");
    let (_, settings) = moved(Import::new(Vec::new(), Vec::new(), BTreeSet::new()), std::slice::from_ref(&started));
    // Started on a Saturday: the old tool lets it run until Monday.
    let one = ("i-1".to_owned(), "Sat 12:00".to_owned(), "Mon 07:00".to_owned(), true, "edges-and-levels");
    assert_eq!(said(&week(&[started], &settings, Some(seen))), [one]);
    // Stopped by a person on a Wednesday: the old tool starts it on the next morning.
    let stopped = office().state(State::Stopped);
    let differences = said(&week(&[stopped], &settings, Some(at("2026-11-25T12:00:00+09:00"))));
    let words: BTreeSet<_> = differences.iter().map(|one| (one.3, one.4)).collect();
    assert_eq!(words, BTreeSet::from([(true, "mornings")]), "{differences:?}");
    assert_eq!((&*differences[0].1, &*differences[0].2), ("Thu 07:00", "Thu 19:00"), "{differences:?}");
}

#[test]
fn a_week_in_which_clocks_change_is_as_long_as_it_is_and_its_differences_are_named() {
    // New York puts its clocks forward on Sunday, 14 March 2027, at 2 o'clock, and back on Sunday, 1 November 2026.
    let all = [
        tagged("i-off", "maid_offhours", "off=(m-u,2);on=(m-u,7)"),
        tagged("i-on", "maid_offhours", "off=(m-u,5);on=(m-u,2)"),
        tagged("i-day", "maid_offhours", "off=(m-f,19);on=(m-f,7)"),
        tagged("i-night", "maid_offhours", "off=(m-u,1);on=(m-u,0)"),
        tagged("i-never", "maid_offhours", "never"),
    ];
    let (_, settings) = moved(Import::new(Vec::new(), Vec::new(), BTreeSet::new()), &all);
    let week = |first: &str| {
        let found = compare_week(all.iter(), &settings, first.parse().unwrap(), None);
        let local = |at: DateTime<Utc>| at.with_timezone(&Tz::America__New_York).format("%a %H:%M %Z").to_string();
        let one = |it: &idle_reaper::engine::import::week::Difference| {
            (it.id.name.to_string(), local(it.from), local(it.to), it.old_runs, it.word)
        };
        found.differences.iter().map(one).collect::<Vec<_>>()
    };
    let row = |id: &str, from: &str, to: &str, old: bool, word: &'static str| {
        (id.to_owned(), from.to_owned(), to.to_owned(), old, word)
    };
    let spring = week("2027-03-08");
    let clocks: Vec<_> = spring.iter().filter(|one| one.0 != "i-never").cloned().collect();
    assert_eq!(
        clocks,
        [
            row("i-off", "Sun 03:00 EDT", "Sun 07:00 EDT", true, "clock-change"),
            row("i-on", "Sun 03:00 EDT", "Sun 05:00 EDT", false, "clock-change"),
        ]
    );
    let last = |all: &[(String, String, String, bool, &'static str)]| {
        all.iter().rfind(|one| one.0 == "i-never").unwrap().clone()
    };
    assert_eq!(last(&spring), row("i-never", "Fri 19:00 EST", "Mon 00:00 EDT", false, "unreadable"));
    let autumn = week("2026-10-26");
    assert_eq!(autumn.iter().filter(|one| one.0 != "i-never").count(), 0, "{autumn:?}");
    assert_eq!(last(&autumn), row("i-never", "Fri 19:00 EDT", "Mon 00:00 EST", false, "unreadable"));
}

#[test]
fn a_policy_that_is_not_read_whole_is_left_over() {
    let filter = |more: &str| {
        format!(
            r#"{{"policies": [{{"name": "p", "resource": "ec2", "filters": [{{"type": "offhour", "default_tz": "et"{more}}}]}}]}}"#
        )
    };
    for (text, what) in [
        (filter(", \"opt-out\": true"), "`opt-out`"),
        (filter(", \"skip-days\": [\"2026-12-25\"]"), "`skip-days`"),
        (filter(", \"fallback-schedule\": \"on\""), "`fallback-schedule`"),
        (filter("").replace("[{", "[{\"type\": \"value\", \"key\": \"x\"}, {"), "1 other filters"),
        (filter("").replace("ec2", "rds"), "only instances are imported"),
        (filter(", \"default_tz\": \"nowhere\""), "its zone cannot be read"),
    ] {
        let text = if what.contains("only instances") {
            text.replace(
                "{\"policies\": [",
                "{\"policies\": [{\"name\": \"q\", \"resource\": \"ec2\", \"filters\": [\"offhour\"]}, ",
            )
        } else {
            text
        };
        let import = custodian::read(&text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert!(import.left.iter().any(|left| left.contains(what)), "{what}: {:?}", import.left);
    }
    // Only a stop: nothing is started under it.
    let import = custodian::read(&filter("")).unwrap();
    let tag = import.tags.iter().find(|tag| tag.has("MAID_OFFHOURS")).unwrap();
    assert_eq!((tag.hours.as_deref(), tag.starts), (Some("mon-fri 07:00-19:00 @ America/New_York"), false));
    let import = custodian::read(&filter(", \"weekends\": false, \"offhour\": 22")).unwrap();
    assert_eq!(import.tags[0].hours.as_deref(), Some("mon-fri 07:00-22:00 @ America/New_York"));
    for (text, why) in [
        ("policies:\n  - name: stop\n", "if it is YAML, convert it first: python3 -c"),
        ("{}", "has no list of `policies`"),
        ("{\"policies\": []}", "has no policy with a filter"),
    ] {
        assert!(custodian::read(text).is_err_and(|wrong| wrong.contains(why)), "{text}");
    }
}

#[test]
fn both_notations_of_instance_scheduler_are_read() {
    let cli = r#"{"Periods": [{"Type": "period", "Name": "day", "Begintime": "09:00", "Endtime": "18:00",
        "Weekdays": ["mon-fri"]}]}
        {"Schedules": [{"Type": "schedule", "Name": "office", "Timezone": "US/Pacific", "Periods": ["day"],
        "StopNewInstances": false, "RetainRunning": true, "SsmMaintenanceWindow": ["patching"]},
        {"Type": "schedule", "Name": "half/day", "Timezone": "UTC", "Periods": ["day"]},
        {"Type": "schedule", "Name": "sized", "Timezone": "UTC", "Periods": ["day@t3.micro"]},
        {"Type": "schedule", "Name": "lost", "Timezone": "UTC", "Periods": ["gone"]},
        {"Type": "schedule", "Name": "mars", "Timezone": "Mars/Olympus", "Periods": ["day"]},
        {"Type": "schedule", "Name": "off", "OverrideStatus": "Stopped"}]}"#;
    let import = instance_scheduler::read(cli).unwrap();
    let hours = |name: &str| import.schedules.iter().find(|one| one.name == name).unwrap().hours.clone();
    assert_eq!(hours("office").as_deref(), Ok("mon-fri 09:00-18:00 @ America/Los_Angeles"));
    assert_eq!(hours("off").as_deref(), Ok("closed"));
    let left = import.left.iter().cloned().collect::<Vec<_>>().join("\n");
    for what in [
        "`half/day`",
        "changes the instance type",
        "`gone`",
        "`Mars/Olympus`",
        "maintenance windows",
        "retain_running",
        "stop_new_instances",
    ] {
        assert!(left.contains(what), "{what} is not in\n{left}");
    }
    for (text, why) in [
        ("{\"Items\": [], \"LastEvaluatedKey\": {\"name\": {\"S\": \"x\"}}}", "one page of a longer answer"),
        ("{\"Items\": []}", "has no schedule"),
        ("Items:", "is not JSON"),
    ] {
        assert!(instance_scheduler::read(text).is_err_and(|wrong| wrong.contains(why)), "{text}");
    }
}

#[test]
fn tags_are_named_on_the_command_line() {
    let custodian = PeerTag::parse("downtime=c7n mon-sun 08:00-20:00 @ Asia/Tokyo").unwrap();
    assert_eq!(custodian.dialect().as_deref(), Some("c7n mon-sun 08:00-20:00 @ Asia/Tokyo"));
    assert_eq!(PeerTag::parse("downtime=c7n").unwrap().dialect().as_deref(), Some("c7n"));
    assert_eq!(PeerTag::parse("Hours=schedule").unwrap().dialect(), None);
    for wrong in ["downtime", "=c7n", "downtime=", "downtime=custodian", "downtime=c7n 8-20"] {
        assert_eq!(PeerTag::parse(wrong), None, "{wrong}");
    }
}

/// What is translated is what Cloud Custodian does: its own two readings of the value lead to the same week.
#[test]
fn a_translation_is_what_cloud_custodian_does() {
    use proptest::prelude::*;
    use proptest::sample::select;
    let spec = || {
        (select(vec!["m", "m-f", "s-m", "u", "h", "t-w"]), 0..25u8).prop_map(|(days, hour)| format!("({days},{hour})"))
    };
    let specs = || prop::collection::vec(spec(), 1..3).prop_map(|specs| specs.join(","));
    let clause = || {
        prop_oneof![
            4 => specs().prop_map(|specs| format!("off=[{specs}]")),
            4 => specs().prop_map(|specs| format!("on={specs}")),
            2 => select(vec!["tz=jst", "tz=utc", "tz=utc+5", "TZ=europe/paris", "on", "never", "", " ", "x=1"]).prop_map(str::to_owned),
        ]
    };
    let value = prop::collection::vec(clause(), 0..4).prop_map(|clauses| clauses.join(";"));
    let reader = Dialect::parse("c7n mon-fri 08:00-20:00 @ Asia/Seoul").unwrap();
    for_all(2000, value, |value| {
        let Dialect::C7n(peer) = &reader;
        let [off, on] = peer.acts(&value);
        if let Ok(Meaning::Hours(text)) = reader.read(&value) {
            let ((zone, off), (other, on)) = (off.expect("a stop"), on.expect("a start"));
            assert_eq!(zone, other, "{value}");
            let week = idle_reaper::engine::schedule::dialects::Week::between(&on, &off).expect("hours");
            assert_eq!(text, format!("{week} @ {zone}"), "{value}");
        }
    });
}
