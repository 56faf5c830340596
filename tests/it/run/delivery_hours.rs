//! Channels with an hour of delivery, and with few lines: what waits, what does not, and that nothing is stopped whose
//! notice was not delivered.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::{America::New_York, Asia::Tokyo, Tz};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Cap, Instance, State, Subject};
use proptest::prelude::*;

use crate::engine::judge::forgotten::{NOON, TELLING, heard, idle_box, rests, run, waits};
use crate::fake::{Ask, Deed, EVENING, Faults, SETTINGS, Shape, World, apply, at, instance, settings, try_apply};
use crate::laws::arbitrary::for_all;

/// [`telling`](crate::engine::judge::forgotten::telling), with these keys in the channel of `ana`, and these in that of
/// the operator.
fn wishing(ana: &str, ops: &str) -> Settings {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    let text = text.replace("[channels.lead]", &format!("{ana}\n[channels.lead]"));
    settings(&text.replace("[owners]", &format!("{ops}\n[owners]")))
}

fn of_ana(id: &str) -> Instance {
    instance(id).tag("Owner", "ana")
}

/// The messages that a channel got.
fn of(world: &World, channel: &str) -> Vec<String> {
    world.said().into_iter().filter(|(name, _)| name == channel).map(|(_, message)| message.body).collect()
}

#[test]
fn a_notice_waits_for_its_hour_and_the_stop_waits_for_the_notice() {
    let (world, settings) = (World::of([of_ana("i-1")]), wishing("deliver-at = \"09:00\"", ""));
    for now in [EVENING, "2026-11-25T23:45:00+09:00", "2026-11-26T08:30:00+09:00"] {
        let report = apply(&world, &settings, at(now));
        assert_eq!(heard(&world, "ana"), [], "{now}");
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running), "{now}");
    }
    // At nine its hours have begun, and the notice is sent all the same.
    apply(&world, &settings, at("2026-11-26T09:10:00+09:00"));
    assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned())]);
    let body = of(&world, "ana").pop().expect("a message");
    assert!(body.contains("will be stopped from Fri 2026-11-27 09:10 JST on"), "{body}");
    assert!(body.contains("closed since Wed 2026-11-25 18:00 JST"), "{body}");
    world.add(of_ana("i-2"));
    apply(&world, &settings, at("2026-11-26T20:00:00+09:00"));
    assert_eq!(heard(&world, "ana").len(), 1, "one digest a day");
    apply(&world, &settings, at("2026-11-27T20:00:00+09:00"));
    assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Stopped, State::Running));
    assert_eq!(heard(&world, "ana").len(), 2, "the first run after nine, however late");
    apply(&world, &settings, at("2026-11-30T08:30:00+09:00"));
    assert_eq!(world.rests("i-2"), State::Running, "a business day after what was delivered");
    apply(&world, &settings, at("2026-11-30T20:30:00+09:00"));
    assert_eq!(world.rests("i-2"), State::Stopped);
}

#[test]
fn what_occurs_once_or_would_come_too_late_goes_at_once() {
    let (world, settings) = (World::of([idle_box("i-1")]), wishing("deliver-at = \"11:30\"", ""));
    run(&world, &settings, "i-1", NOON);
    assert_eq!(heard(&world, "ana"), [(Subject::Idle, "i-1".to_owned())], "within an hour of half past eleven");
    run(&world, &settings, "i-1", "2026-12-02T12:30:00+09:00");
    assert_eq!(world.rests("i-1"), State::Stopped, "five business days after");
    assert_eq!(heard(&world, "ana")[1..], [(Subject::Stopped, "i-1".to_owned())]);
    world.add(of_ana("i-2").tag("idle-reaper:keep-until", "2026-12-04T20:00+09:00"));
    world.add(of_ana("i-3").tag("idle-reaper:keep-until", "2026-12-03T08:00+09:00"));
    run(&world, &settings, "i-1", "2026-12-02T13:00:00+09:00");
    assert_eq!(heard(&world, "ana")[2..], [(Subject::KeepEnds, "i-3".to_owned())], "it ends before the next digest");
    run(&world, &settings, "i-1", "2026-12-03T11:30:00+09:00");
    assert_eq!(heard(&world, "ana")[3..], [(Subject::KeepEnds, "i-2".to_owned())]);
}

