//! The check-up: scans once, then asks for what a run would need, and tries what the roles must be refused. It has no
//! port that acts, and works while paused and not armed.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::config::{Accounts, Settings};
use crate::engine::doctor::{
    Ask, Check, Diagnosis, Finding, REGION_DOUBT, Samples, Who, acts, asks, database_asks, grouped, is_restarted, stops,
};
use crate::engine::evidence::idle::Reading;
use crate::engine::evidence::last_hour::Recent;
use crate::engine::history::past_runs::History;
use crate::engine::judge::{Judge, Known};
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{Account, Instance, Kind, ReportOnly, ResourceId, Target, Unlisted, names};
use crate::engine::plan::restart::{Key, Volumes, obstacle};
use crate::engine::request::{RequestInvalid, Scope};
use crate::engine::rules::Activity;
use crate::ports::{Pause, PortError, Probe, Scan};
use crate::run::doctor_hub::{hub, organization};
use crate::run::scan::Found;
use crate::run::survey::{Sweep, survey_each};
use crate::run::{Clock, ScanError, Scanned};

/// The inputs of a check-up, other than its ports.
pub struct DoctorOrder<'a> {
    /// The id of the check-up.
    pub run: &'a Arc<str>,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The accounts and Regions that the request selects.
    pub scope: &'a Scope,
    /// The instant and the deadline.
    pub clock: Clock,
    /// Shows how far the scan is.
    pub progress: &'a dyn Fn(usize, usize),
}

/// All that the acting role is for.
pub(super) const TO_ACT: &str = "to stop, start and tag";

/// An instance that may have to be started again, with its licence configurations.
type Restarted = (ResourceId, Box<[Box<str>]>);

/// What the scan shows of one account.
#[derive(Default)]
struct Seen {
    samples: Samples,
    /// An instance whose metrics are asked for.
    recent: Option<(Arc<Target>, Recent)>,
    /// Where it has a database.
    database: Option<Arc<Target>>,
    /// Instances that may have to be started again, by target.
    restarted: BTreeMap<Arc<Target>, Vec<Restarted>>,
}

impl Seen {
    /// Adds a resource of the account.
    fn add(&mut self, settings: &Settings, judge: &mut Judge<'_>, instance: &Instance, account: &Account) {
        let place = &instance.id.place;
        match instance.id.kind {
            Kind::Service => return,
            Kind::Database => {
                self.database.get_or_insert_with(|| place.clone());
                return;
            }
            Kind::Instance => {}
        }
        self.samples.take(settings, instance);
        self.recent.get_or_insert_with(|| (place.clone(), Recent::of(instance)));
        if is_restarted(&judge.rule_known(instance, account, &Known::NOTHING)) {
            let licenses = instance.details.licenses.clone();
            self.restarted.entry(place.clone()).or_default().push((instance.id.clone(), licenses));
        }
    }
}

/// Finds out what is wrong.
///
/// # Errors
/// [`RequestInvalid`] when the request selects what does not exist. Everything else that goes wrong is a finding.
pub async fn doctor(
    order: &DoctorOrder<'_>,
    scanner: &impl Scan,
    probe: &impl Probe,
    pause: &impl Pause,
) -> Result<Diagnosis, RequestInvalid> {
    let settings = order.settings;
    let mut findings = hub(settings, probe, pause).await;
    let (mut scanned, history) = (Scanned::default(), History::default());
    let mut by_account: BTreeMap<Arc<str>, Seen> = BTreeMap::new();
    let whole = Scope::default();
    let mut judge = Judge::new(settings, &whole, &history, order.clock.at());
    let each = |found: Found, scanned: &mut Scanned| {
        let id = &found.instance.id.place.account;
        let bare = Account::bare(id.clone());
        let account = scanned.background.accounts.get(id).unwrap_or(&bare);
        by_account.entry(id.clone()).or_default().add(settings, &mut judge, &found.instance, account);
    };
    let how = Sweep::of(settings, order.scope, order.clock, order.progress);
    match survey_each(scanner, how, &mut scanned, each).await {
        Ok(()) => findings.push(Finding::passed(Check::Accounts, "accounts", None)),
        Err(ScanError::Accounts(why)) => findings.push(Finding::wrong(Check::Accounts, "accounts", None, why)),
        Err(ScanError::Request(why)) => return Err(why),
    }
    findings.extend(organization(settings, scanner, scanned.background.accounts.keys().next()).await);
    let examined = scanned.background.accounts.values().map(|account| {
        let seen = by_account.remove(&account.id).unwrap_or_default();
        let unreachable = scanned.unreachable.iter().filter(|one| one.account == account.id);
        let unreachable: Vec<(Target, &str)> = unreachable.map(|one| (one.target(), &*one.cause)).collect();
        let unlisted = listings(settings, scanned.unlisted.iter().filter(|one| one.account == account.id), &account.id);
        let is_dark = |target: &Target| {
            unreachable.iter().any(|(dark, _)| dark.covers(target)) || scanned.denied.contains(target)
        };
        let mut own = scanned.background.targets.iter().filter(|target| target.account == account.id);
        let target = own.find(|target| !is_dark(target)).cloned();
        async move {
            let mut findings = examine(order, scanner, probe, account, &seen, &unreachable).await;
            findings.extend(unlisted);
            findings.extend(forgotten(order, scanner, target.as_ref()).await);
            findings
        }
    });
    let examined: Vec<Vec<Finding>> = stream::iter(examined).buffer_unordered(settings.run.width).collect().await;
    findings.extend(examined.into_iter().flatten());
    let (groups, passed) = grouped(findings);
    Ok(Diagnosis {
        run: order.run.clone(),
        region: probe.region(),
        groups,
        passed,
        accounts: scanned.background.accounts.len(),
        targets: scanned.targets,
        calls: scanner.calls(),
    })
}

