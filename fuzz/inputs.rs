//! Everything that people or the world hand to the reaper as text, and what must hold whatever they hand: no panic, a
//! clear error, and what is read can be written and read again. Shared by `make fuzz` and by the tests.

use std::fmt::Display;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::price::Prices;
use idle_reaper::engine::cost::savings::{Savings, Sight};
use idle_reaper::engine::history::idle_stops::IdleStops;
use idle_reaper::engine::history::launches::Launches;
use idle_reaper::engine::history::notices::Ledger;
use idle_reaper::engine::model::{ResourceId, State, Target};
use idle_reaper::engine::report::past::reviewed;
use idle_reaper::engine::request::events::Event;
use idle_reaper::engine::request::overrides::UndoOverrides;
use idle_reaper::engine::request::stage::Stage;
use idle_reaper::engine::request::{Mode, Request, Run, Scope};
use idle_reaper::engine::schedule::Expr;
use idle_reaper::engine::tags::keep_until::KeepUntil;
use idle_reaper::engine::tags::mark::Mark;
use idle_reaper::engine::tags::stop_tag::OwnTag;
use idle_reaper::local::inventory::{NoRecord, Recorded};
use idle_reaper::ports::{Entry, PortError, ReadRecord};
use idle_reaper::run;
use idle_reaper::run::{Clock, Order, UndoOrder};

/// The kinds of input. Each has a folder of seeds in `fuzz/seeds/`.
#[allow(dead_code)] // a fuzz target tries one
pub const KINDS: [&str; 8] = ["settings", "schedule", "keep", "own_tag", "event", "snapshot", "plan", "record"];

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    Settings::parse("reaper.toml", include_str!("../examples/reaper.toml")).expect("the example's settings are right")
});

/// Every key that there is, so that a run reads everything that a record may have.
static EVERY_KEY: LazyLock<Settings> = LazyLock::new(|| {
    Settings::parse("reaper.toml", include_str!("../examples/every-key.toml"))
        .expect("the example's settings are right")
});

/// Machines of which the seeds of the record speak.
static INVENTORY: LazyLock<Recorded> = LazyLock::new(|| {
    let one = |id: &str, state: &str| {
        format!(
            r#"{{"InstanceId":"{id}","InstanceType":"t3.micro","LaunchTime":"2026-11-24T00:30:00Z","RootDeviceType":"ebs",
            "State":{{"Name":"{state}"}},"Placement":{{"AvailabilityZone":"ap-northeast-1a","Tenancy":"default"}},
            "Tags":[{{"Key":"Env","Value":"dev"}},{{"Key":"Owner","Value":"ana"}},{{"Key":"idle-reaper:stopped",
            "Value":"2026-11-24T12:30:00Z run=20261124T123000Z-0000000a policy=dev-office-hours"}}]}}"#
        )
    };
    let all = [one("i-n1", "running"), one("i-d1", "stopped"), one("i-f1", "running")].join(",");
    let text = format!(r#"{{"Reservations":[{{"OwnerId":"111111111111","Instances":[{all}]}}]}}"#);
    Recorded::parse("file.json", &text, &EVERY_KEY).expect("an inventory")
});

/// Tries one input of one kind.
///
/// # Panics
/// Where a law is broken.
pub fn try_one(kind: &str, data: &[u8]) {
    if kind == "record" {
        return record(&String::from_utf8_lossy(data));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    match kind {
        "settings" => clear(&Settings::parse("reaper.toml", text), text),
        "schedule" => {
            let read = Expr::parse(text);
            clear(&read, text);
            if let Ok(read) = read {
                assert_eq!(Expr::parse(&written(&read)).as_ref(), Ok(&read), "{text:?}");
            }
        }
        "keep" => clear(&KeepUntil::parse(text), text),
        "own_tag" => {
            again(OwnTag::parse(text), OwnTag::parse, text);
            again(Mark::parse(text), Mark::parse, text);
        }
        "event" => {
            clear(&Request::parse(text), text);
            clear(&Stage::parse(text), text);
            if let Ok(event) = serde_json::from_str(text) {
                clear(&Event::parse(&event), text);
            }
        }
        "snapshot" => {
            let read = Recorded::parse("file.json", text, &SETTINGS);
            clear(&read, text);
            if let Ok(read) = read {
                judge(&read);
            }
        }
        "plan" => clear(&reviewed(text), text),
        other => panic!("there is no kind `{other}`"),
    }
}

/// An error says something, and does not grow beyond what anybody could read: 200 complaints about settings are the most.
fn clear<T, E: Display>(read: &Result<T, E>, text: &str) {
    if let Err(wrong) = read {
        let words = wrong.to_string();
        assert!(!words.trim().is_empty(), "an error without words for {text:?}");
        assert!(words.len() < 400_000 + 8 * text.len(), "{} bytes of error for {} of input", words.len(), text.len());
    }
}

/// What was read is written as text that reads the same.
fn again<T: PartialEq + std::fmt::Debug + Display, E: Display>(
    read: Result<T, E>,
    parse: impl Fn(&str) -> Result<T, E>,
    text: &str,
) {
    clear(&read, text);
    let Ok(read) = read else { return };
    match parse(&read.to_string()) {
        Ok(same) => assert_eq!(same, read, "{text:?}"),
        Err(wrong) => panic!("`{read}` cannot be read again: {wrong}"),
    }
}

fn written(expr: &Expr) -> String {
    let zone = expr.zone.map(|zone| format!(" @ {zone}")).unwrap_or_default();
    format!("{}{zone}", expr.hours)
}

/// A record in which every file says the same.
struct Everywhere<'a>(&'a str);

