//! The plan of an undo: reads what the run did, scans only those resources, and decides which of them are started.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::history::History;
use crate::engine::history::uptimes::Uptime;
use crate::engine::model::{Account, Action, Instance, ResourceId, Target, Unreachable};
use crate::engine::plan::Plan;
use crate::engine::undo::{Finding, Found, Stop, Undo, WhyNot, find, left_out, steps, stops};
use crate::ports::{NotScanned, ReadRecord, Scan};
use crate::run::recall::past;
use crate::run::recheck::named;
use crate::run::undo::{UndoError, UndoOrder};

/// Reads what the run did, scans only those instances, and plans their starts.
pub(super) async fn prepare(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    hub: &impl ReadRecord,
    history: &History,
    applied: bool,
) -> Result<Undo, UndoError> {
    let UndoOrder { run, undoes, overrides: _, settings, clock, wall: _, agreed } = order;
    if settings.run.record.is_none() {
        return Err(UndoError::NoRecord);
    }
    let (past, ended) = past(hub, undoes).await?;
    let stops = stops(&past, ended);
    let mut notes = Vec::new();
    if !ended {
        notes.push(format!("run {undoes} broke off before its report, so only the tags show what it has stopped"));
    }
    let starts = past.plan.steps.iter().filter(|step| step.action == Action::Start).count();
    if starts > 0 {
        notes.push(format!("an undo only starts what a run stopped; {starts} starts of run {undoes} stand"));
    }
    let accounts = named_accounts(order, scanner).await?;
    notes.extend(unmatched(order, &stops, &accounts));
    let mut undo =
        Undo { applied, whole: run.scope.is_whole(), notes, ..Undo::empty(run, undoes, settings, clock.at()) };
    let mut open: BTreeMap<Arc<Target>, Vec<Stop>> = BTreeMap::new();
    for stop in stops {
        match left_out(&stop, &run.scope, &accounts) {
            Some(why) => undo.found.push(left(stop, why)),
            None => open.entry(stop.id.place.clone()).or_default().push(stop),
        }
    }
    let scans = open.into_iter().map(|(target, stops)| async move {
        let (now, answer) = now_at(order, scanner, history, &target, &stops).await;
        (target, stops, now, answer)
    });
    let mut answers = stream::iter(scans).buffer_unordered(settings.run.width);
    while let Some((target, stops, now, answer)) = answers.next().await {
        add(order, &mut undo, &target, stops, &now, answer);
    }
    if let Some(agreed) = agreed {
        for found in undo.found.iter_mut().filter(|found| !agreed.contains(&found.stop.id)) {
            if found.finding == Finding::Start {
                found.finding = Finding::Left(WhyNot::NotSelected);
            }
        }
    }
    undo.found.sort_by(|a, b| a.stop.id.cmp(&b.stop.id));
    undo.unreachable.sort();
    undo.denied.sort();
    let waiting = undo.found.iter().filter(|found| found.finding == Finding::Left(WhyNot::StillStopping)).count();
    if waiting > 0 {
        undo.troubled = true;
        undo.notes.push(format!("{waiting} are still on their way down; undo again in a minute"));
    }
    undo.plan = Plan::of(settings, clock.at(), steps(&undo.found));
    Ok(undo)
}

/// What a run stopped in one target, as it is now.
async fn now_at(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    history: &History,
    target: &Target,
    stops: &[Stop],
) -> (HashMap<ResourceId, Instance>, Result<(), NotScanned>) {
    let ids: Vec<ResourceId> = stops.iter().map(|stop| stop.id.clone()).collect();
    let (mut now, mut doubtful) = (HashMap::new(), Vec::new());
    let each = |mut instance: Instance| {
        let seen = history.date(&mut instance, order.clock.at(), &order.settings.tags.stopped);
        doubtful.extend(seen.filter(Uptime::is_doubtful).map(|seen| (instance.id.clone(), seen)));
        now.insert(instance.id.clone(), instance);
    };
    let answer = named(scanner, target, &ids, each).await;
    let events = if doubtful.is_empty() { None } else { scanner.database_events(target).await.ok() };
    for (id, seen) in doubtful {
        if let Some(instance) = now.get_mut(&id) {
            history.explain(seen, instance, events.as_deref());
        }
    }
    (now, answer)
}

/// Adds what is to become of the stops in one target.
fn add(
    order: &UndoOrder<'_>,
    undo: &mut Undo,
    target: &Target,
    stops: Vec<Stop>,
    now: &HashMap<ResourceId, Instance>,
    answer: Result<(), NotScanned>,
) {
    let not_scanned = match answer {
        Ok(()) => None,
        Err(NotScanned::Denied) => {
            undo.denied.push(target.clone());
            Some(WhyNot::Denied)
        }
        Err(NotScanned::Unreachable(cause)) => {
            let Target { account, region } = target.clone();
            undo.unreachable.push(Unreachable { account, region, cause });
            Some(WhyNot::Unreachable)
        }
    };
    let settings = order.settings;
    for stop in stops {
        if let Some(why) = &not_scanned {
            undo.found.push(left(stop, why.clone()));
            continue;
        }
        let instance = now.get(&stop.id);
        let finding = find(settings, instance, order.undoes, &stop.policy, order.overrides, order.clock.now());
        let owner = instance.and_then(|one| settings.owners.by_tag(&one.tags).ok().flatten());
        let owner = owner.map(|(_, owner)| Box::from(owner));
        undo.found.push(Found { stop, finding, launched: instance.and_then(|one| one.launch), owner });
    }
}

fn left(stop: Stop, why: WhyNot) -> Found {
    Found { stop, finding: Finding::Left(why), launched: None, owner: None }
}

/// The accounts with their names, if the request selects some by name.
async fn named_accounts(order: &UndoOrder<'_>, scanner: &impl Scan) -> Result<Vec<Account>, UndoError> {
    let is_id = |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if order.run.scope.accounts.iter().flatten().all(is_id) {
        return Ok(Vec::new());
    }
    let mut accounts = Vec::new();
    scanner.accounts(|found| accounts.push(found.account)).await.map_err(UndoError::Accounts)?;
    Ok(accounts)
}

/// What the request selects and the run did not stop: a typo must not look like an empty result.
fn unmatched(order: &UndoOrder<'_>, stops: &[Stop], accounts: &[Account]) -> Vec<String> {
    let scope = &order.run.scope;
    let name = |stop: &Stop| {
        accounts.iter().find(|account| account.id == stop.id.place.account).and_then(|account| account.name.clone())
    };
    let account = |wanted: &String| {
        stops.iter().any(|stop| {
            *stop.id.place.account == **wanted || name(stop).is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    let region = |wanted: &String| stops.iter().any(|stop| *stop.id.place.region == **wanted);
    let instance = |wanted: &String| stops.iter().any(|stop| *stop.id.name == **wanted);
    let policy = |wanted: &String| stops.iter().any(|stop| stop.policy == *wanted);
    let mut notes = Vec::new();
    let mut check = |what: &str, wanted: &Option<Vec<String>>, there: &dyn Fn(&String) -> bool| {
        for wanted in wanted.iter().flatten().filter(|wanted| !there(wanted)) {
            notes.push(format!(
                "the request selects the {what} `{wanted}`, of which run {} stopped nothing",
                order.undoes
            ));
        }
    };
    check("account", &scope.accounts, &account);
    check("Region", &scope.regions, &region);
    check("instance", &scope.instances, &instance);
    check("policy", &scope.policies, &policy);
    notes
}
