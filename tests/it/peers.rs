//! The defects of the systems that users would pick instead, each one named after what it did to them.

use std::process::Command;

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::model::{Instance, Reason, State, Target};
use idle_reaper::engine::request::Request;
use idle_reaper::engine::schedule::Expr;
use idle_reaper::local::inventory::Recorded;

use crate::fake::{
    Deed, EVENING, Fault, Faults, SETTINGS, Shape, THERE, World, apply, at, instance, judge, outcome_of, plan,
    plan_over, planned, row, with,
};

const MORNING: &str = "2026-11-26T09:00:00+09:00";

fn fleet(count: usize) -> impl Iterator<Item = Instance> {
    (0..count).map(|n| instance(&format!("i-{n:02}")))
}

#[test]
fn one_protected_instance_does_not_make_the_whole_stop_fail() {
    let world = World::of(fleet(20)).with_faults(Faults::one("i-07", Fault::Protected));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.counts().stopped, report.counts().failed), (19, 1));
    assert_eq!(outcome_of(&report, "i-07"), OutcomeKind::Failed);
}

#[test]
fn one_spot_instance_does_not_make_the_whole_stop_fail() {
    let spot = Instance { lifecycle: Some("spot".into()), ..instance("i-spot") };
    let world = World::of(fleet(5).chain([spot]));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.counts().stopped, report.counts().failed, report.health()), (5, 0, Health::Ok));
    assert_eq!(row(&report, "i-spot").verdict.reason(), Reason::Spot);
}

#[test]
fn one_instance_that_has_just_changed_does_not_make_the_whole_stop_fail() {
    let world = World::of(fleet(5)).with_faults(Faults::change("i-03", crate::fake::Change::Terminated));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.counts().stopped, outcome_of(&report, "i-03")), (4, OutcomeKind::Overtaken));
}

#[test]
fn ten_matched_and_nine_stopped_is_not_reported_as_success() {
    let world = World::of(fleet(10)).with_faults(Faults::one("i-04", Fault::StopIgnored));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.counts().candidates, report.counts().stopped), (10, 9));
    assert_eq!((outcome_of(&report, "i-04"), report.health()), (OutcomeKind::Unverified, Health::Degraded));
}

#[test]
fn the_root_device_is_judged_by_its_type_and_not_by_its_name() {
    let verdict = |kind: &str, name: &str| {
        let text = format!(
            r#"{{"Reservations": [{{"OwnerId": "111111111111", "Instances": [{{"InstanceId": "i-1",
                "InstanceType": "t3.micro", "State": {{"Name": "running"}}, "LaunchTime": "2026-11-25T00:30:00+00:00",
                "Placement": {{"AvailabilityZone": "ap-northeast-1a"}}, "RootDeviceType": "{kind}",
                "RootDeviceName": "{name}", "Tags": [{{"Key": "Env", "Value": "dev"}}]}}]}}]}}"#
        );
        let recorded = Recorded::parse("fleet.json", &text, &with(&[])).expect("an inventory");
        plan_over(&recorded, &with(&[]), at(EVENING)).rows[0].verdict.reason()
    };
    for name in ["/dev/sda1", "/dev/xvda", "ephemeral0", "xvda", ""] {
        assert_eq!(verdict("ebs", name), Reason::OutsideHours, "{name}");
        assert_eq!(verdict("instance-store", name), Reason::InstanceStore, "{name}");
    }
}

#[test]
fn what_is_marked_for_later_in_a_named_zone_is_not_due_at_once() {
    let settings = with(&[]);
    let reason = |value: &str| {
        judge(&settings, &instance("i-1").tag("idle-reaper:keep-until", value), at(EVENING)).verdict.reason()
    };
    // 18:00 in Los Angeles is eleven o'clock tomorrow in Tokyo; read on Tokyo's clock it would be past.
    assert_eq!(reason("2026-11-25T18:00-08:00"), Reason::KeptUntil);
    assert_eq!(reason("2026-11-29 in four days"), Reason::KeptUntil);
    assert_eq!(reason("2026-11-25T18:00+09:00"), Reason::OutsideHours);
}

