//! Deciding alone: no call is made. `decide SETTINGS N` judges N instances of ten kinds and makes the plan, and prints what
//! one verdict took.

use std::process::ExitCode;
use std::time::Instant;

use chrono::{DateTime, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::history::today::Today;
use idle_reaper::engine::judge::Judge;
use idle_reaper::engine::model::{Account, Instance, ResourceId, State, Tags, Target};
use idle_reaper::engine::plan::{Candidate, Plan};
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::rules::case::Activity;

/// A Wednesday evening in Tokyo, and a start in its morning.
const EVENING: &str = "2026-11-25T12:30:00Z";
const MORNING: &str = "2026-11-25T00:05:00Z";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [settings, count] = &words[..] else { return usage() };
    let (Ok(text), Ok(count)) = (std::fs::read_to_string(settings), count.parse::<usize>()) else { return usage() };
    let settings = Settings::parse(settings, &text).expect("settings");
    let instances: Vec<Instance> = (0..count).map(one).collect();
    let account = Account { name: Some("web-dev".to_owned()), ..Account::bare("111111111111") };
    let now = instant(EVENING);
    let (scope, history) = (Scope::default(), History::default());

    let begun = Instant::now();
    let mut judge = Judge::new(&settings, &scope, &history, now);
    let mut candidates = Vec::new();
    for instance in &instances {
        let ruling = judge.rule(instance, &account, &Activity::of_cpu(0.5));
        candidates.extend(Candidate::of(instance, &ruling, false, now));
    }
    let judged = begun.elapsed();
    let count_of_candidates = candidates.len();
    let running = instances.iter().filter(|one| one.state == State::Running).map(|one| one.id.kind);
    let plan = Plan::make(&settings, now, candidates, &running.collect(), &Today::default());
    let planned = begun.elapsed() - judged;

    let each = |time: std::time::Duration| time.as_nanos() / count.max(1) as u128;
    println!(
        "{{\"instances\":{count},\"candidates\":{count_of_candidates},\"steps\":{},\"ns-per-verdict\":{},\"ns-per-plan-line\":{}}}",
        plan.steps.len(),
        each(judged),
        each(planned)
    );
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: decide SETTINGS N");
    ExitCode::from(1)
}

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("an instant").to_utc()
}

/// Ten kinds: six are to be stopped, one is stopped already, one is kept, one is Spot, one belongs to a group.
fn one(n: usize) -> Instance {
    let more: &[(&str, &str)] = match n % 10 {
        7 => &[("idle-reaper:keep", "")],
        9 => &[("aws:autoscaling:groupName", "web")],
        _ => &[],
    };
    let tags = [("Env", "dev"), ("Name", "build-box"), ("Owner", "team"), ("CostCenter", "4711")];
    Instance {
        id: ResourceId::instance(Target::new("111111111111", "ap-northeast-1"), format!("i-{n:017x}")),
        state: if n % 10 == 6 { State::Stopped } else { State::Running },
        kind: "t3.medium".into(),
        launch: Some(instant(MORNING)),
        transition: None,
        lifecycle: (n % 10 == 8).then(|| "spot".into()),
        root: Some("ebs".into()),
        ephemeral: false,
        tenancy: Some("default".into()),
        host: None,
        outpost: None,
        reservation: None,
        forwards: false,
        product_codes: Box::new([]),
        operator: None,
        hibernation: false,
        details: Default::default(),
        tags: Tags::new(tags.into_iter().chain(more.iter().copied())),
        tags_unreadable: false,
        database: None,
        service: None,
    }
}
