//! Each account's own part of the record: what its people need, nothing of anybody else, and only when there is news.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Kind, Skipped, State, Unlisted, Unreachable, Verdict};
use idle_reaper::engine::request::{Scope, UndoOverrides};
use idle_reaper::render::{json, markdown};
use proptest::prelude::*;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{Ask, Back, EVENING, Shape, World, at, instance, settings, try_apply, try_undo};
use crate::laws::arbitrary::for_all;

/// Two accounts of the same shape: id, name, and what every id and name in them ends in.
const ACCOUNTS: [(&str, &str, &str); 2] =
    [("222222222222", "alpha-dev", "aaaa"), ("333333333333", "bravo-dev", "bbbb")];

fn telling() -> Settings {
    let tags = "channels = { \"ana*\" = \"ana\" }";
    settings(
        &crate::fake::SETTINGS.replace("[calendars.japan]", &TELLING.replace("channels = { \"ana\" = \"ana\" }", tags)),
    )
}

/// The instances of one account: each is candidate, kept, or something that a person should look at.
fn machines(kinds: &[usize], (account, _, end): (&str, &str, &str)) -> Vec<Instance> {
    let one = |(n, kind): (usize, &usize)| {
        let plain = instance(&format!("i-{n}{end}")).account(account).tag("Name", &format!("box{n}-{end}"));
        let plain = plain.tag("Owner", &format!("ana-{end}"));
        match kind {
            0 => plain,
            1 => plain.tag("idle-reaper:keep", &format!("for {end}")),
            2 => plain.tag("idle-reaper:keep-until", &format!("whenever {end}")),
            3 => plain.untagged("Env"),
            _ => plain.tag("idle-reaper:schedule", &format!("odd {end}")),
        }
    };
    kinds.iter().enumerate().map(one).collect()
}

fn world(kinds: &[usize]) -> World {
    let all = ACCOUNTS.iter().flat_map(|account| machines(kinds, *account));
    let [(one, alpha, _), (other, bravo, _)] = ACCOUNTS;
    World::of(all).with_account(one, Some(alpha), None).with_account(other, Some(bravo), None)
}

/// Everything in the part of one account.
fn part(world: &World, account: &str) -> Vec<(String, String)> {
    world.recorded(&format!("by-account/{account}/"))
}

#[test]
fn nothing_of_another_account_is_in_an_accounts_own_part() {
    let kinds = prop::collection::vec(0..5_usize, 1..6);
    for_all(40, (kinds, any::<bool>()), |(kinds, stocktake)| {
        let world = world(&kinds);
        if !stocktake {
            world.put("state/stocktake", "2026-11\n");
        }
        try_apply(&world, &telling(), &Ask::at(at(EVENING))).expect("a report");
        for ((own, own_name, own_end), (other, name, end)) in [(ACCOUNTS[0], ACCOUNTS[1]), (ACCOUNTS[1], ACCOUNTS[0])] {
            let files = part(&world, own);
            let stopped = kinds.contains(&0);
            assert!(!stopped || files.iter().any(|(key, _)| key.ends_with("report.md")), "{files:?}");
            for (key, text) in &files {
                for foreign in [other, name, end] {
                    assert!(!key.contains(foreign) && !text.contains(foreign), "{foreign} in {key}: {text}");
                }
            }
            let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
            assert!(!stopped || [own, own_name, own_end].iter().all(|own| all.contains(own)), "{all}");
        }
    });
}

#[test]
fn an_account_gets_its_part_when_there_is_news_and_no_more_than_four_files_of_a_run() {
    let world = world(&[0, 0, 1]);
    world.put("state/stocktake", "2026-11\n");
    let settings = telling();
    let stopping = try_apply(&world, &settings, &Ask::at(at(EVENING))).expect("a report");
    assert_eq!(stopping.counts().stopped, 4, "{:?}", stopping.notes);
    for (account, _, end) in ACCOUNTS {
        let files = part(&world, account);
        let keys: Vec<&str> = files.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(files.len(), 4, "{keys:?}");
        let (key, text) = files.iter().find(|(key, _)| key.ends_with(".txt")).expect("explanations");
        assert!(key.contains("/stopped/date=2026-11-25/"), "{key}");
        for said in [&format!("i-0{end}"), &format!("i-1{end}"), "outside-hours", "idle-reaper:keep-until"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains(&format!("i-2{end}")), "what was not stopped needs no explanation: {text}");
    }
    for (account, _, _) in ACCOUNTS {
        for (key, _) in part(&world, account) {
            world.lose(&key);
        }
    }
    try_apply(&world, &settings, &Ask::at(at("2026-11-25T21:45:00+09:00"))).expect("a report");
    assert!(world.recorded("by-account/").is_empty(), "nothing is new");
}

