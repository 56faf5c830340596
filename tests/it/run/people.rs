//! People in the record: what names them lies where the bucket's lifecycle expires it, and what stays for years has
//! pseudonyms.

use std::collections::BTreeSet;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::savings::Savings;
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::request::events::Launched;
use idle_reaper::run::launches::remember;
use serde_json::Value;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{
    Ask, Back, EVENING, HERE, SETTINGS, Shape, World, at, block_on, instance, settings, try_apply, try_undo,
};

const RUN: &str = "20261125T123000Z-1a2b3c4d";
const OWNER: &str = "ana@example.com";

/// The owner, the launcher, and the name of the machine.
const PEOPLE: [&str; 3] = [OWNER, "ben@example.com", "anas-machine"];

/// The prefixes of the rules of `infra/hub.yaml` that expire people's data, less `record/`.
fn expiring() -> BTreeSet<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/infra/hub.yaml")).expect("the template");
    let rules = text.lines().filter(|line| line.contains("{Id: people-"));
    let prefix = |line: &str| Some(line.split_once("Prefix: record/")?.1.split_once(',')?.0.to_owned());
    rules.map(|line| prefix(line).expect("a prefix")).collect()
}

fn telling(run: &str) -> Settings {
    let text = SETTINGS.replace("[calendars.japan]", &TELLING.replace("\"ana\" =", "\"ana@example.com\" ="));
    settings(&text.replace("record = \"record\"", &format!("record = \"record\"\n{run}")))
}

fn machines() -> World {
    World::of([
        instance("i-1").tag("Owner", OWNER).tag("Name", "anas-machine"),
        instance("i-2").tag("Owner", "Ana@Example.com"),
        instance("i-3").tag("Owner", "carol@example.com"),
    ])
}

/// Somebody launched a machine of somebody; it is stopped in the evening, and started again by an undo.
fn story() -> World {
    let world = machines();
    let launched = Launched {
        account: HERE.0.to_owned(),
        region: HERE.1.to_owned(),
        instances: vec!["i-1".to_owned()],
        by: "ben@example.com".to_owned(),
        at: at("2026-11-25T01:02:03Z"),
        event: "e-1".to_owned(),
        again: false,
    };
    block_on(remember(&world, &launched)).expect("it is remembered");
    let settings = telling("");
    let evening = try_apply(&world, &settings, &Ask { named: Some(RUN), ..Ask::at(at(EVENING)) }).expect("a report");
    assert_eq!(evening.counts().stopped, 3, "{:?}", evening.notes);
    for id in ["i-1", "i-2", "i-3"] {
        world.change(id, |one| Instance { state: State::Stopped, ..one });
    }
    let back = Back { undoes: RUN.to_owned(), at: at("2026-11-25T21:45:00+09:00"), apply: true, ..Back::default() };
    try_undo(&world, &settings, &back).expect("an undo");
    world
}

