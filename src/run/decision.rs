//! What a run has decided before anything is done: everything judged, one plan, and what holds it back.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::engine::cost::price::Prices;
use crate::engine::evidence::idle::Missing;
use crate::engine::history::past_runs::History;
use crate::engine::model::Cap;
use crate::engine::model::Step;
use crate::engine::model::{Ending, Outcome};
use crate::engine::model::{Target, instances};
use crate::engine::plan::Plan;
use crate::engine::report::Report;
use crate::engine::request::Mode;
use crate::ports::{PriceList, Scan, WriteRecord};
use crate::run::error::Error;
use crate::run::launches;
use crate::run::order::Order;
use crate::run::restart;
use crate::run::scan::{Scanned, scan};
use crate::run::sudden;
use crate::run::wrap_up;

/// A run before it acts.
pub(crate) struct Decision {
    /// The report so far, with the plan.
    pub(crate) report: Report,
    /// What else the look has found out.
    pub(crate) scanned: Scanned,
    /// The prices that it knows of.
    pub(crate) prices: Option<Prices>,
    /// What a reviewed plan holds and this run does not do.
    pub(crate) dropped: Vec<Outcome>,
}

/// Looks, judges, plans, prices, and holds back what is a sudden change.
pub(crate) async fn decide(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    list: &impl PriceList,
    history: &History,
) -> Result<Decision, Error> {
    let (mut report, scanned) = prepare(order, scanner, history, true).await?;
    launches::name_launchers(hub, order.settings, &mut report).await;
    launches::plan_labels(order.settings, &mut report, order.reviewed);
    let prices = wrap_up::price(order, list, hub, &mut report).await;
    sudden::hold_back(order, hub, &mut report).await?;
    report.plan.seal();
    let dropped = order.reviewed.map_or_else(Vec::new, |reviewed| dropped(&report, reviewed));
    Ok(Decision { report, scanned, prices, dropped })
}

/// What a reviewed plan holds and this run does not do, with why: nobody who agreed to a step is left to wonder.
fn dropped(report: &Report, reviewed: &Plan) -> Vec<Outcome> {
    let planned: HashSet<_> = report.plan.steps.iter().map(|step| (&step.id, step.action)).collect();
    let put_off: HashMap<_, _> = report.plan.deferred.iter().map(|d| ((&d.id, d.action), d.because)).collect();
    let rows: HashMap<_, _> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let missing = reviewed.steps.iter().filter(|step| !planned.contains(&(&step.id, step.action)));
    let outcome = |step: &Step| {
        let (outcome, detail) = match (put_off.get(&(&step.id, step.action)), rows.get(&step.id)) {
            (Some(Cap::NotReviewed), _) => (
                Ending::Overtaken,
                "it has changed since the plan was made: it was started, or another policy matches".to_owned(),
            ),
            (Some(cap), _) => (Ending::NotTried, format!("put off by `{}`", cap.as_str())),
            (None, Some(row)) => {
                let (verdict, reason) = (row.verdict.as_str(), row.verdict.reason());
                (Ending::Overtaken, format!("now {verdict}, by the rule `{reason}`"))
            }
            (None, None) if is_blind(report, &step.id.place) => {
                (Ending::Overtaken, "its account or Region could not be scanned".to_owned())
            }
            (None, None) => (Ending::Overtaken, "it was not seen".to_owned()),
        };
        Outcome::of(step, outcome, detail, report.at)
    };
    missing.map(outcome).collect()
}

fn is_blind(report: &Report, target: &Target) -> bool {
    report.unreachable.iter().any(|unreachable| unreachable.target().covers(target))
}