#[test]
fn a_channel_that_is_down_at_its_hour_gets_the_digest_from_the_next_run_and_once() {
    let (world, settings) = (World::of([of_ana("i-1")]), wishing("deliver-at = \"20:00\"", ""));
    apply(&world, &settings, at("2026-11-25T18:30:00+09:00"));
    world.mute("ana");
    let down = apply(&world, &settings, at("2026-11-25T20:10:00+09:00"));
    assert!(down.troubled);
    world.unmute();
    for now in ["2026-11-25T20:25:00+09:00", "2026-11-25T20:40:00+09:00", "2026-11-26T20:10:00+09:00"] {
        apply(&world, &settings, at(now));
        assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned())], "{now}");
    }
}

#[test]
fn the_monthly_stocktake_waits_in_the_record_and_comes_with_the_digest_and_once() {
    let owner = "tags = [\"Owner\"]\naccounts = { \"111111111111\" = \"ana\" }";
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("tags = [\"Owner\"]", owner);
    let text = text.replace("[channels.lead]", "deliver-at = \"09:00\"\nlocale = \"ja\"\n[channels.lead]");
    let settings = settings(&text.replace("unannounced = true", "idle = \"stop\""));
    let world = World::of([of_ana("i-1")]);
    apply(&world, &settings, at("2026-11-28T00:10:00+09:00"));
    assert_eq!(of(&world, "ana").len(), 0);
    assert!(!world.recorded("state/deliveries.json").is_empty(), "it waits in the record");
    assert_eq!(world.recorded("state/stocktake")[0].1, "2026-11\n", "nothing is taken twice");
    apply(&world, &settings, at("2026-11-28T08:00:00+09:00"));
    assert_eq!(of(&world, "ana").len(), 0);
    for now in ["2026-11-28T09:00:00+09:00", "2026-11-28T09:15:00+09:00", "2026-11-29T09:15:00+09:00"] {
        apply(&world, &settings, at(now));
        let said = world.said();
        let [(_, message)] = said.as_slice() else { panic!("{now}: {said:#?}") };
        assert_eq!(message.ids().collect::<Vec<_>>(), ["i-1"], "one message has both");
        assert!(message.body.contains("の棚卸し") && message.body.contains("稼働時間外"), "{}", message.body);
    }
}

#[test]
fn a_run_of_selected_instances_sends_no_digest() {
    let (world, settings) = (World::of([of_ana("i-1")]), wishing("deliver-at = \"20:00\"", ""));
    apply(&world, &settings, at("2026-11-25T19:00:00+09:00"));
    let ask = Ask::at(at("2026-11-25T20:10:00+09:00"));
    let scope = idle_reaper::engine::request::Scope { instances: Some(vec!["i-1".to_owned()]), ..ask.scope.clone() };
    try_apply(&world, &settings, &Ask { scope, ..ask }).expect("a report");
    assert_eq!(heard(&world, "ana"), []);
    apply(&world, &settings, at("2026-11-25T20:15:00+09:00"));
    assert_eq!(heard(&world, "ana").len(), 1);
}

#[test]
fn what_a_digest_does_not_list_is_counted_and_is_not_notified() {
    let ids = ["i-1", "i-2", "i-3", "i-4", "i-5"];
    let (world, settings) = (World::of(ids.map(of_ana)), wishing("max-lines = 2\ndeliver-at = \"21:00\"", ""));
    apply(&world, &settings, at(EVENING));
    let body = of(&world, "ana").pop().expect("a message");
    assert!(body.contains("3 more are not listed here"), "{body}");
    assert!(ids.iter().filter(|id| body.contains(**id)).count() == 2, "{body}");
    apply(&world, &settings, at("2026-11-26T22:00:00+09:00"));
    assert_eq!(heard(&world, "ana").len(), 4);
    let down = |world: &World| ids.iter().filter(|id| world.rests(id) != State::Running).count();
    assert_eq!(down(&world), 2, "the listed ones, a business day later");
    apply(&world, &settings, at("2026-11-27T22:30:00+09:00"));
    let last = of(&world, "ana").pop().expect("a message");
    assert!(!last.contains("not listed here"), "{last}");
    assert_eq!((heard(&world, "ana").len(), down(&world)), (5, 4));
}

