//! Everything that people or the world hand to the reaper as text, and what must hold whatever they hand: no panic, a
//! clear error, and what is read can be written and read again. Shared by `make fuzz` and by the tests.

use std::fmt::Display;
use std::sync::LazyLock;

use chrono::DateTime;
use idle_reaper::adapters::recorded::{NoRecord, Recorded};
use idle_reaper::decide::events::Event;
use idle_reaper::decide::fan_out::Stage;
use idle_reaper::decide::past::reviewed;
use idle_reaper::decide::request::{Mode, Request, Run, Scope};
use idle_reaper::decide::settings::Settings;
use idle_reaper::flow::{self, Clock, Order};
use idle_reaper::schedule::Expr;
use idle_reaper::words::{KeepUntil, Mark, OwnTag};

/// The kinds of input. Each has a folder of seeds in `fuzz/seeds/`.
#[allow(dead_code)] // a fuzz target tries one
pub const KINDS: [&str; 7] = ["settings", "schedule", "keep", "own_tag", "event", "snapshot", "plan"];

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    Settings::parse("reaper.toml", include_str!("../examples/reaper.toml")).expect("the example's settings are right")
});

/// Tries one input of one kind.
///
/// # Panics
/// Where a law is broken.
pub fn try_one(kind: &str, data: &[u8]) {
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

/// Any inventory that can be read is judged, and each of its instances has one line.
fn judge(read: &Recorded) {
    let at = DateTime::from_timestamp(1_795_609_800, 0).expect("an instant");
    let run = Run { id: "run-1".into(), mode: Mode::Plan, scope: Scope::default(), at };
    let clock = Clock::start(at, None);
    let order = Order {
        run: &run,
        settings: &SETTINGS,
        clock,
        wall: at,
        reviewed: None,
        acknowledge: None,
        progress: &|_, _| {},
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    if let Ok(report) = runtime.block_on(flow::plan(&order, read, &NoRecord)) {
        assert!(report.outcomes.is_empty());
    }
}