/// Looks, judges and plans. `asks`: whether the plan counts, so that its stops are asked whether they could be taken back.
pub(crate) async fn prepare(
    order: &Order<'_>,
    scanner: &impl Scan,
    history: &History,
    asks: bool,
) -> Result<(Report, Scanned), Error> {
    let Order { run, settings, clock, wall: _, reviewed, acknowledge: _, progress } = order;
    let mut scanned = scan(scanner, settings, &run.scope, history, *clock, progress).await?;
    let mut candidates = std::mem::take(&mut scanned.candidates);
    let running = scanned.rows.iter().filter(|row| row.running_in_scope).count();
    let cannot_start =
        if asks { restart::check(order, scanner, history, &mut candidates, running).await } else { Vec::new() };
    let mut plan = Plan::make(settings, clock.at(), candidates, running, &history.today);
    plan.marks = std::mem::take(&mut scanned.marks);
    if let Some(reviewed) = reviewed {
        plan = plan.at_most(reviewed);
    }
    if let Some(why) = too_many_unreachable(&scanned, settings.run.max_unreachable_percent) {
        plan = plan.refuse(why, Cap::TooManyUnreachable);
    }
    let mut notes = history.unread.clone();
    if settings.run.armed && settings.run.record.is_none() {
        notes.push("no `record` is configured, so nothing is acted on".to_owned());
    }
    for Target { account, region } in &scanned.outside {
        notes.push(format!(
            "the event names account `{account}` in Region `{region}`, which the settings do not look at; nothing was done there"
        ));
    }
    // A part of the fleet says nothing about a pattern for all of it.
    if run.mode == Mode::Plan && run.scope.is_whole() && !scanned.rows.is_empty() {
        let note = |pattern| format!("`[never]` pattern `{pattern}` matched 0 of {} instances", scanned.rows.len());
        notes.extend(scanned.never_matched.iter().map(note));
    }
    notes.extend(unmeasured(&scanned));
    notes.extend(cannot_start);
    for id in run.scope.instances.iter().flatten() {
        if scanned.outside.is_empty() && !scanned.rows.iter().any(|row| *row.id.name == **id) {
            let where_else = match scanned.unreachable.len() {
                0 => String::new(),
                unreachable => format!("; it may be in one of {unreachable} targets that could not be scanned"),
            };
            notes.push(format!("the request selects instance `{id}`, which was not seen{where_else}"));
        }
    }
    let report = Report {
        run: run.id.clone(),
        mode: run.mode,
        at: clock.at(),
        rows: std::mem::take(&mut scanned.rows),
        plan,
        outcomes: Vec::new(),
        marks: Vec::new(),
        messages: 0,
        cost: scanner.spent(),
        unreachable: scanned.unreachable.clone(),
        denied: scanned.denied.clone(),
        scanned: scanned.finished,
        skipped: scanned.skipped.clone(),
        names: scanned.accounts.values().filter_map(|a| Some((a.id.clone(), a.name.clone()?))).collect(),
        notes,
        paused: false,
        saved: None,
        money: settings.money.clone(),
        priced: false,
        troubled: false,
        calls: scanner.calls(),
        locale: settings.run.locale,
    };
    Ok((report, scanned))
}

/// Causes that a note names. AWS puts an id of its own into each refusal, so that a thousand may be one: the lines of the
/// instances have them all.
const CAUSES: usize = 3;

/// Of how many it could not be told whether they do anything, because metrics were refused, throttled or late: by cause.
fn unmeasured(scanned: &Scanned) -> Vec<String> {
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &scanned.rows {
        if let Some(Missing::Metric { metric: _, cause }) = row.undetermined.as_deref() {
            *causes.entry(cause).or_default() += 1;
        }
    }
    let mut causes: Vec<(&str, usize)> = causes.into_iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (told, rest) = causes.split_at(causes.len().min(CAUSES));
    let say = |(cause, count): &(&str, usize)| {
        format!(
            "whether {} {} nothing cannot be told: {cause}",
            instances(*count),
            if *count == 1 { "does" } else { "do" }
        )
    };
    let more: usize = rest.iter().map(|(_, count)| count).sum();
    let further = (more > 0).then(|| format!("nor can it of {more} more, for {} further causes", rest.len()));
    told.iter().map(say).chain(further).collect()
}

/// Running instances in scope.
pub(crate) fn running(report: &Report) -> usize {
    report.rows.iter().filter(|row| row.running_in_scope).count()
}

/// Why so much is unreachable that nothing is acted on, if so. Denied targets do not count; an account that could not
/// even be asked for its Regions counts as an account.
fn too_many_unreachable(scanned: &Scanned, limit: u32) -> Option<String> {
    let targets = scanned.targets - scanned.denied.len().min(scanned.targets);
    let dark = scanned.unreachable.iter().filter(|unreachable| unreachable.target().is_whole_account()).count();
    let share = |part: usize, whole: usize| if part == 0 { 0 } else { part * 100 / whole.max(1) };
    let over = |part: usize, whole: usize| part * 100 > limit as usize * whole;
    let unreachable = scanned.unreachable.len();
    let why = |what: &str, percent| {
        format!(
            "{percent} % of the {what} could not be looked at, and at most {limit} % may be (`max-unreachable-percent`)"
        )
    };
    if over(unreachable, targets) {
        Some(why("targets", share(unreachable, targets)))
    } else if over(dark, scanned.accounts.len()) {
        Some(why("accounts", share(dark, scanned.accounts.len())))
    } else {
        None
    }
}
