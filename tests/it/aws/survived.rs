//! Seeded plans of faults through the real binary and the real adapters: refused, throttled, lost, hanging, cut,
//! truncated, expired, stale, changed meanwhile. The same laws as over the fakes; many more plans by `make survive`.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::estate::{Ended, Estate};
use super::world::EVENING;
use crate::fake::Dice;
use crate::survived::plans;

const LATER: &str = "2026-11-25T21:50:00+09:00";

/// Which call, and in which ways it may go wrong.
const LOOKING: [&str; 9] = ["error", "throttle", "expire", "hang", "cut", "truncate", "shorten", "empty", "past"];
const ACTING: [&str; 10] =
    ["error", "throttle", "expire", "lost", "ignore", "hang-after", "cut", "cut-after", "truncate", "shorten"];
const WRITING: [&str; 7] = ["error", "throttle", "lost", "cut", "cut-after", "truncate", "shorten"];
const PAGES: [&str; 3] = ["repeat-page", "same-token", "lose-page"];
const ACTIONS: [(&str, &[&str]); 15] = [
    ("DescribeInstances", &LOOKING),
    ("DescribeInstances", &PAGES),
    ("DescribeInstances", &["change", "change-after"]),
    ("GetMetricData", &LOOKING),
    ("AssumeRole", &["error", "throttle", "hang", "cut", "truncate", "shorten", "empty"]),
    ("ListAccounts", &["error", "throttle", "hang", "truncate", "shorten", "empty"]),
    ("ListAccounts", &["repeat-page", "same-token"]),
    // The n-th call, whatever it is.
    ("*", &["error", "throttle", "expire", "lost", "cut", "cut-after", "truncate", "shorten"]),
    ("GetParameter", &["error", "throttle", "cut"]),
    ("CreateTags", &ACTING),
    ("StopInstances", &ACTING),
    ("StartInstances", &ACTING),
    ("DeleteTags", &ACTING),
    ("PutObject", &WRITING),
    ("DeleteObject", &WRITING),
];

/// What somebody does meanwhile: keeps one, or stops and starts it.
fn change(dice: &mut Dice) -> Value {
    match dice.below(2) {
        0 => json!({"tags": {"idle-reaper:keep": "asked for"}}),
        _ => json!({"person-starts": "2026-11-25T21:29:00+09:00"}),
    }
}

/// One to four faults, and the stories that somebody touches.
struct Plan {
    faults: Vec<Value>,
    touched: BTreeSet<String>,
}

impl Plan {
    fn has(&self, mode: &str) -> bool {
        self.faults.iter().any(|fault| fault["mode"] == mode)
    }
}

fn stage(estate: &Estate, seed: u32) -> Plan {
    let mut dice = Dice::new(u64::from(seed));
    estate.world.post("seed", &json!({"seed": seed}));
    let moods = [(1000, 0.0), (1000, 1.0), (5, 0.0), (5, 3.0)];
    let (page, passing) = moods[dice.below(moods.len())];
    estate.world.post("conditions", &json!({"page-size": page, "transition-seconds": passing}));
    let all = estate.all();
    let (mut faults, mut touched) = (Vec::new(), BTreeSet::new());
    for _ in 0..=dice.below(4) {
        let (action, modes) = ACTIONS[dice.below(ACTIONS.len())];
        let mode = modes[dice.below(modes.len())];
        if mode.starts_with("change") && !touched.is_empty() {
            continue; // one call is met by one fault, and a second change would come too late
        }
        // Eight seconds are longer than a look at a few, or an act, may last.
        let seconds = [1, 1, 1, 8][dice.below(4)];
        let after = dice.below(if action == "*" { 60 } else { 7 });
        let mut fault = json!({"action": action, "mode": mode, "seconds": seconds, "after": after});
        match dice.below(3) {
            _ if action == "*" => fault["times"] = json!(1),
            0 => fault["times"] = json!(1 + dice.below(3)),
            1 => fault["percent"] = json!(20 + dice.below(60)),
            _ => fault["region"] = json!("us-east-1"),
        }
        if mode.starts_with("change") {
            let stories: Vec<&String> = all.keys().filter(|story| story.starts_with("stop-")).collect();
            let story = stories[dice.below(stories.len())];
            // The first look that names it is the one just before the act.
            let first = json!({"after": 0, "times": 1, "ids": [all[story]["id"]], "fields": change(&mut dice)});
            let fault = fault.as_object_mut().unwrap();
            // Or it might meet a look after the act, or none.
            fault.remove("percent");
            fault.remove("region");
            fault.extend(first.as_object().unwrap().clone());
            touched.insert(story.clone());
        }
        estate.fault(&fault);
        faults.push(fault);
    }
    Plan { faults, touched }
}