impl ReadRecord for Everywhere<'_> {
    async fn read(&self, _: &str) -> Result<Option<String>, PortError> {
        Ok(Some(self.0.to_owned()))
    }

    async fn read_since(&self, _: &str, _: &str) -> Result<Vec<Entry>, PortError> {
        let files =
            ["date=2026-11-25/20261125T120000Z-1a.jsonl", "111111111111.jsonl", "date=2026-11-25/x.json", "odd"];
        Ok(files.iter().map(|file| ((*file).to_owned(), self.0.to_owned())).collect())
    }
}

/// Whatever stands in the record, in any of its files: runs are planned, runs are listed and undone, and what is read is
/// written and read again. What a file says of one instance may cost that instance its history, and nothing more.
fn record(text: &str) {
    let at = DateTime::from_timestamp(1_795_609_800, 0).expect("an instant");
    let hub = &Everywhere(text);
    plan(&INVENTORY, &EVERY_KEY, hub, at);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _ = runtime.block_on(run::runs(hub, at, 7));
    let run = Run { id: "run-1".into(), mode: Mode::Undo, scope: Scope::default(), at };
    let (undoes, settings, clock) = ("20261125T120000Z-1a", &EVERY_KEY, Clock::start(at, None));
    let order =
        UndoOrder { run: &run, undoes, overrides: UndoOverrides::default(), settings, clock, wall: at, agreed: None };
    let _ = runtime.block_on(run::preview(&order, &*INVENTORY, hub));
    if let Ok(mut savings) = Savings::parse(text) {
        let ids = ["i-d1", "i-n1"].map(|name| ResourceId::instance(Target::new("111111111111", "eu-west-1"), name));
        let down = |id| Sight { id, state: State::Stopped, launch: None, ours: true };
        savings.accrue(ids.iter().map(down), |_| true, at);
        assert_eq!(Savings::parse(&savings.text()).as_ref(), Ok(&savings), "{text:?}");
        let _ = savings.table();
    }
    let mut told = Ledger::parse(text, at);
    told.keep(|id| id.name.len().is_multiple_of(2), at);
    assert_eq!(Ledger::parse(&told.text(), at), told, "{text:?}");
    let stops = IdleStops::parse(text, at);
    assert_eq!(IdleStops::parse(&stops.text(), at), stops, "{text:?}");
    let launches = Launches::parse("111111111111", text);
    assert_eq!(Launches::parse("111111111111", &launches.text()), launches, "{text:?}");
    let prices = Prices::parse(text);
    assert_eq!(Prices::parse(&prices.text()), prices, "{text:?}");
    if let Ok(plan) = reviewed(text) {
        let _ = plan.check(&EVERY_KEY, at);
    }
}

/// Any inventory that can be read is judged, and each of its instances has one line.
fn judge(read: &Recorded) {
    let at = DateTime::from_timestamp(1_795_609_800, 0).expect("an instant");
    plan(read, &SETTINGS, &NoRecord, at);
}

fn plan(read: &Recorded, settings: &Settings, hub: &impl ReadRecord, at: DateTime<Utc>) {
    let run = Run { id: "run-1".into(), mode: Mode::Plan, scope: Scope::default(), at };
    let (clock, progress) = (Clock::start(at, None), &|_, _| {});
    let order = Order { run: &run, settings, clock, wall: at, reviewed: None, acknowledge: None, progress };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    if let Ok(report) = runtime.block_on(run::plan(&order, read, hub)) {
        assert!(report.outcomes.is_empty());
    }
}