#[test]
fn one_tag_edited_by_hand_does_not_stop_the_policy_for_the_fleet() {
    let odd = ["idle-reaper:stopped", "idle-reaper:keep-until", "idle-reaper:schedule", "idle-reaper:other"];
    let values = ["", "\u{0}", "2026-99-99T99:99Z", "mon-fri 99:99", "💥", "run= policy="];
    let edited = odd.iter().enumerate().flat_map(|(n, key)| {
        values.iter().enumerate().map(move |(m, value)| instance(&format!("i-odd-{n}-{m}")).tag(key, value))
    });
    let world = World::of(fleet(5).chain(edited).chain([instance("i-last")]));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.rows.len(), report.health()), (30, Health::Ok));
    assert!(fleet(5).all(|found| world.rests(&found.id.name) == State::Stopped));
    assert_eq!(row(&report, "i-odd-2-3").verdict.reason(), Reason::ScheduleUnreadable);
}

#[test]
fn one_bad_schedule_does_not_block_its_account_or_region() {
    let bad = instance("i-bad").tag("idle-reaper:schedule", "31W");
    let report = apply(&World::of(fleet(3).chain([bad])), &with(&[]), at(EVENING));
    assert_eq!((report.counts().stopped, report.counts().unreachable), (3, 0));
}

#[test]
fn an_account_that_was_denied_is_not_success() {
    let unreachable = [Target::new(THERE.0, "*")].into();
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0)]);
    let report = plan(&world.with_faults(Faults { unreachable, ..Faults::default() }), &with(&[]), at(EVENING));
    assert_eq!((report.health(), report.counts().unreachable), (Health::Degraded, 1));
}

#[test]
fn the_command_exits_with_three_where_an_account_was_denied() {
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = r#"{"snapshot": 1, "taken-at": "2026-11-25T12:30:00Z", "units-asked": [], "skipped": [], "closed": [],
        "accounts": [{"id": "111111111111"}],
        "targets": [{"account": "111111111111", "region": "us-east-1", "instances": []}],
        "unreachable": [{"account": "111111111111", "region": "ap-northeast-1", "cause": "denied"}]}"#;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("reaper.toml", SETTINGS);
    write("fleet.json", snapshot);
    let run = |inventory: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        command.env_clear().current_dir(folder.path()).args(["plan", "--inventory", inventory]);
        command.output().expect("the command").status.code()
    };
    assert_eq!(run("fleet.json"), Some(3));
    write(
        "lit.json",
        &snapshot.replace(r#"{"account": "111111111111", "region": "ap-northeast-1", "cause": "denied"}"#, ""),
    );
    assert_eq!((run("lit.json"), run("missing.json")), (Some(0), Some(1)));
}

#[test]
fn an_error_in_one_clause_does_not_silently_disable_the_other() {
    // An expression is read as a whole or refused as a whole, in settings and in tags.
    for text in [
        "mon-fri 09:00-18:00 + sat 9-12",
        "mon-fri 09:00-18:00;",
        "mon-fri 09:00-18:00; sat 09:00-12:00",
        "mon-fri 09:00-18:00 + ",
    ] {
        assert!(Expr::parse(text).is_err(), "{text}");
        let settings = SETTINGS.replace("mon-fri 20:00-05:00", text);
        assert!(Settings::parse("reaper.toml", &settings).is_err(), "{text}");
        for now in [EVENING, MORNING] {
            let found = instance("i-1").tag("idle-reaper:schedule", text);
            assert_eq!(judge(&with(&[]), &found, at(now)).verdict.reason(), Reason::ScheduleUnreadable, "{text}");
        }
    }
}

#[test]
fn a_late_event_is_judged_by_the_clock_and_not_by_its_stamp() {
    let event = r#"{"source":"aws.events","detail-type":"Scheduled Event","time":"2026-11-25T08:55:00Z"}"#;
    let request = Request::parse(event).expect("an event");
    assert_eq!((request.at, request.scheduled.as_deref()), (None, Some("2026-11-25T08:55:00Z")));
    // Stamped 17:55, carried out at 18:00: what it would have left running is stopped, and nothing is started.
    let report =
        apply(&World::of([instance("i-1"), instance("i-2").reaped()]), &with(&[]), at("2026-11-25T18:00:00+09:00"));
    assert_eq!((report.counts().stopped, report.counts().started), (1, 0));
}