/// A world of channels, and what goes wrong in it.
#[derive(Clone, Debug)]
struct Plan {
    /// Hour of delivery of each owner's channel, whether it is in New York, and how many instances it lists.
    channels: [(Option<u32>, bool, Option<usize>); 2],
    /// Minutes between two runs.
    interval: i64,
    /// Runs by number: the channels are down; the run is killed writing this; this file is lost.
    down: Vec<usize>,
    killed: Vec<(usize, usize)>,
    lost: Vec<(usize, usize)>,
}

const FILES: [&str; 3] = ["state/told", "state/deliveries", "state/weekly"];
const OWNERS: [&str; 2] = ["ana", "ben"];
const DAYS: i64 = 8;

fn plans() -> impl Strategy<Value = Plan> {
    let channel = || (prop::option::of(0..24_u32), any::<bool>(), prop::option::of(1..4_usize));
    let some = |limit: usize| prop::collection::vec((0..60_usize, 0..limit), 0..3);
    let times = prop::collection::vec(0..60_usize, 0..6);
    let plan = ([channel(), channel()], prop::sample::select(vec![95_i64, 240, 720]), times, some(2), some(3));
    plan.prop_map(|(channels, interval, down, killed, lost)| Plan { channels, interval, down, killed, lost })
}

impl Plan {
    fn settings(&self) -> Settings {
        let keys = |(hour, far, lines): &(Option<u32>, bool, Option<usize>)| {
            let hour = hour.map_or(String::new(), |hour| format!("deliver-at = \"{hour:02}:00\"\n"));
            let zone = if *far { "zone = \"America/New_York\"\n" } else { "" };
            hour + zone + &lines.map_or(String::new(), |lines| format!("max-lines = {lines}\n"))
        };
        let [ana, ben] = &self.channels;
        let channel = |name: &str, keys: String| format!("sns = \"arn:aws:sns:us-east-1:999999999999:{name}\"\n{keys}");
        let text = TELLING
            .replace("sns = \"arn:aws:sns:ap-northeast-1:999999999999:ana\"\n", &channel("ana", keys(ana)))
            .replace("[channels.lead]", &format!("[channels.ben]\n{}[channels.lead]", channel("ben", keys(ben))))
            .replace("{ \"ana\" = \"ana\" }", "{ \"ana\" = \"ana\", \"ben\" = \"ben\" }");
        settings(&SETTINGS.replace("[calendars.japan]", &text).replace("unannounced = true", "idle = \"stop\""))
    }

    /// The day of the delivery hour before `now`, for the channel of this owner.
    fn slot(&self, owner: usize, now: DateTime<Utc>) -> Option<NaiveDate> {
        let (hour, far, _) = self.channels[owner];
        let zone: Tz = if far { New_York } else { Tokyo };
        let local = now.with_timezone(&zone).naive_local();
        let begun = local.time() >= NaiveTime::from_hms_opt(hour?, 0, 0).expect("a time");
        Some(if begun { local.date() } else { local.date().pred_opt().expect("a day") })
    }
}

/// People start what was stopped, in the mornings.
fn morning(world: &World, now: DateTime<Utc>) {
    let is_down = |one: &Instance| one.state == State::Stopped;
    for one in world.all().into_iter().filter(is_down) {
        let up =
            |found: Instance| found.state(State::Running).launched(&now.to_rfc3339()).untagged("idle-reaper:stopped");
        world.change(&one.id.name.clone(), up);
    }
}

