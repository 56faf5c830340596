//! Judges what a scan finds. What DescribeInstances alone decides is judged at once, so that for a hundred thousand
//! instances only their lines are kept. The rest is judged when its owner, its weeks of evidence or its last hour are
//! known.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::{Settings, Stage, Unmatched};
use crate::engine::evidence::idle::Idleness;
use crate::engine::evidence::last_hour::Recent;
use crate::engine::history::past_runs::History;
use crate::engine::history::unverified::{Confirmed, confirm};
use crate::engine::history::uptimes::Uptime;
use crate::engine::judge::last_hour::wants_last_hour;
use crate::engine::judge::owner::needs_contact;
use crate::engine::judge::{Contacts, Interner, Judge, Known, Ruling};
use crate::engine::model::{Account, Instance, Kind, MarkStep, NotArmed, OutcomeKind, Reason, State, Target};
use crate::engine::plan::Candidate;
use crate::engine::report::groups::Member;
use crate::engine::report::stocktake::Line;
use crate::engine::report::{Row, stocktake};
use crate::engine::request::{Mode, Scope};
use crate::engine::rules::Activity;
use crate::engine::rules::case::own_tag;
use crate::ports::Scan;
use crate::run::contained::contained;
use crate::run::evidence::gather;
use crate::run::scan::{Found, RESERVE};
use crate::run::{Clock, Gathered, Scanned, contacts, task_sizes};

/// A run's judge, and the instances that wait for more data.
pub(crate) struct Judging<'a> {
    assessor: Assessor<'a>,
    judge: Judge<'a>,
    never: Unmatched<'a>,
    /// Databases that were started or stopped since the run before, and it is not known by whom.
    unexplained: Vec<(Found, Uptime)>,
    /// Services whose prices depend on task definitions that are unknown.
    unsized_services: Vec<(Found, Uptime)>,
    /// Instances that their account's alternate contact may own.
    unowned: Vec<Found>,
    open: Open,
}

/// Instances that wait for metrics.
#[derive(Default)]
struct Open {
    /// Waiting for weeks of evidence.
    candidates: Vec<Found>,
    /// Waiting for their last hour, which decides.
    to_measure: BTreeMap<Arc<Target>, Vec<(Found, Idleness)>>,
}

/// The inputs of every ruling.
struct Assessor<'a> {
    settings: &'a Settings,
    mode: Mode,
    history: &'a History,
    clock: Clock,
    interner: Interner,
}

impl<'a> Judging<'a> {
    pub(crate) fn new(
        settings: &'a Settings,
        scope: &'a Scope,
        mode: Mode,
        history: &'a History,
        clock: Clock,
    ) -> Self {
        let judge = Judge::new(settings, scope, history, clock.at());
        let assessor = Assessor { settings, mode, history, clock, interner: Interner::default() };
        Self {
            assessor,
            judge,
            never: settings.never.unmatched(),
            unexplained: Vec::new(),
            unsized_services: Vec::new(),
            unowned: Vec::new(),
            open: Open::default(),
        }
    }

    /// Judges one instance, or keeps it for [`Self::finish`].
    pub(crate) fn take(&mut self, mut found: Found, scanned: &mut Scanned) {
        let (now, stopped) = (self.assessor.clock.at(), &self.assessor.settings.tags.stopped);
        let seen = self.assessor.history.date(&mut found.instance, now, stopped);
        self.never.see(account(scanned, &found.instance.id.place), &found.instance);
        match seen {
            Some(seen) if seen.is_unexplained() => self.unexplained.push((found, seen)),
            Some(seen) if task_sizes::wants(self.assessor.settings, self.assessor.mode, &found.instance) => {
                self.unsized_services.push((found, seen));
            }
            seen => self.dated(found, seen, scanned),
        }
    }

