//! The decision of a run before it acts: all verdicts, one plan, and what holds the plan back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::engine::cost::bill::EffectiveRates;
use crate::engine::cost::price::Prices;
use crate::engine::evidence::idle::Missing;
use crate::engine::history::past_runs::History;
use crate::engine::model::{
    Action, Cap, Kind, Notes, Outcome, OutcomeKind, Step, Target, Unlisted, Unreachable, instances,
};
use crate::engine::plan::Plan;
use crate::engine::plan::caps::Running;
use crate::engine::report::{Report, Row, UNLISTED};
use crate::engine::request::Mode;
use crate::ports::{PriceList, ReadRecord, Scan, Switch, WriteRecord};
use crate::run::error::Error;
use crate::run::order::Order;
use crate::run::scan::{Background, Scanned, scan};
use crate::run::{launches, prices, restart, sudden};

/// A run that has scanned, judged and planned.
pub(crate) struct Planned {
    /// The result of the scan, without the candidates and marks: these are in the plan.
    pub(crate) scanned: Scanned,
    pub(crate) plan: Plan,
    pub(crate) notes: Notes,
}

/// A run before it acts.
pub(crate) struct Decision {
    /// The report of a run that only plans.
    pub(crate) report: Report,
    /// What the later stages also need.
    pub(crate) background: Background,
    /// The prices that it knows.
    pub(crate) prices: Option<Prices>,
}

/// Scans, judges, plans, looks up prices, and holds back a sudden change. Also returns the steps of a reviewed plan
/// that this run does not do.
pub(crate) async fn decide(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    list: &impl PriceList,
    switch: &Switch,
    history: &History,
) -> Result<(Decision, Vec<Outcome>), Error> {
    let mut planned = prepare(order, scanner, hub, history, true).await?;
    let (prices, notes) = prices::look_up(order, list, hub, &planned.scanned.rows).await;
    planned.notes.add(notes);
    let mut planned = sudden::hold_back(order, hub, planned).await?;
    planned.plan.seal();
    let (report, background) = planned.report(order, scanner, prices.as_ref());
    let report = Report { paused: *switch != Switch::Off, ..report };
    let dropped = order.reviewed.map_or_else(Vec::new, |reviewed| dropped(&report, reviewed));
    Ok((Decision { report, background, prices }, dropped))
}

/// The steps of a reviewed plan that this run does not do, each with its reason, so that the people who approved a step
/// know why it was not done.
fn dropped(report: &Report, reviewed: &Plan) -> Vec<Outcome> {
    let planned: HashSet<_> = report.plan.steps.iter().map(|step| (&step.id, step.action)).collect();
    let put_off: HashMap<_, _> = report.plan.deferred.iter().map(|d| ((&d.id, d.action), d.because)).collect();
    let rows: HashMap<_, _> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let missing = reviewed.steps.iter().filter(|step| !planned.contains(&(&step.id, step.action)));
    let outcome = |step: &Step| {
        let (outcome, detail) = match (put_off.get(&(&step.id, step.action)), rows.get(&step.id)) {
            (Some(Cap::NotReviewed), _) => (
                OutcomeKind::Overtaken,
                "it has changed since the plan was made: it was started, or another policy matches".to_owned(),
            ),
            (Some(cap), _) => (OutcomeKind::NotTried, format!("deferred by `{}`", cap.as_str())),
            (None, Some(row)) => {
                let (verdict, reason) = (row.verdict.as_str(), row.verdict.reason());
                (OutcomeKind::Overtaken, format!("now {verdict}, by the rule `{reason}`"))
            }
            (None, None) if is_unreachable(report, &step.id.place) => {
                (OutcomeKind::Overtaken, "its account or Region could not be scanned".to_owned())
            }
            (None, None) => (OutcomeKind::Overtaken, "it was not seen".to_owned()),
        };
        Outcome::of(step, outcome, detail, report.at)
    };
    missing.map(outcome).collect()
}

fn is_unreachable(report: &Report, target: &Target) -> bool {
    report.unreachable.iter().any(|unreachable| unreachable.target().covers(target))
}

/// Scans, judges and plans. `acts`: the plan may be carried out, so the run checks whether its stops can be undone, and
/// plans labels.
pub(crate) async fn prepare(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl ReadRecord,
    history: &History,
    acts: bool,
) -> Result<Planned, Error> {
    let Order { run, settings, clock, wall: _, reviewed, acknowledge: _, progress } = order;
    let mut scanned = scan(scanner, settings, &run.scope, run.mode, history, *clock, progress).await?;
    let mut candidates = std::mem::take(&mut scanned.candidates);
    let running = running(&scanned.rows);
    let cannot_start =
        if acts { restart::check(order, scanner, history, &mut candidates, &running).await } else { Vec::new() };
    let mut plan = Plan::make(settings, clock.at(), candidates, &running, &history.today);
    plan.marks = std::mem::take(&mut scanned.marks);
    if let Some(reviewed) = reviewed {
        plan = plan.at_most(reviewed);
    }
    if let Some(why) = too_many_unreachable(&scanned, settings.run.max_unreachable_percent) {
        plan = plan.refuse(why, Cap::TooManyUnreachable);
    }
    let mut notes = Notes { lines: remarks(order, &scanned, history, cannot_start), troubled: false };
    notes.add(launches::name_launchers(hub, settings, &mut scanned.rows).await);
    if acts && plan.refused.is_none() {
        plan.labels = launches::labels(settings, &scanned.rows, *reviewed);
    }
    Ok(Planned { scanned, plan, notes })
}

