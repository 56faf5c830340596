//! Explains one instance: finds it, measures it if it is a candidate, and evaluates every rule.

use crate::engine::config::{Settings, most_similar};
use crate::engine::evidence::{Idleness, Recent, Witness};
use crate::engine::history::History;
use crate::engine::history::uptimes::Uptime;
use crate::engine::judge::explain::{Asked, explain as ask};
use crate::engine::judge::near_miss::{NearMiss, near_misses};
use crate::engine::judge::{Judge, Known, Ruling};
use crate::engine::model::tags::plain;
use crate::engine::model::{Account, Instance, Unreachable};
use crate::engine::request::Scope;
use crate::engine::rules::Activity;
use crate::ports::Scan;
use crate::run::evidence::gather;
use crate::run::survey::{Sweep, survey};
use crate::run::{Clock, ScanError};

/// One instance explained.
#[derive(Debug)]
pub struct Explained {
    /// The instance as it is now.
    pub instance: Instance,
    /// Every rule, in order.
    pub asked: Vec<Asked>,
    /// What a run would do.
    pub ruling: Ruling,
    /// Where no policy matches: the tags that nearly do.
    pub near: Vec<NearMiss>,
}

/// What was found of the instance that a person asks for.
#[derive(Debug, Default)]
pub struct Explanations {
    /// The instances, usually one.
    pub explained: Vec<Explained>,
    /// What could not be scanned.
    pub unreachable: Vec<Unreachable>,
    /// The most similar name, where no instance has the one that was asked for.
    pub similar: Option<String>,
}

/// Explains every instance that `scope` selects, usually one. `name`: only instances with this `Name` tag; if none has
/// it, those that have it in another case.
///
/// # Errors
/// [`ScanError`] when the accounts cannot be listed.
pub async fn explain(
    port: &impl Scan,
    settings: &Settings,
    scope: &Scope,
    name: Option<&str>,
    history: &History,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
) -> Result<Explanations, ScanError> {
    let (found, scanned) = survey(port, Sweep::of(settings, scope, clock, progress)).await?;
    let (found, similar) = match name {
        None => (found, None),
        Some(name) => {
            let same = named(&found, name);
            let similar = if same.is_empty() { most_similar(name, found.iter().map(Instance::name)) } else { None };
            (same, similar.map(str::to_owned))
        }
    };
    let mut judge = Judge::new(settings, scope, history, clock.at());
    let mut explained = Vec::new();
    for mut instance in found {
        let date = history.date(&mut instance, clock.at(), &settings.tags.stopped);
        if let Some(seen) = date.filter(Uptime::is_unexplained) {
            let events = port.database_events(&instance.id.place).await.ok();
            history.explain(seen, &mut instance, events.as_deref());
        }
        let bare = Account::bare(instance.id.place.account.clone());
        let account = scanned.background.accounts.get(&instance.id.place.account).unwrap_or(&bare);
        let mut known = Known::NOTHING;
        if let Some(idle) = settings.idle.as_ref().filter(|_| judge.wants_evidence(&instance, account)) {
            let (candidates, own) = ([&instance], &history.own);
            // Activity that earlier runs found is ignored, because a person asks for the state of now.
            let unknown = Witness::default();
            let gathered = gather(port, idle, &candidates, &unknown, own, clock, settings.run.width).await;
            known.idleness = gathered.idleness.into_values().next().unwrap_or(Idleness::NotAsked);
        }
        let first = judge.rule_known(&instance, account, &known);
        if first.verdict.action().is_some() && settings.busy.is_some() {
            let asked = [Recent::of(&instance)];
            let measured = port.activity(&instance.id.place, &asked, clock.at()).await.remove(&*instance.id.name);
            known.activity = measured.unwrap_or(Activity::Gap("no answer".to_owned()));
        }
        let (asked, _) = judge.with_case(&instance, account, &known, ask);
        let ruling = judge.rule_known(&instance, account, &known);
        let near = if ruling.policy.is_none() { near_misses(&settings.policies, &instance.tags) } else { Vec::new() };
        explained.push(Explained { instance, asked, ruling, near });
    }
    Ok(Explanations { explained, unreachable: scanned.unreachable, similar })
}

fn named(found: &[Instance], name: &str) -> Vec<Instance> {
    let having = |same: &dyn Fn(&str) -> bool| -> Vec<Instance> {
        found.iter().filter(|instance| same(instance.name())).cloned().collect()
    };
    let exact = having(&|found| found == name);
    if exact.is_empty() { having(&|found| plain(found) == plain(name)) } else { exact }
}