fn history(world: &World) -> Vec<Value> {
    let files = world.recorded("tables/history/");
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The owner that the history has for an instance, in each of its lines.
fn owners(world: &World, id: &str) -> BTreeSet<String> {
    let its_own = history(world).into_iter().filter(|line| line["id"] == id);
    its_own.map(|line| line["owner"].as_str().expect("an owner").to_owned()).collect()
}

#[test]
fn what_names_people_lies_where_it_expires_and_the_rest_names_nobody() {
    let (world, expiring) = (story(), expiring());
    let (mut named, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for (key, text) in world.recorded("") {
        let text = text.to_lowercase();
        let names = PEOPLE.iter().any(|person| text.contains(person) || key.contains(person));
        match expiring.iter().find(|prefix| key.starts_with(&**prefix)) {
            Some(prefix) if names => drop(named.insert(prefix.as_str())),
            Some(_) => {}
            // What is true now: rewritten all the time, and documented.
            None if key.starts_with("state/") || key.starts_with("savings/") => {}
            None => {
                assert!(!names, "`{key}` stays for years: {text}");
                kept.insert(key.split("/date=").next().unwrap_or(&key).to_owned());
            }
        }
    }
    let long: BTreeSet<&str> = kept.iter().map(String::as_str).collect();
    assert_eq!(long, ["acts", "counts", "tables/history", "tables/runs", "undone"].into());
    // The search finds people where they are.
    let wanted = ["by-account/", "runs/", "stocktake/", "tables/outcomes/", "tables/plans/", "tables/verdicts/"];
    assert_eq!(named, wanted.into());
    assert!(world.recorded("people/salt").len() == 1 && expiring.contains("people/"), "{expiring:?}");
}

#[test]
fn one_person_is_one_pseudonym_in_the_history_of_every_run_until_the_salt_is_gone() {
    let world = story();
    assert_eq!(history(&world).len(), 6, "three stops and three starts");
    let ana = owners(&world, "i-1");
    assert_eq!((ana.len(), &ana), (1, &owners(&world, "i-2")), "the stop and the start, whatever the case");
    assert_ne!(ana, owners(&world, "i-3"));
    assert!(ana.iter().all(|owner| owner.starts_with("person-") && owner.len() == 23), "{ana:?}");
    // Another record has another salt, and so has this one when its salt has expired.
    assert_ne!(ana, owners(&story(), "i-1"));
}

#[test]
fn nothing_that_could_be_guessed_is_taken_for_a_salt_and_nothing_else_is_lost() {
    let whole = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let run = |salt: &str| {
        let world = machines();
        world.put("people/salt", salt);
        let report = try_apply(&world, &telling(""), &Ask::at(at(EVENING))).expect("a report");
        assert_eq!(report.counts().stopped, 3);
        (world, report)
    };
    for salt in ["", "salt", "0011", &whole[1..], &whole.replace("ff", "é")] {
        let (world, report) = run(salt);
        let said = "`people/salt` in the record is no salt; remove it";
        assert!(report.troubled && report.notes.iter().any(|note| note.contains(said)), "{:?}", report.notes);
        assert_eq!(world.recorded("tables/history/"), []);
        for table in ["outcomes", "verdicts", "runs"] {
            assert_eq!(world.recorded(&format!("tables/{table}/")).len(), 1, "{table}");
        }
    }
    let ana = |salt: &str| owners(&run(salt).0, "i-1");
    assert_eq!(ana(whole), ana(&format!("{whole}\n")));
    assert_ne!(ana(whole), ana(&whole.replace("00", "01")));
}

#[test]
fn a_run_that_does_nothing_makes_no_salt() {
    let world = World::of([instance("i-1").tag("Env", "prod")]);
    try_apply(&world, &telling(""), &Ask::at(at(EVENING))).expect("a report");
    assert_eq!(world.recorded("people/"), []);
}

/// Savings of a month, as the record has them.
fn month(month: &str, owner: &str) -> String {
    format!(
        r#"{{"month":"{month}","account":"111111111111","policy":"dev","owner":"{owner}","hours":"10","usd":"5","unknown_hours":"0"}}"#
    )
}

/// The owners in the savings after a run on the 25th of November: by month.
fn saved(run: &str, months: &[String]) -> (World, Vec<(String, String)>) {
    let world = World::of([]);
    world.put("state/savings.json", &format!(r#"{{"version":1,"open":{{}},"months":[{}]}}"#, months.join(",")));
    try_apply(&world, &telling(run), &Ask::at(at(EVENING))).expect("a report");
    let savings = Savings::parse(&world.recorded("state/savings.json")[0].1).expect("savings");
    let owners = savings.lines().map(|line| (line.month.to_string(), line.whose.owner.to_string())).collect();
    (world, owners)
}

#[test]
fn savings_of_past_months_lose_their_owners_when_the_settings_say_so_and_no_money() {
    // The last of August is 86 days before, and the last of July 117.
    let months = [
        month("2026-07", OWNER),
        month("2026-07", "ANA@example.com"),
        month("2026-07", ""),
        month("2026-08", OWNER),
        month("2026-11", OWNER),
    ];
    let (world, owners) = saved("keep-people-days = 90", &months);
    let july: BTreeSet<&str> = owners.iter().filter(|(of, _)| of == "2026-07").map(|(_, who)| who.as_str()).collect();
    assert_eq!(july.len(), 2, "nobody, and one pseudonym for both spellings: {owners:?}");
    assert!(july.iter().all(|who| who.is_empty() || who.starts_with("person-")), "{owners:?}");
    let rest: Vec<&str> = owners.iter().filter(|(of, _)| of != "2026-07").map(|(_, who)| who.as_str()).collect();
    assert_eq!(rest, [OWNER, OWNER]);
    let savings = Savings::parse(&world.recorded("state/savings.json")[0].1).expect("savings");
    let july = savings.lines().filter(|line| line.month.to_string() == "2026-07");
    assert_eq!(july.map(|line| line.saved.hours).sum::<rust_decimal::Decimal>(), 30.into());
    let table = &world.recorded("savings/months.jsonl")[0].1;
    assert!(
        table.lines().filter(|line| line.contains("2026-07")).all(|line| !line.to_lowercase().contains(OWNER)),
        "{table}"
    );
    // The next run has nothing more to replace, with whatever salt.
    world.put("people/salt", "");
    let again = try_apply(&world, &telling("keep-people-days = 90"), &Ask::at(at("2026-11-25T22:00:00+09:00")))
        .expect("a report");
    assert!(!again.troubled, "{:?}", again.notes);
    assert_eq!(saved("", &months).1.iter().filter(|(_, who)| who == OWNER).count(), 3, "unless the settings say so");
}
