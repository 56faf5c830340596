//! The scan just before an act: it decides whether each step is still right for its instance as it is now.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::engine::history::History;
use crate::engine::history::uptimes::{OwnActs, Uptimes};
use crate::engine::judge::{Contacts, Gate, Judge, Known};
use crate::engine::model::{
    Account, Action, Instance, Kind, Outcome, OutcomeKind, ResourceId, State, Step, Target, names,
};
use crate::engine::request::{Scope, UndoOverrides};
use crate::engine::rules::Activity;
use crate::engine::undo::{Finding, WhyNot, find};
use crate::ports::{Act, NotScanned, Pause, Scan};
use crate::run::Background;
use crate::run::act::{Acting, SCAN_TIMEOUT, ids_of};
use crate::run::resize::Current;

/// How a step is re-checked.
pub(crate) enum Recheck<'a> {
    /// By the rules, as in the first judgement.
    Judge {
        history: &'a History,
        accounts: &'a BTreeMap<Arc<str>, Account>,
        contacts: &'a Contacts,
        known: &'a HashMap<ResourceId, Known>,
        databases: Option<Uptimes>,
    },
    /// By its tag alone: whether the tag is still as the undone run left it.
    Undo { run: &'a str, overrides: UndoOverrides, databases: Option<&'a Uptimes> },
}

impl<'a> Recheck<'a> {
    /// By the rules, as in the first judgement.
    pub(crate) fn judge(history: &'a History, background: &'a Background) -> Self {
        let Background { accounts, contacts, known, .. } = background;
        let databases = history.databases.as_ref().map(|databases| databases.with(&background.databases));
        Self::Judge { history, accounts, contacts, known, databases }
    }

    /// Since when databases run, as this run has found it so far.
    fn databases(&self) -> Option<&Uptimes> {
        match self {
            Self::Judge { databases, .. } => databases.as_ref(),
            Self::Undo { databases, .. } => *databases,
        }
    }

    /// Whether the pause switch holds a batch back.
    pub(crate) fn heeds_pause(&self) -> bool {
        match self {
            Self::Judge { .. } => true,
            Self::Undo { overrides, .. } => !overrides.even_paused,
        }
    }

    /// The run that is undone.
    pub(crate) fn undoes(&self) -> Option<&str> {
        match self {
            Self::Judge { .. } => None,
            Self::Undo { run, .. } => Some(run),
        }
    }
}

/// Why a step is not done: its outcome and the text.
type NotDone = (OutcomeKind, String);