/// Whether the reading role may list the kinds beside instances that policies name.
fn listings<'a>(settings: &Settings, unlisted: impl Iterator<Item = &'a Unlisted>, account: &Arc<str>) -> Vec<Finding> {
    let found: Vec<&Unlisted> = unlisted.collect();
    let kinds = [Kind::Database, Kind::Service].into_iter().filter(|kind| settings.has_kind(*kind));
    let of = |kind: Kind| {
        let (subject, whole) = (format!("`{}` of `kinds`", kind.as_str()), Target::whole_account(account.clone()));
        let wrong = found.iter().filter(|one| one.kind == kind);
        let wrong = wrong.map(|one| Finding::wrong(Check::Reading, &subject, Some(&one.target()), &one.cause));
        let wrong: Vec<Finding> = wrong.collect();
        if wrong.is_empty() { vec![Finding::passed(Check::Reading, subject, Some(&whole))] } else { wrong }
    };
    kinds.flat_map(of).collect()
}

/// What one account needs.
async fn examine(
    order: &DoctorOrder<'_>,
    scanner: &impl Scan,
    probe: &impl Probe,
    account: &Account,
    seen: &Seen,
    unreachable: &[(Target, &str)],
) -> Vec<Finding> {
    let scope = &order.settings.scope;
    let (place, mut findings) = (Target::whole_account(account.id.clone()), Vec::new());
    let entered = scanner.enter(&account.id).await;
    let is_in = entered.is_ok();
    findings.push(Finding::of(Check::ReadingRole, &scope.reading_role, Some(&place), entered));
    if is_in {
        findings.extend(reading(order, scanner, &place, seen, unreachable).await);
        findings.extend(restart(order.settings, scanner, probe, seen).await);
    }
    let acts = acts(order.settings, account);
    let mut acting = acts;
    if acts {
        let entered = probe.enter(&account.id).await;
        acting = entered.is_ok();
        findings.push(Finding::of(Check::ActingRole, &scope.acting_role, Some(&place), entered));
    }
    // A person who scans the own account without a role may do what that person may do.
    let own = scope.accounts == Accounts::Own;
    let of_databases = seen.database.iter().flat_map(|place| database_asks(order.settings, place, acting));
    for ask in asks(order.settings, &seen.samples, acting).into_iter().chain(of_databases) {
        if (ask.needed || !own) && (is_in || ask.who == Who::Actor) {
            findings.push(tried(&ask, probe.attempt(ask.who, &ask.attempt, &ask.id).await));
        }
    }
    if acting && seen.samples.plain.is_none() {
        let why = "the account has no instance on which the calls could be tried";
        findings.push(Finding::noted(Check::Acting, TO_ACT, Some(&place), why));
    }
    findings
}

/// The finding for a call that was tried.
fn tried(ask: &Ask, answer: Result<bool, PortError>) -> Finding {
    let Ask { who, attempt, id, of, needed } = ask;
    let (call, key) = attempt.action(id);
    let role = who.as_str();
    let key = key.map_or_else(String::new, |key| format!(" of the tag `{key}`"));
    let subject = format!("{call}{key}{of}");
    let check = if *needed { Check::Acting } else { Check::Excess };
    let place = Some(&*id.place);
    let finding = match (answer, needed) {
        (Ok(true), true) | (Ok(false), false) => Finding::passed(check, subject, place),
        (Ok(false), true) => {
            Finding::wrong(check, subject, place, format!("{role} is refused `{call}` for `{}`", id.name))
        }
        (Ok(true), false) => Finding::wrong(check, subject, place, format!("{role} may do it to `{}`", id.name)),
        (Err(why), _) => Finding::noted(check, subject, place, format!("{role}: {why}")),
    };
    Finding { who: Some(*who), ..finding }
}