/// What people should know about a scan and its plan.
fn remarks(order: &Order<'_>, scanned: &Scanned, history: &History, cannot_start: Vec<String>) -> Vec<String> {
    let mut notes = history.unread.clone();
    if order.settings.run.armed && order.settings.run.record.is_none() {
        notes.push("no `record` is configured, so nothing is acted on".to_owned());
    }
    if let Some((second, days)) = order.settings.money.too_old(order.clock.at().date_naive()) {
        notes.push(format!(
            "the rate of {} in `[money]` is {days} days old: amounts in {} may be wrong by now",
            second.date, second.code
        ));
    }
    for Target { account, region } in &scanned.outside {
        notes.push(format!(
            "the event names account `{account}` in Region `{region}`, which is outside the scope of the settings; nothing was done there"
        ));
    }
    // A scan of part of the fleet proves nothing about a pattern for the whole fleet.
    if order.run.mode == Mode::Plan && order.run.scope.is_whole() && !scanned.rows.is_empty() {
        let note = |pattern| format!("`[never]` pattern `{pattern}` matched 0 of {} instances", scanned.rows.len());
        notes.extend(scanned.never_matched.iter().map(note));
    }
    notes.extend(unmeasured(scanned));
    notes.extend(unlisted(&scanned.unlisted));
    notes.extend(unread_events(&scanned.background.unread_events));
    let undated = |kind: &Kind| history.databases.is_none() && scanned.rows.iter().any(|row| row.id.kind == *kind);
    notes.extend(Kind::NAMED.into_iter().filter(undated).map(|kind| {
        format!(
            "AWS does not say when {}s were started: they are judged as if nobody had started them since they were created",
            kind.as_str()
        )
    }));
    notes.extend(cannot_start);
    for one in scanned.background.confirmed.iter().filter(|one| one.outcome == OutcomeKind::Failed) {
        let (id, run) = (&one.id, &one.step.run);
        notes.push(match one.step.action {
            Action::Start => {
                format!("{}: `{}`: the start by run {run} did not last: it is stopped again", id.place, id.name)
            }
            Action::Stop | Action::Hibernate => {
                format!(
                    "{}: `{}`: the stop by run {run} failed: it runs again, and nobody started it",
                    id.place, id.name
                )
            }
        });
    }
    let missing = |id: &&String| scanned.outside.is_empty() && !scanned.rows.iter().any(|row| *row.id.name == ***id);
    for id in order.run.scope.instances.iter().flatten().filter(missing) {
        let where_else = match scanned.unreachable.len() {
            0 => String::new(),
            unreachable => format!("; it may be in one of {unreachable} targets that could not be scanned"),
        };
        notes.push(format!("the request selects instance `{id}`, which was not seen{where_else}"));
    }
    notes
}

impl Planned {
    /// The report of a run that ends here, with these prices.
    pub(crate) fn report(
        self,
        order: &Order<'_>,
        scanner: &impl Scan,
        prices: Option<&Prices>,
    ) -> (Report, Background) {
        let Self { scanned, plan, notes: Notes { lines, troubled } } = self;
        let Scanned { mut rows, unreachable, unlisted, denied, not_due, skipped, finished, background, .. } = scanned;
        let (run, settings, at) = (order.run, order.settings, order.clock.at());
        if let Some(prices) = prices {
            prices::put(prices, &mut rows, at);
        }
        let report = Report {
            run: run.id.clone(),
            mode: run.mode,
            at,
            rows,
            plan,
            outcomes: Vec::new(),
            marks: Vec::new(),
            messages: 0,
            cost: scanner.spent(),
            unreachable,
            unlisted,
            denied,
            not_due,
            scanned: finished,
            skipped,
            names: background.accounts.values().filter_map(|a| Some((a.id.clone(), a.name.clone()?))).collect(),
            notes: lines,
            paused: false,
            saved: None,
            rates: EffectiveRates::default(),
            money: settings.money.clone(),
            priced: prices.is_some(),
            bundled_prices: None,
            forgotten: None,
            trends: None,
            troubled,
            calls: scanner.calls(),
            links: settings.links.clone(),
            locale: settings.run.locale,
        };
        (report, background)
    }
}