/// What the report says is so; what it does not say was not done.
fn tells_the_truth(estate: &Estate, ended: &Ended, plan: &Plan, context: &str) {
    let Ended { ran, report } = ended;
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let acted = |one: &Value| one["stops"] != 0 || one["starts"] != 0;
    if ran.code == 1 {
        assert!(!estate.all().values().any(acted), "{context}: an error, and yet it acted: {}", ran.err);
        assert!(!ran.err.contains("only one run acts"), "{context}: there was no other: {}", ran.err);
        assert!(ran.err.starts_with("error: ") && report.is_null(), "{context}: {}", ran.err);
        return;
    }
    assert_eq!(ran.code, if report["health"] == "ok" { 0 } else { 3 }, "{context}: {}", ran.err);
    let steps: BTreeSet<String> =
        report["plan"]["steps"].as_array().unwrap().iter().map(|step| words(&step["id"])).collect();
    let outcomes = ended.outcomes();
    assert_eq!(outcomes.iter().map(|one| words(&one["id"])).collect::<BTreeSet<_>>(), steps, "{context}");
    let dark = |one: &Value| {
        let unreachable = report["unreachable"].as_array().unwrap();
        unreachable
            .iter()
            .any(|dark| dark["account"] == one["account"] && (dark["region"] == "*" || dark["region"] == one["region"]))
    };
    // Nobody can know of a page that AWS leaves out.
    let lost = plan.has("lose-page");
    let mut bad = !report["unreachable"].as_array().unwrap().is_empty();
    for (story, one) in estate.all() {
        let lines = report["resources"].as_array().unwrap().iter().filter(|line| line["id"] == one["id"]).count();
        assert!(lines == 1 || (lines == 0 && (lost || dark(&one))), "{context}: {lines} lines of {one}");
        assert!(!acted(&one) || steps.contains(&words(&one["id"])), "{context}: not planned: {one}");
        let Some(outcome) = outcomes.iter().find(|outcome| outcome["id"] == one["id"]) else { continue };
        let own = one["tags"]["idle-reaper:stopped"].as_str().unwrap_or_default();
        let mine = own.contains(&words(&report["run"]));
        bad |= ["failed", "unverified"].contains(&outcome["outcome"].as_str().unwrap());
        if plan.touched.contains(&story) {
            continue; // what somebody did after the look is not the reaper's to know
        }
        match outcome["outcome"].as_str().unwrap() {
            "stopped" | "stopping" => {
                let told = ended.untagged().contains(&words(&one["id"]));
                assert!(one["state"] == "stopped" && mine != told, "{context}: {outcome} {one}");
                bad |= told;
            }
            "started" => assert_eq!(one["state"], "running", "{context}: {outcome} {one}"),
            "failed" if outcome["action"] == "stop" => {
                assert_eq!(one["state"], "running", "{context}: {outcome} {one}");
                let told = words(&outcome["detail"]).contains("could not be removed");
                assert!(!mine || told, "{context}: {outcome} {one}");
            }
            "already" | "overtaken" | "not-tried" => assert!(!acted(&one), "{context}: {outcome} {one}"),
            _ => {}
        }
    }
    if bad || estate.locked() {
        assert_eq!(report["health"], "degraded", "{context}: {report}");
    }
}

/// What came of all plans.
#[derive(Debug, Default)]
struct Figures {
    /// Calls that a fault met, in first runs.
    met: u64,
    /// Steps of first runs that were done, and that were not.
    done: usize,
    undone: usize,
    /// First runs that were degraded, and that ended in an error.
    degraded: usize,
    errors: usize,
}

impl Figures {
    fn add(&mut self, estate: &Estate, ended: &Ended) {
        let met = estate.world.get("meter")["faults"].clone();
        self.met += met.as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>();
        let done =
            |one: &Value| ["stopped", "stopping", "started", "already"].contains(&one["outcome"].as_str().unwrap());
        let outcomes = ended.outcomes();
        let well = outcomes.iter().filter(|one| done(one)).count();
        self.done += well;
        self.undone += outcomes.len() - well;
        self.degraded += usize::from(ended.ran.code == 3);
        self.errors += usize::from(ended.ran.code == 1);
    }
}