/// Runs the plan, and returns how many stops it had.
fn holds(plan: &Plan) -> usize {
    let settings = plan.settings();
    let nightly = (0..6).map(|n| instance(&format!("i-n{n}")).tag("Owner", OWNERS[n % 2]));
    let world = World::of(
        nightly.chain((0..2).map(|n| idle_box(&format!("i-d{n}")).untagged("Owner").tag("Owner", OWNERS[n]))),
    );
    let (begin, mut now) = (at("2026-11-30T00:30:00+09:00"), at("2026-11-30T00:30:00+09:00"));
    let faulty = !(plan.down.is_empty() && plan.killed.is_empty() && plan.lost.is_empty());
    let mut delivered: BTreeMap<(String, Subject), Vec<DateTime<Utc>>> = BTreeMap::new();
    let mut digests: BTreeMap<(usize, NaiveDate), usize> = BTreeMap::new();
    let mut stops = 0;
    for number in 0.. {
        if now > begin + Duration::days(DAYS) {
            break;
        }
        if now.with_timezone(&Tokyo).hour() == 9 {
            morning(&world, now);
        }
        (0..2).for_each(|n| rests(&world, &format!("i-d{n}"), now));
        world.unmute();
        if plan.down.contains(&number) {
            OWNERS.iter().for_each(|owner| world.mute(owner));
        }
        plan.lost
            .iter()
            .filter(|(run, _)| *run == number)
            .for_each(|(_, file)| world.lose(&format!("{}.json{}", FILES[*file], if *file == 0 { "l" } else { "" })));
        let killed = plan.killed.iter().find(|(run, _)| *run == number);
        world.set_faults(Faults { killed_writing: killed.map(|(_, file)| (FILES[*file], false)), ..Faults::default() });
        world.forget();
        let said = world.said().len();
        let _ = try_apply(&world, &settings, &Ask::at(now));
        for call in world.calls(|deed| deed == Deed::Stop).iter().filter(|call| call.ok) {
            for id in world.all().iter().map(|one| one.id.name.to_string()).filter(|id| call.names(id)) {
                stops += 1;
                let least = if id.starts_with("i-d") { 5 } else { 1 };
                let subjects = [Subject::Idle, Subject::FirstStop];
                let notices = subjects.iter().filter_map(|subject| delivered.get(&(id.clone(), *subject))).flatten();
                let in_time = notices.filter(|notice| now - **notice >= Duration::days(1)).count();
                assert!(
                    in_time > 0,
                    "{now}: `{id}` was stopped, and its notice was not delivered {least} days before: {plan:?}"
                );
            }
        }
        for (channel, message) in world.said().split_off(said) {
            let Some(owner) = OWNERS.iter().position(|owner| *owner == channel) else { continue };
            let most = plan.channels[owner].2.unwrap_or(usize::MAX);
            assert!(message.named.len() <= most, "{plan:?}: {} lines", message.named.len());
            let once = |subject| matches!(subject, Subject::Stopped | Subject::Lifted);
            let waits = message.named.iter().any(|named| !once(named.subject) && named.subject == Subject::FirstStop);
            if let Some(slot) = plan.slot(owner, now).filter(|_| waits) {
                *digests.entry((owner, slot)).or_default() += 1;
            }
            for named in message.named.iter().filter(|named| !once(named.subject)) {
                let times = delivered.entry((named.id.name.to_string(), named.subject)).or_default();
                let twice = times.last().is_some_and(|last| now - *last < Duration::days(7));
                assert!(faulty || !twice || named.subject == Subject::Idle, "{now}: {named:?} again: {plan:?}");
                times.push(now);
            }
        }
        now += Duration::minutes(plan.interval);
    }
    assert!(faulty || digests.values().all(|count| *count == 1), "{digests:?}: {plan:?}");
    stops
}

#[test]
fn nothing_is_stopped_before_its_notice_was_delivered_and_nothing_is_sent_twice() {
    let stops = std::cell::Cell::new(0);
    for_all(24, plans(), |plan| stops.set(stops.get() + holds(&plan)));
    assert!(stops.get() > 100, "too tame: {}", stops.get());
}

#[test]
fn a_reader_gets_the_stocktake_with_the_news_of_the_run() {
    let (world, settings) = (World::of([instance("i-1")]), wishing("", ""));
    let report = apply(&world, &settings, at(EVENING));
    let ops = of(&world, "ops");
    assert_eq!((ops.len(), report.messages), (1, 1), "{ops:?}");
    assert!(ops[0].contains("i-1") && ops[0].contains("stocktake/month=2026-11"), "{ops:?}");
    apply(&world, &settings, at("2026-11-25T23:45:00+09:00"));
    assert_eq!(of(&world, "ops").len(), 1, "it was sent once");
}