/// Causes that a note names. AWS puts an id of its own into each refusal, so a thousand messages may have one cause.
/// The lines of the instances have all of them.
const CAUSES: usize = 3;

/// How many instances have unknown activity because metrics were refused, throttled or late, by cause.
fn unmeasured(scanned: &Scanned) -> Vec<String> {
    let say = |cause: &&str, found: &[()]| {
        let (count, does) = (instances(found.len()), if found.len() == 1 { "does" } else { "do" });
        format!("whether {count} {does} nothing is unknown: {cause}")
    };
    let more = |more, causes| format!("nor can it of {more} more, for {causes} further causes");
    let causes = scanned.rows.iter().filter_map(|row| match row.undetermined.as_deref()? {
        Missing::Metric { metric: _, cause } => Some((&**cause, ())),
        _ => None,
    });
    by_cause(causes, say, more)
}

/// In how many targets the events of databases could not be read, by cause.
fn unread_events(unread: &[(Target, String)]) -> Vec<String> {
    let say = |cause: &&str, targets: &[&Target]| {
        let first = targets.first().map(|first| format!(", {first} first")).unwrap_or_default();
        format!(
            "the events of databases (`rds:DescribeEvents`) could not be read in {} targets{first}: {cause}; who started one \
             is unknown there, so this run starts no database that a person may have stopped",
            targets.len()
        )
    };
    let mut unread: Vec<_> = unread.iter().collect();
    unread.sort_unstable();
    let causes = unread.into_iter().map(|(target, cause)| (&**cause, target));
    by_cause(causes, say, |more, causes| format!("nor in {more} more targets, for {causes} further causes"))
}

/// In how many targets another kind could not be listed, by kind and cause.
fn unlisted(unlisted: &[Unlisted]) -> Vec<String> {
    let causes = unlisted.iter().map(|one| ((one.kind, &*one.cause), one.target()));
    let say = |(kind, cause): &(Kind, &str), targets: &[Target]| {
        let first = targets.first().map(|first| format!(", {first} first")).unwrap_or_default();
        format!("{}{UNLISTED} {} targets{first}: {cause}", kind.as_str(), targets.len())
    };
    by_cause(causes, say, |more, causes| format!("resource{UNLISTED} {more} more, for {causes} further causes"))
}

/// A line for each of the most frequent causes, and `more` for what has the others: how many they are, of how many causes.
fn by_cause<C: Ord, T>(
    all: impl Iterator<Item = (C, T)>,
    say: impl Fn(&C, &[T]) -> String,
    more: impl Fn(usize, usize) -> String,
) -> Vec<String> {
    let mut causes: BTreeMap<C, Vec<T>> = BTreeMap::new();
    all.for_each(|(cause, one)| causes.entry(cause).or_default().push(one));
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    let (named, rest) = causes.split_at(causes.len().min(CAUSES));
    let further: usize = rest.iter().map(|(_, found)| found.len()).sum();
    let further = (further > 0).then(|| more(further, rest.len()));
    named.iter().map(|(cause, found)| say(cause, found)).chain(further).collect()
}

/// What runs in scope.
pub(crate) fn running(rows: &[Row]) -> Running {
    rows.iter().filter(|row| row.running_in_scope).map(|row| row.id.kind).collect()
}

/// The reason why too much of what was due is unreachable to act, if so. Denied targets do not count. An account that
/// could not be asked for its Regions counts as one account.
fn too_many_unreachable(scanned: &Scanned, limit: u32) -> Option<String> {
    let visits = &scanned.background.visits;
    let (retried, unreachable): (BTreeSet<_>, BTreeSet<_>) =
        scanned.unreachable.iter().map(Unreachable::target).partition(|target| scanned.retried.contains(target));
    let uncounted = scanned.denied.iter().chain(&retried).filter(|target| visits.has(target));
    let targets = scanned.targets.saturating_sub(uncounted.count());
    let whole = |targets: &BTreeSet<Target>| targets.iter().filter(|target| target.is_whole_account()).count();
    let accounts = scanned.due_accounts.saturating_sub(whole(&retried));
    // An account whose Regions were known from an earlier run is not asked for them.
    let dark = whole(&unreachable) + visits.accounts_within(&unreachable);
    let share = |part: usize, whole: usize| if part == 0 { 0 } else { part * 100 / whole.max(1) };
    let over = |part: usize, whole: usize| part * 100 > limit as usize * whole;
    let unreachable = unreachable.len();
    let why = |what: &str, percent| {
        format!(
            "{percent} % of the {what} could not be scanned, and at most {limit} % may be (`max-unreachable-percent`)"
        )
    };
    if over(unreachable, targets) {
        Some(why("targets", share(unreachable, targets)))
    } else if over(dark, accounts) {
        Some(why("accounts", share(dark, accounts)))
    } else {
        None
    }
}