#[test]
fn a_run_that_comes_late_or_is_left_out_does_not_lose_the_night() {
    for now in ["2026-11-25T18:00:00+09:00", "2026-11-25T18:59:00+09:00", "2026-11-26T03:17:00+09:00"] {
        assert_eq!(planned(&plan(&World::of([instance("i-1")]), &with(&[]), at(now))), ["i-1"], "{now}");
    }
}

#[test]
fn a_start_by_a_human_after_closing_does_not_outlive_the_night() {
    let world = World::of([instance("i-1").launched("2026-11-25T19:00:00+09:00")]);
    let reason = |now: &str| row(&plan(&world, &with(&[]), at(now)), "i-1").verdict.reason();
    assert_eq!(reason("2026-11-25T20:30:00+09:00"), Reason::Overtime);
    assert_eq!(reason("2026-11-25T21:00:00+09:00"), Reason::OutsideHours);
}

#[test]
fn steps_and_short_months_neither_loop_nor_raise() {
    for text in
        ["1/10", "31W", "L", "*", "0 9 * * *", "mon-fri/2 09:00-18:00", "1st-mon-fri 09:00-18:00", "day-32 all-day"]
    {
        assert!(Expr::parse(text).is_err(), "{text}");
    }
    // A month without a day has no such window; every day of every month has an answer.
    let office = crate::fake::settings(SETTINGS).schedules["office"].clone();
    assert!((0..1500).all(|day| office.at(at("2026-01-31T03:00:00Z") + Duration::days(day)).opens.is_some()));
}

#[test]
fn off_hours_on_a_holiday_are_off() {
    // Other tools leave a fleet running through a holiday because no "off" fires on it.
    let world = World::of([instance("i-1").launched("2026-11-20T09:00:00+09:00")]);
    assert_eq!(planned(&plan(&world, &with(&[]), at("2026-11-23T10:00:00+09:00"))), ["i-1"]);
}

#[test]
fn a_thousand_instances_cost_as_many_questions_as_one() {
    let calls = |count: usize| {
        let world = World::of((0..count).map(|n| instance(&format!("i-{n:04}"))));
        plan(&world, &with(&[]), at(EVENING));
        world.calls(|deed| matches!(deed, Deed::ListAccounts | Deed::ListRegions | Deed::LookAt | Deed::Measure)).len()
    };
    assert_eq!(calls(1000), calls(1));
}

#[test]
fn the_cap_counts_what_is_done_and_trips() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 3")]);
    let world = World::of(fleet(10));
    let report = apply(&world, &settings, at(EVENING));
    assert_eq!((report.counts().stopped, report.counts().deferred), (3, 7));
    let stopped: usize = world.calls(|deed| deed == Deed::Stop).iter().map(|call| call.ids.len()).sum();
    assert_eq!(stopped, 3);
}

#[test]
fn an_old_mark_does_not_act() {
    // The reaper's own tag, a week old: somebody has started the instance since, or nobody has.
    let mark = "2026-11-18T12:30:00Z run=run-0 policy=dev";
    let old = instance("i-old").tag("idle-reaper:stopped", mark);
    let ruling = judge(&with(&[]), &old, at("2026-11-25T12:00:00+09:00"));
    assert_eq!(ruling.verdict.reason(), Reason::WithinHours);
    let young = old.launched("2026-11-25T21:25:00+09:00");
    assert_eq!(judge(&with(&[]), &young, at(EVENING)).verdict.reason(), Reason::Overtime);
}

#[test]
fn the_tag_that_says_who_stopped_it_is_not_lost_in_a_start_that_fails() {
    for fault in [Fault::StartRefused, Fault::FallsBack] {
        let world = World::of([instance("i-1").reaped()]).with_faults(Faults::one("i-1", fault));
        let report = apply(&world, &with(&[]), at(MORNING));
        assert_eq!(outcome_of(&report, "i-1"), OutcomeKind::Failed, "{fault:?}");
        assert!(world.get("i-1").tags.get("idle-reaper:stopped").is_some(), "{fault:?}");
    }
}