    /// The same once it is known when it was started.
    fn dated(&mut self, found: Found, seen: Option<Uptime>, scanned: &mut Scanned) {
        scanned.background.databases.extend(seen.map(|seen| (found.instance.id.clone(), seen)));
        let account = account(scanned, &found.instance.id.place);
        if needs_contact(self.assessor.settings, account) {
            self.unowned.push(found);
        } else {
            self.assessor.first(&mut self.judge, found, &mut self.open, scanned);
        }
    }

    /// Asks for what is missing, and judges the waiting instances: by their owner; by weeks of evidence, if no rule
    /// skips them and their policy asks for it; and by their last hour, if it decides.
    pub(crate) async fn finish(mut self, port: &impl Scan, scanned: &mut Scanned) {
        self.explain(port, scanned).await;
        let (waiting, width) = (std::mem::take(&mut self.unsized_services), self.assessor.settings.run.width);
        for (found, seen) in task_sizes::ask(port, waiting, self.assessor.clock, width).await {
            self.dated(found, Some(seen), scanned);
        }
        let Self { mut assessor, judge, never, unexplained: _, unsized_services: _, unowned, mut open } = self;
        scanned.never_matched = never.patterns().map(str::to_owned).collect();
        scanned.background.contacts =
            contacts::ask(port, assessor.settings, &owning(&unowned, scanned), assessor.clock, RESERVE).await;
        let contacts: Contacts = scanned.background.contacts.clone();
        let mut judge = judge.with_contacts(&contacts);
        for found in unowned {
            assessor.first(&mut judge, found, &mut open, scanned);
        }
        assessor.evidence(port, &mut judge, &mut open, scanned).await;
        assessor.last_hour(port, &mut judge, open, scanned).await;
    }
}

impl Judging<'_> {
    /// Asks for the events of targets where it matters who started a database. Where it stays unknown, a person did.
    async fn explain(&mut self, port: &impl Scan, scanned: &mut Scanned) {
        let mut matter: BTreeMap<Arc<Target>, Vec<(Found, Uptime)>> = BTreeMap::new();
        for (found, seen) in std::mem::take(&mut self.unexplained) {
            let target = found.instance.id.place.clone();
            if seen.is_doubtful() || self.start_matters(&found.instance, account(scanned, &target)) {
                matter.entry(target).or_default().push((found, seen));
            } else {
                self.dated(found, Some(seen), scanned);
            }
        }
        let (clock, width) = (self.assessor.clock, self.assessor.settings.run.width);
        let asked = matter.into_iter().map(|(target, found)| async move {
            let asked = contained("events", &target.account, port.database_events(&target));
            let events = clock
                .within(RESERVE, asked)
                .await
                .unwrap_or_else(|| Err("there was no time left to ask for them".to_owned()))
                .flatten();
            (target, found, events)
        });
        let answers: Vec<_> = stream::iter(asked).buffer_unordered(width).collect().await;
        for (target, found, events) in answers {
            for (mut found, seen) in found {
                let events = events.as_deref().ok();
                let seen = self.assessor.history.explain(seen, &mut found.instance, events);
                self.dated(found, Some(seen), scanned);
            }
            if let Err(cause) = events {
                scanned.background.unread_events.push(((*target).clone(), cause));
            }
        }
    }

    /// Whether the verdict may depend on who started it.
    fn start_matters(&mut self, instance: &Instance, account: &Account) -> bool {
        let ruling = self.judge.rule_known(instance, account, &Known::NOTHING);
        match ruling.verdict.reason() {
            Reason::Overtime | Reason::Young | Reason::RestartFight | Reason::Reopening => true,
            _ => ruling.verdict.action().is_some(),
        }
    }
}

