//! Explains one instance: finds it, measures it if it is a candidate, and asks every rule.

use super::clock::Clock;
use super::evidence::gather;
use super::look::{LookError, Seen, survey};
use crate::decide::case::{Activity, History};
use crate::decide::explain::{Asked, explain as ask};
use crate::decide::idle::Idleness;
use crate::decide::judge::{Judge, Known, Ruling};
use crate::decide::last_hour::Recent;
use crate::decide::report::Blind;
use crate::decide::request::Scope;
use crate::decide::settings::Settings;
use crate::decide::witness::Witness;
use crate::ports::Look;
use crate::words::{Account, Instance};

/// One instance explained.
#[derive(Debug)]
pub struct Explained {
    /// As it is now.
    pub instance: Instance,
    /// Every rule, in order.
    pub asked: Vec<Asked>,
    /// What a run would do.
    pub ruling: Ruling,
}

/// Explains every instance that `scope` selects, most often one; with what could not be looked at.
///
/// # Errors
/// [`LookError`] when the accounts cannot be listed.
pub async fn explain(
    port: &impl Look,
    settings: &Settings,
    scope: &Scope,
    history: &History,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
) -> Result<(Vec<Explained>, Vec<Blind>), LookError> {
    let mut seen = Seen::default();
    let found = survey(port, settings, scope, clock, progress, &mut seen).await?;
    let mut judge = Judge::new(settings, scope, history, clock.at());
    let mut explained = Vec::new();
    for instance in found.into_iter().map(|found| found.instance) {
        let bare = Account::bare(instance.target.account.clone());
        let account = seen.accounts.get(&instance.target.account).unwrap_or(&bare);
        let mut known = Known::NOTHING;
        if let Some(idle) = settings.idle.as_ref().filter(|_| judge.wants_evidence(&instance, account)) {
            let (candidates, own) = ([&instance], &history.own);
            // Asked anew, whatever an earlier run has seen: somebody wants to know.
            let nobody = Witness::default();
            let gathered = gather(port, idle, &candidates, &nobody, own, clock, settings.run.width).await;
            known.idleness = gathered.idleness.into_values().next().unwrap_or(Idleness::NotAsked);
        }
        let first = judge.rule_known(&instance, account, &known);
        if first.verdict.action().is_some() && settings.busy.is_some() {
            let asked = [Recent::of(&instance)];
            let measured = port.activity(&instance.target, &asked, clock.at()).await.remove(&instance.id);
            known.activity = measured.unwrap_or(Activity::Gap("no answer".to_owned()));
        }
        let (asked, _) = judge.with_case(&instance, account, &known, ask);
        let ruling = judge.rule_known(&instance, account, &known);
        explained.push(Explained { instance, asked, ruling });
    }
    Ok((explained, seen.blind))
}