#[test]
fn tags_that_no_answer_showed_are_no_reason_to_stop() {
    let bare = Instance { tags: idle_reaper::engine::model::Tags::default(), ..instance("i-1") };
    assert_eq!(judge(&with(&[]), &bare, at(EVENING)).verdict.action(), None);
}

#[test]
fn an_unknown_condition_is_an_error_and_not_a_condition_less() {
    for condition in ["teg = [\"Env=prod\"]", "not-tags = [\"Env=prod\"]", "age = \"7d\""] {
        let text = SETTINGS
            .replace("match = { tags = [\"Env=dev\"] }", &format!("match = {{ tags = [\"Env=dev\"], {condition} }}"));
        assert!(Settings::parse("reaper.toml", &text).is_err(), "{condition}");
    }
}

#[test]
fn a_slip_in_the_file_does_not_drop_the_guard_of_production() {
    let guard = "[never]\naccounts = [\"*-prod\"]\n\n[busy]";
    for slip in
        [guard.replace("[never]", "[nevr]"), guard.replace("[never]", "[never"), guard.replace("accounts", "acounts")]
    {
        assert!(Settings::parse("reaper.toml", &SETTINGS.replace("[busy]", &slip)).is_err(), "{slip}");
    }
}

#[test]
fn an_opt_out_of_any_value_is_an_opt_out() {
    for value in ["off", "false", "no", "never", "off;", "0", "", "true"] {
        let found = instance("i-1").tag("idle-reaper:keep", value);
        assert_eq!(judge(&with(&[]), &found, at(EVENING)).verdict.reason(), Reason::Kept, "`{value}`");
    }
}

#[test]
fn a_start_that_falls_back_is_seen_and_tried_again() {
    let world = World::of([instance("i-1").reaped()]).with_faults(Faults::one("i-1", Fault::FallsBack));
    let settings = with(&[]);
    let first = apply(&world, &settings, at(MORNING));
    assert_eq!(
        (outcome_of(&first, "i-1"), first.counts().started, first.health()),
        (OutcomeKind::Failed, 0, Health::Degraded)
    );
    world.mend();
    // The first try has moved the launch time, and the start is still owed.
    let second = apply(&world, &settings, at(MORNING) + Duration::minutes(5));
    assert_eq!(second.counts().started, 1, "{:?}", row(&second, "i-1").verdict);
    assert_eq!(world.rests("i-1"), State::Running);
}

#[test]
fn a_start_that_falls_back_after_a_time_out_is_tried_again_too() {
    let world = World::of([instance("i-1").reaped()]).with_faults(Faults::one("i-1", Fault::FallsBackUnclear));
    let settings = with(&[]);
    assert_eq!(outcome_of(&apply(&world, &settings, at(MORNING)), "i-1"), OutcomeKind::Unverified);
    world.mend();
    assert_eq!(apply(&world, &settings, at(MORNING) + Duration::minutes(5)).counts().started, 1);
    // Started by somebody else, stopped by somebody else: that is none of the reaper's business.
    let world = World::of([instance("i-1").reaped()]).with_faults(Faults::one("i-1", Fault::FallsBackUnclear));
    apply(&world, &settings, at(MORNING));
    world.change("i-1", |found| found.launched("2026-11-26T09:03:00+09:00"));
    assert_eq!(planned(&plan(&world, &settings, at(MORNING) + Duration::minutes(5))), Vec::<String>::new());
}

#[test]
fn what_is_stopped_is_not_stopped_again_for_ever() {
    let world = World::of(fleet(3));
    let settings = with(&[]);
    assert_eq!(apply(&world, &settings, at(EVENING)).counts().stopped, 3);
    world.forget();
    for hour in 1..10 {
        let report = apply(&world, &settings, at(EVENING) + Duration::hours(hour));
        assert_eq!((report.counts().candidates, planned(&report).len()), (0, 0));
    }
    assert_eq!(world.calls(Deed::acts), []);
}