impl Assessor<'_> {
    /// Judges by the answer of DescribeInstances, if no more data is needed.
    fn first(&mut self, judge: &mut Judge<'_>, found: Found, open: &mut Open, scanned: &mut Scanned) {
        let account = account(scanned, &found.instance.id.place);
        if found.whole && judge.wants_evidence(&found.instance, account) {
            open.candidates.push(found);
        } else {
            self.judge(judge, found, Idleness::NotAsked, open, scanned);
        }
    }

    /// Judges by that and by weeks of evidence. An instance that would be stopped now may still wait for its last hour.
    fn judge(
        &mut self,
        judge: &mut Judge<'_>,
        found: Found,
        idleness: Idleness,
        open: &mut Open,
        scanned: &mut Scanned,
    ) {
        let known = Known { activity: Activity::NotAsked, idleness };
        let ruling = judge.rule_known(&found.instance, account(scanned, &found.instance.id.place), &known);
        if wants_last_hour(self.settings, self.mode, &ruling) {
            open.to_measure.entry(found.instance.id.place.clone()).or_default().push((found, known.idleness));
        } else {
            self.settle(&found, ruling, scanned);
            if !matches!(known.idleness, Idleness::NotAsked) {
                scanned.background.known.insert(found.instance.id, known);
            }
        }
    }

    /// Gathers weeks of evidence for every instance that no other rule skips and whose policy asks for it.
    async fn evidence(&mut self, port: &impl Scan, judge: &mut Judge<'_>, open: &mut Open, scanned: &mut Scanned) {
        let Some(idle) = &self.settings.idle else { return };
        let found = std::mem::take(&mut open.candidates);
        let candidates: Vec<&Instance> = found.iter().map(|found| &found.instance).collect();
        let (History { witness, own, .. }, width) = (self.history, self.settings.run.width);
        let gathered = gather(port, idle, &candidates, witness, own, self.clock, width).await;
        let Gathered { mut idleness, sightings } = gathered;
        scanned.background.sightings = sightings;
        for found in found {
            let idleness = idleness.remove(&found.instance.id).unwrap_or(Idleness::NotAsked);
            self.judge(judge, found, idleness, open, scanned);
        }
    }

    async fn last_hour(&mut self, port: &impl Scan, judge: &mut Judge<'_>, open: Open, scanned: &mut Scanned) {
        let (clock, width) = (self.clock, self.settings.run.width);
        let asked = open.to_measure.into_iter().map(|(target, found)| async move {
            let recent: Vec<Recent> = found.iter().map(|(found, _)| Recent::of(&found.instance)).collect();
            let asked = contained("measure", &target.account, port.activity(&target, &recent, clock.at()));
            let answer = clock.within(RESERVE, asked).await.unwrap_or_else(|| Ok(HashMap::new()));
            let gap = |panic: String| {
                found
                    .iter()
                    .map(|(found, _)| ((&*found.instance.id.name).into(), Activity::Gap(panic.clone())))
                    .collect()
            };
            let activity = answer.unwrap_or_else(gap);
            (found, activity)
        });
        let mut answers = std::pin::pin!(stream::iter(asked).buffer_unordered(width));
        while let Some((found, mut activity)) = answers.next().await {
            for (found, idleness) in found {
                let late = || Activity::Gap("no answer in time".to_owned());
                let known =
                    Known { activity: activity.remove(&*found.instance.id.name).unwrap_or_else(late), idleness };
                let ruling = judge.rule_known(&found.instance, account(scanned, &found.instance.id.place), &known);
                self.settle(&found, ruling, scanned);
                scanned.background.known.insert(found.instance.id, known);
            }
        }
    }

    /// Adds its line, and its step and its mark if the ruling asks for them.
    fn settle(&mut self, found: &Found, mut ruling: Ruling, scanned: &mut Scanned) {
        let Self { settings, mode: _, history, clock, interner } = self;
        if ruling.armed && !found.whole {
            (ruling.armed, ruling.not_armed) = (false, Some(NotArmed::Partial));
        }
        let failed_last = history.failed_last.contains(&found.instance.id);
        if let Some(marking) = ruling.marking.as_ref().filter(|_| found.whole) {
            scanned.marks.push(MarkStep::of(&found.instance, marking));
        }
        let tag = found.instance.tags.get(&settings.tags.stopped);
        let confirmed = confirm(history, &found.instance, tag, ruling.ours);
        if found.whole
            && ruling.marking.is_none()
            && is_obsolete(settings, history, &found.instance, &ruling, confirmed.as_ref())
        {
            scanned.marks.push(MarkStep::untag(&found.instance));
        }
        scanned.background.confirmed.extend(confirmed);
        let candidate = Candidate::of(&found.instance, &ruling, failed_last, clock.at());
        scanned.candidates.extend(candidate.map(|candidate| candidate.share(interner)));
        if let Some((_, value)) = found.instance.tags.any_case(&settings.tags.confirmed).next() {
            scanned.background.answers.insert((found.instance.id.place.account.clone(), value.trim().to_owned()));
        }
        if history.stocktake.is_some() {
            scanned.background.stock.push(stock(&found.instance, &ruling, settings));
        }
        let mut row = Row::new(&found.instance, ruling, &settings.notify, interner);
        let wanted = settings.forgotten.as_ref();
        row.member = wanted.and_then(|wanted| Member::of(&found.instance, &wanted.kinds)).map(Arc::new);
        row.group = settings.money.group(&found.instance.tags).map(|value| interner.name(value));
        let may_be_labelled = found.whole && found.instance.id.kind == Kind::Instance;
        row.unlabelled = may_be_labelled && found.instance.tags.any_case(&settings.tags.launched_by).next().is_none();
        scanned.rows.push(row);
    }
}