fn survive(seed: u32, figures: &Mutex<Figures>) {
    let estate = Estate::of(4, 3);
    let plan = stage(&estate, seed);
    let first = estate.apply(EVENING);
    let context = format!("seed {seed}, faults {}, exit code {}", json!(plan.faults), first.ran.code);
    // An answer from the past may show the instance as it was before somebody kept it; then only IAM protects it.
    let unseen = plan.has("past") || plan.has("change-after");
    let all = estate.all();
    for story in plan.touched.iter().filter(|_| !unseen) {
        assert_eq!(all[story]["stops"], 0, "{context}: {story} was kept, or started, before the last look");
    }
    estate.no_owner_was_wronged(&context);
    tells_the_truth(&estate, &first, &plan, &context);
    figures.lock().unwrap().add(&estate, &first);
    estate.world.post("fault/clear", &json!({}));
    estate.quarter_of_an_hour_passes();
    let second = estate.apply(LATER);
    assert_eq!(second.ran.code, 0, "{context}: {} {}", second.ran.err, second.ran.out);
    estate.is_at_rest(&plan.touched, &context);
    let third = estate.world.run(&estate.settings, &["plan", "--at", LATER, "--format", "json"]).json();
    let steps: Vec<Value> = third["plan"]["steps"].as_array().unwrap().clone();
    assert_eq!(steps, Vec::<Value>::new(), "{context}: left undone");
}

#[test]
fn whatever_fails_in_aws_no_law_is_broken_and_a_second_run_completes_the_first() {
    let seed = std::env::var("IDLE_REAPER_SEED").ok().and_then(|text| text.parse::<u32>().ok());
    let (first, last) = seed.map_or((0, plans(14)), |seed| (seed, seed + 1));
    let (next, figures) = (AtomicU32::new(first), Mutex::<Figures>::default());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= last {
                        break;
                    }
                    survive(seed, &figures);
                }
            });
        }
    });
    let figures = figures.into_inner().unwrap();
    let plans = last - first;
    println!("{plans} plans of faults through the binary: {figures:?}");
    let steps = figures.done + figures.undone;
    assert!(seed.is_some() || steps > 10 * plans as usize / 2, "too tame: {figures:?}");
}

#[test]
fn whichever_written_object_has_its_answer_lost_the_run_goes_on_and_its_lock_is_its_own() {
    let void = json!({"run": "20261125T090000Z-00000001", "until": "2026-01-01T00:00:00Z"}).to_string();
    for (lock, after) in [(None, 0), (None, 1), (None, 2), (Some(&void), 0), (Some(&void), 1), (Some(&void), 2)] {
        let estate = Estate::of(1, 2);
        if let Some(text) = lock {
            let lock = json!({"bucket": "idle-reaper-records", "key": "record/acting.lock", "text": text});
            estate.world.post("object", &lock);
        }
        estate.fault(&json!({"action": "PutObject", "mode": "lost", "after": after, "times": 1}));
        let ended = estate.apply(EVENING);
        assert_eq!(ended.ran.code, 0, "{lock:?} {after}: {}", ended.ran.err);
        assert_eq!(estate.world.get("meter")["faults"]["Lost"], 1);
        estate.is_at_rest(&BTreeSet::new(), "a lost answer");
    }
}

#[test]
fn a_tag_that_aws_confirms_and_does_not_write_is_written_once_more_or_reported() {
    for (times, code) in [(1, 0), (9, 3)] {
        let estate = Estate::of(1, 2);
        estate.fault(&json!({"action": "CreateTags", "mode": "ignore", "times": times}));
        let ended = estate.apply(EVENING);
        let (untagged, all) = (ended.untagged(), estate.all());
        assert_eq!((ended.ran.code, untagged.len()), (code, if code == 0 { 0 } else { 2 }), "{}", ended.ran.out);
        assert_eq!(ended.report["health"], if code == 0 { "ok" } else { "degraded" });
        for one in all.values().filter(|one| one["stops"] == 1) {
            let own = one["tags"]["idle-reaper:stopped"].as_str().unwrap_or_default();
            assert_eq!(own.contains(ended.report["run"].as_str().unwrap()), code == 0, "{one}");
        }
        assert_eq!(estate.world.calls()["ec2:CreateTags"], 2, "once, and once more");
    }
}