#[test]
fn a_run_that_only_notifies_writes_the_part_of_those_who_were_notified() {
    let [quiet, told] = ACCOUNTS;
    let world = World::of(machines(&[1], quiet).into_iter().chain(machines(&[0], told)));
    world.put("state/stocktake", "2026-11\n");
    let text = crate::fake::SETTINGS
        .replace(
            "[calendars.japan]",
            &TELLING.replace("channels = { \"ana\" = \"ana\" }", "channels = { \"ana*\" = \"ana\" }"),
        )
        .replace("unannounced = true", "");
    let report = try_apply(&world, &settings(&text), &Ask::at(at(EVENING))).expect("a report");
    assert_eq!((report.counts().stopped, report.messages), (0, 1), "{:?}", report.notes);
    assert!(part(&world, quiet.0).is_empty());
    assert_eq!(part(&world, told.0).len(), 3, "report as JSON, Markdown and page");
}

#[test]
fn an_undo_writes_the_part_of_each_account_in_which_it_started_something() {
    let world = world(&[0, 1]);
    world.put("state/stocktake", "2026-11\n");
    let settings = telling();
    let ask = Ask { named: Some("20261125T123000Z-1a2b3c4d"), ..Ask::at(at(EVENING)) };
    let stopping = try_apply(&world, &settings, &ask).expect("a report");
    for one in &stopping.outcomes {
        world.change(&one.id.name, |instance| Instance { state: State::Stopped, ..instance });
    }
    assert_eq!(stopping.counts().stopped, 2, "{:?}", stopping.notes);
    let [(one, _, end), (other, foreign, others)] = ACCOUNTS;
    for (key, _) in [part(&world, one), part(&world, other)].concat() {
        world.lose(&key);
    }
    let scope = Scope { accounts: Some(vec![one.to_owned()]), ..Scope::default() };
    let (undoes, overrides) = (stopping.run.to_string(), UndoOverrides::default());
    let back = Back { undoes, at: at("2026-11-25T21:50:00+09:00"), scope, overrides, apply: true, left: None };
    let undo = try_undo(&world, &settings, &back).expect("an undo");
    assert_eq!(undo.counts().started, 1, "{:?}", undo.notes);
    assert!(part(&world, other).is_empty(), "nothing was started there");
    let files = part(&world, one);
    assert_eq!(files.len(), 3, "report as JSON, Markdown and page");
    for (key, text) in &files {
        assert!(text.contains(&format!("i-0{end}")) && text.contains(one), "{key}");
        assert!(![other, foreign, others].iter().any(|foreign| text.contains(foreign)), "{key}");
    }
}

#[test]
fn what_aws_answered_names_no_other_account_in_an_accounts_own_part() {
    let report = try_apply(&world(&[0]), &telling(), &Ask::at(at(EVENING))).expect("a report");
    let [(own, _, _), (other, _, _)] = ACCOUNTS;
    let cause = |hub: &str| {
        format!(
            "AccessDenied: arn:aws:sts::{hub}:assumed-role/reaper may not, says {other} to {own} (20261125T123000Z)"
        )
    };
    let dark =
        |account: &str| Unreachable { account: account.into(), region: "*".into(), cause: cause("999999999999") };
    let mut report = report;
    let Unreachable { account, region, cause: why } = dark(own);
    report.unlisted = vec![Unlisted { kind: Kind::Database, account, region, cause: why }];
    report.unreachable = vec![dark(own), dark(other)];
    report.outcomes.iter_mut().for_each(|one| one.detail = cause("999999999999"));
    report
        .rows
        .iter_mut()
        .for_each(|row| row.verdict = Verdict::Skip(Skipped::Unmeasured { gap: cause("999999999999") }));
    let part = report.of_account(&own.into());
    let text = json(&part, false).unwrap() + &markdown(&part);
    assert!(!text.contains(other) && !text.contains("999999999999"), "{text}");
    assert!(text.matches(&format!("to {own} (20261125T123000Z)")).count() >= 5, "{text}");
}