/// Whether an armed run removes its own stop tag now: a database runs again that it has started. When it was started, the
/// run ended before.
fn is_obsolete(
    settings: &Settings,
    history: &History,
    instance: &Instance,
    ruling: &Ruling,
    confirmed: Option<&Confirmed>,
) -> bool {
    let is_armed = settings.run.armed && ruling.policy.as_ref().is_some_and(|policy| policy.stage == Stage::Enforce);
    let is_up = instance.id.kind == Kind::Database && instance.state == State::Running;
    if !is_armed || !is_up || ruling.ours || ruling.verdict.action().is_some() {
        return false;
    }
    let (Some(tag), Some(launch)) = (own_tag(instance, settings), instance.launch) else { return false };
    let is_started = confirmed.is_some_and(|one| one.outcome == OutcomeKind::Started);
    launch > tag.at && (is_started || history.is_own_start(&instance.id, launch))
}

/// The accounts whose alternate contact may own an instance.
fn owning(found: &[Found], scanned: &Scanned) -> BTreeMap<Arc<str>, Account> {
    let known =
        |id: &Arc<str>| scanned.background.accounts.get(id).cloned().unwrap_or_else(|| Account::bare(id.clone()));
    found.iter().map(|found| &found.instance.id.place.account).map(|id| (id.clone(), known(id))).collect()
}

/// Rows of one account share its entry. An account that was not listed is known by its id.
fn account<'a>(scanned: &'a mut Scanned, target: &Target) -> &'a Account {
    scanned.background.accounts.entry(target.account.clone()).or_insert_with(|| Account::bare(target.account.clone()))
}

/// Its line in a stocktake. The price is added later.
fn stock(instance: &Instance, ruling: &Ruling, settings: &Settings) -> Line {
    let owner = ruling.owner.known().map(|name| stocktake::Owner {
        name: name.to_owned(),
        how: ruling.owner.by.to_string(),
        by_default: ruling.owner.is_default(),
    });
    Line {
        owner,
        policy: ruling.policy.as_ref().map(|policy| policy.name.clone()),
        group: settings.money.group(&instance.tags).map(Box::from),
        seen: instance.tags.any_case(&settings.tags.seen).next().is_some(),
        ..Line::of(instance, ruling.kept.clone())
    }
}