/// What the reading role must be allowed to read, as far as the settings need it.
async fn reading(
    order: &DoctorOrder<'_>,
    scanner: &impl Scan,
    place: &Target,
    seen: &Seen,
    unreachable: &[(Target, &str)],
) -> Vec<Finding> {
    let settings = order.settings;
    let wrong = |(target, cause): &(Target, &str)| {
        let by_region = !target.is_whole_account() && cause.ends_with(REGION_DOUBT);
        let check = if by_region { Check::Region } else { Check::Reading };
        Finding::wrong(check, "scan", Some(target), cause)
    };
    let mut findings: Vec<Finding> = unreachable.iter().map(wrong).collect();
    if unreachable.is_empty() {
        findings.push(Finding::passed(Check::Reading, "scan", Some(place)));
    }
    if settings.owners.alternate_contact.is_some() {
        let contact = scanner.alternate_contact(&place.account).await.map(|_| ());
        findings.push(Finding::of(Check::Reading, "account:GetAlternateContact", Some(place), contact));
    }
    let Some((target, recent)) = &seen.recent else { return findings };
    if settings.busy.is_some() || settings.idle.is_some() {
        let metrics = metrics(scanner, target, recent, order.clock.at()).await;
        findings.push(Finding::of(Check::Reading, "cloudwatch:GetMetricData", Some(target), metrics));
    }
    if settings.busy.is_some_and(|busy| busy.sessions) {
        let asked = [recent.clone()];
        let sessions = match scanner.activity(target, &asked, order.clock.at()).await.remove(&recent.id) {
            Some(Activity::SessionsUnknown(why)) => Err(why),
            Some(_) | None => Ok(()),
        };
        findings.push(Finding::of(Check::Reading, "ssm:DescribeSessions", Some(target), sessions));
    }
    if settings.idle.is_some() {
        let balanced = scanner.behind_load_balancer(target).await.map(|_| ());
        findings.push(Finding::of(Check::Reading, "elasticloadbalancing:Describe*", Some(target), balanced));
    }
    if settings.policies.iter().any(|policy| stops(policy)) {
        let volumes = scanner.volumes(target, std::slice::from_ref(&recent.id)).await.remove(&recent.id);
        let end = match volumes {
            Some(Volumes::Unknown(why)) => Err(why),
            Some(Volumes::Keys(_) | Volumes::NotAsked) | None => Ok(()),
        };
        findings.push(Finding::of(Check::Reading, "ec2:DescribeVolumes", Some(target), end));
    }
    findings
}

/// Whether the reading role may list each kind of `[forgotten]`, asked in one target of the account. What is only asked
/// for where something seems to be unused may still be refused.
async fn forgotten(order: &DoctorOrder<'_>, scanner: &impl Scan, target: Option<&Target>) -> Vec<Finding> {
    let (Some(wanted), Some(target)) = (&order.settings.forgotten, target) else { return Vec::new() };
    let answers = scanner.reported(target, &wanted.listed(), order.clock.at()).await;
    let finding = |(kind, answer): (ReportOnly, Result<Vec<Facts>, String>)| {
        let subject = format!("`{}` of `[forgotten]`", kind.as_str());
        Finding::of(Check::Reading, &subject, Some(target), answer.map(|_| ()))
    };
    answers.into_iter().map(finding).collect()
}

async fn metrics(scanner: &impl Scan, target: &Target, recent: &Recent, now: DateTime<Utc>) -> Result<(), String> {
    let evidence = scanner.evidence(target, &[recent.first(now)], now).await;
    let gap = evidence.values().flat_map(|found| found.iter()).find_map(|(_, reading)| match reading {
        Reading::Gap(why) => Some(why.clone()),
        Reading::Known(_) => None,
    });
    gap.map_or(Ok(()), Err)
}

/// Whether what may be stopped could be started again: the keys of volumes and the licence configurations.
async fn restart(settings: &Settings, scanner: &impl Scan, probe: &impl Probe, seen: &Seen) -> Vec<Finding> {
    let (mut findings, history) = (Vec::new(), History::default());
    for (target, instances) in &seen.restarted {
        let known = scanner.volumes(target, &names(instances.iter().map(|(id, _)| id))).await;
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        for (id, licenses) in instances {
            let volumes = known.get(&*id.name).unwrap_or(&Volumes::NotAsked);
            if let Volumes::Keys(found) = volumes {
                keys.extend(found.iter().filter_map(|key| match key {
                    Key::AwsManaged(arn) | Key::CustomerManaged(arn) => Some(&**arn),
                    Key::Unknown(_) => None,
                }));
            }
            let why = obstacle(&settings.restart, &history, id, None, licenses, volumes);
            findings.push(Finding::of(Check::Restart, "start", Some(target), why.map_or(Ok(()), Err)));
        }
        let mut states = pin!(stream::iter(keys).then(|arn| async move { (arn, probe.key_state(target, arn).await) }));
        while let Some((arn, state)) = states.next().await {
            let subject = "key";
            findings.push(match state {
                Ok(state) if state == "Enabled" => Finding::passed(Check::Restart, subject, Some(target)),
                Ok(state) => {
                    let why = format!("the key `{arn}` of a volume is `{state}`, so a start would fall back");
                    Finding::wrong(Check::Restart, subject, Some(target), why)
                }
                Err(why) => Finding::noted(Check::Restart, subject, Some(target), why),
            });
        }
    }
    findings
}