impl<L: Scan, A: Act, P: Pause> Acting<'_, L, A, P> {
    /// Scans exactly these instances again and judges them at this instant. A step that is no longer right is
    /// overtaken. Also returns what was found.
    pub(crate) async fn recheck<'s>(
        &self,
        target: &Target,
        steps: &[&'s Step],
    ) -> (Vec<Outcome>, Vec<&'s Step>, Current) {
        let now = match self.see(target, steps).await {
            Ok(now) => now,
            Err(why) => {
                let detail = format!("could not be scanned again, so nothing was done: {why}");
                return (self.all(steps, OutcomeKind::Failed, &detail), Vec::new(), Current::new());
            }
        };
        let still: Vec<Result<(), NotDone>> = match &self.recheck {
            Recheck::Judge { history, accounts, contacts, known, databases: _ } => {
                let scope = Scope { instances: None, ..self.run.scope.clone() };
                let mut judge = Judge::new(self.settings, &scope, history, self.clock.now()).with_contacts(contacts);
                let bare = Account::bare(target.account.clone());
                let account = accounts.get(&target.account).unwrap_or(&bare);
                let gap = || Activity::Gap("its last hour was not asked for".to_owned());
                // A last hour that was never requested counts as a gap here: no instance is stopped without its last hour.
                let known = |step: &Step| match known.get(&step.id) {
                    Some(Known { activity: Activity::NotAsked, idleness }) if step.id.kind != Kind::Service => {
                        Known { activity: gap(), idleness: idleness.clone() }
                    }
                    Some(known) => known.clone(),
                    None => Known::activity(gap()),
                };
                let mut one = |step: &Step| self.still(step, now.get(&step.id), &mut judge, account, &known(step));
                steps.iter().map(|step| one(step)).collect()
            }
            Recheck::Undo { run, overrides, databases: _ } => {
                steps.iter().map(|step| self.still_undone(step, now.get(&step.id), run, *overrides)).collect()
            }
        };
        let (mut outcomes, mut ready) = (Vec::new(), Vec::new());
        for (step, still) in steps.iter().zip(still) {
            match still {
                Ok(()) => ready.push(*step),
                Err((kind, why)) => outcomes.push(self.outcome(step, kind, why)),
            }
        }
        (outcomes, ready, now)
    }

    /// Whether `step` is still right for the instance as it is now; otherwise its outcome and the reason.
    fn still(
        &self,
        step: &Step,
        instance: Option<&Instance>,
        judge: &mut Judge<'_>,
        account: &Account,
        known: &Known,
    ) -> Result<(), NotDone> {
        let overtaken = |why: String| Err((OutcomeKind::Overtaken, why));
        let Some(instance) = instance else { return overtaken("it is no longer there".to_owned()) };
        let already = match step.action {
            Action::Stop | Action::Hibernate => instance.state.is_down(),
            Action::Start => matches!(instance.state, State::Pending | State::Running),
        };
        if already {
            return Err((OutcomeKind::Already, format!("it was {} before the step began", instance.state)));
        }
        if instance.launch != step.launched {
            return overtaken("somebody started it since the plan was made".to_owned());
        }
        if step.not_after.is_some_and(|not_after| self.clock.now() >= not_after) {
            return overtaken("its schedule is about to open".to_owned());
        }
        let ruling = judge.rule_known(instance, account, known);
        if ruling.verdict.action() != Some(step.action) || !ruling.armed {
            return overtaken(format!("now {}, by the rule `{}`", ruling.verdict.as_str(), ruling.verdict.reason()));
        }
        if let Gate::Shut { because, until: _ } = ruling.gate {
            return overtaken(format!("it has to wait again: `{}`", because.as_str()));
        }
        if ruling.policy.is_none_or(|policy| *policy.name != *step.policy) {
            return overtaken("another policy matches it now".to_owned());
        }
        Ok(())
    }

    /// The same for a start by an undo.
    fn still_undone(
        &self,
        step: &Step,
        instance: Option<&Instance>,
        run: &str,
        overrides: UndoOverrides,
    ) -> Result<(), NotDone> {
        match find(self.settings, instance, run, &step.policy, overrides, self.clock.now()) {
            Finding::Start => Ok(()),
            Finding::Left(WhyNot::Up(state)) => {
                Err((OutcomeKind::Already, format!("it was {state} before the step began")))
            }
            Finding::Left(why) => {
                Err((OutcomeKind::Overtaken, format!("scanned again, it is skipped: `{}`", why.as_str())))
            }
        }
    }

    /// These resources, which are of one kind, as they are now.
    pub(crate) async fn see(&self, target: &Target, steps: &[&Step]) -> Result<HashMap<ResourceId, Instance>, String> {
        let mut now = HashMap::new();
        let each = |mut found: Instance| {
            if let Some(databases) = self.recheck.databases() {
                let stopped = self.settings.tags.stopped.as_str();
                let untagged = found.tags.get(stopped).is_none();
                databases.date(&mut found, OwnActs::default(), self.clock.at(), stopped);
                if untagged && found.tags.get(stopped).is_some() {
                    self.noted.lost_tags.borrow_mut().insert(found.id.clone());
                } else {
                    self.noted.lost_tags.borrow_mut().remove(&found.id);
                }
            }
            now.insert(found.id.clone(), found);
        };
        match tokio::time::timeout(SCAN_TIMEOUT, named(self.scanner, target, &ids_of(steps), each)).await {
            Ok(Ok(())) => Ok(now),
            Ok(Err(NotScanned::Denied)) => Err("the Region is closed by the organisation's policy".to_owned()),
            Ok(Err(NotScanned::Unreachable(cause))) => Err(cause),
            Err(_) => Err("the scan was too slow and was abandoned".to_owned()),
        }
    }
}

/// Passes those of `ids` that exist in `target` to `each`. Only the kinds among them are asked for.
pub(crate) async fn named(
    scanner: &impl Scan,
    target: &Target,
    ids: &[ResourceId],
    mut each: impl FnMut(Instance),
) -> Result<(), NotScanned> {
    for kind in *Kind::ALL {
        let names = names(ids.iter().filter(|id| id.kind == kind));
        match kind {
            _ if names.is_empty() => {}
            Kind::Instance => scanner.instances(target, Some(&names), &mut each).await?,
            Kind::Database | Kind::Service => {
                scanner.others(target, kind, Some(&names), &mut each).await.map_err(NotScanned::Unreachable)?;
            }
        }
    }
    Ok(())
}
