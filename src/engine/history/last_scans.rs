//! When each target was last scanned, and where something was found. A scheduled run scans the targets where something
//! is, and everything once per sweep. Whatever this file does not know is scanned at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::history::visits::AccountVisit;
pub use crate::engine::history::visits::{Visit, Visits};
use crate::engine::model::month::Month;
use crate::engine::model::{NotDue, Target, json_lines, sane_option};

/// Where the record keeps it.
pub const FILE: &str = "state/targets.jsonl";

/// The release that wrote the file: another one may scan for more.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// What is known of earlier scans, by account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastScans(BTreeMap<Arc<str>, AccountScans>);

/// The first line of the file. The rest counts only for these settings and this release.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Valid {
    settings: String,
    release: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    account: Arc<str>,
    #[serde(flatten)]
    scans: AccountScans,
}

/// The scans of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AccountScans {
    /// When its Regions were last listed and all of them scanned or tried.
    #[serde(default, deserialize_with = "sane_option")]
    swept: Option<DateTime<Utc>>,
    /// When its Regions could last not be listed, if that is later.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    failed: Option<DateTime<Utc>>,
    /// Its Regions.
    regions: BTreeMap<Arc<str>, LastScan>,
}

/// The last scans of one target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct LastScan {
    /// When it was last scanned completely.
    #[serde(default, deserialize_with = "sane_option")]
    at: Option<DateTime<Utc>>,
    /// Whether something was found then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    found: bool,
    /// When a run that scans only part of a target last found something.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    seen: Option<DateTime<Utc>>,
    /// Whether the organisation denied it then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    denied: bool,
    /// When it could last not be scanned, if that is later than `at`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    failed: Option<DateTime<Utc>>,
    /// Whether something was ever found there, as far as is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ever: bool,
    /// Whether the channel of `new-region` has still to be notified of that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unannounced: bool,
}

impl LastScan {
    /// Whether something is there, as far as is known.
    fn has_something(&self) -> bool {
        self.found || self.seen.is_some_and(|seen| self.at.is_none_or(|at| seen >= at))
    }

    /// What is known of one target from two versions of the file.
    fn merge(&mut self, other: &Self) {
        let Self { at, found, seen, denied, failed, ever, unannounced } = *other;
        self.ever |= ever || self.has_something() || found || seen.is_some();
        self.unannounced |= unannounced;
        if at >= self.at {
            let found = found || self.found && at == self.at;
            (self.at, self.found, self.denied) = (at, found, if at.is_some() { denied } else { self.denied });
        }
        self.seen = self.seen.max(seen);
        self.failed = self.failed.max(failed).filter(|failed| self.at.is_none_or(|at| *failed > at));
    }
}

/// What to scan of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Its Regions are listed, and each of them is scanned.
    Everything {
        /// Whether an earlier run already tried in vain, and nothing is known to be there.
        retried: bool,
    },
    /// These Regions, which are known.
    Regions {
        /// The Regions to scan, and whether an earlier run already tried in vain to scan them.
        due: Vec<(Arc<str>, bool)>,
        /// Those that were empty.
        not_due: Vec<NotDue>,
        /// Those that the organisation denied, and where nothing is known to be.
        denied: Vec<Arc<str>>,
    },
}

/// Which targets a run scans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cadence {
    scans: LastScans,
    sweep: Duration,
    at: DateTime<Utc>,
    stocktake: Option<(Month, Tz)>,
}

impl Cadence {
    /// What is due at `at`, if everything is scanned once per `sweep`. For the stocktake of a month, in this zone, a scan
    /// of an earlier month counts for nothing.
    pub fn new(scans: LastScans, sweep: Duration, at: DateTime<Utc>, stocktake: Option<(Month, Tz)>) -> Self {
        Self { scans, sweep, at, stocktake }
    }

    /// What is due in one account. Its hash decides when in the sweep all of it is due, so that each run scans a part
    /// of the accounts, and needs sessions in that part alone.
    pub fn due(&self, account: &str) -> Due {
        let Some(known) = self.scans.0.get(account) else { return Due::Everything { retried: false } };
        let due_since = self.due_since(account);
        let failed_since = |failed: Option<DateTime<Utc>>| failed.is_some_and(|failed| failed >= due_since);
        let of_month = |at| self.stocktake.is_none_or(|(month, zone)| Month::at(at, zone) == month);
        let before = |at: Option<DateTime<Utc>>| at.is_none_or(|at| at < due_since || at > self.at || !of_month(at));
        if before(known.swept) {
            let empty = !known.regions.values().any(LastScan::has_something);
            return Due::Everything { retried: empty && failed_since(known.failed) };
        }
        let (mut due, mut not_due, mut denied) = (Vec::new(), Vec::new(), Vec::new());
        for (region, scan) in &known.regions {
            match scan.at.filter(|_| !scan.has_something() && !before(scan.at)) {
                Some(_) if scan.denied => denied.push(region.clone()),
                Some(at) => not_due.push(NotDue { account: account.into(), region: region.clone(), last_scan: at }),
                None => due.push((region.clone(), !scan.has_something() && failed_since(scan.failed))),
            }
        }
        Due::Regions { due, not_due, denied }
    }

    /// The last instant at which the whole account became due.
    fn due_since(&self, account: &str) -> DateTime<Utc> {
        let hash = Sha256::digest(account).iter().take(6).fold(0_i64, |hash, byte| hash << 8 | i64::from(*byte));
        let seconds = self.sweep.num_seconds().max(1);
        let now = self.at.timestamp();
        DateTime::from_timestamp_secs(now - (now - hash).rem_euclid(seconds)).unwrap_or(self.at)
    }
}

impl LastScans {
    /// Reads the file. Of other settings or another release only where something was counts, and everything is due; what
    /// a damaged line says counts for nothing.
    pub fn parse(text: &str, settings: &str) -> Self {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let valid = serde_json::from_str::<Valid>(first).is_ok_and(|valid| valid == Valid::now(settings));
        let lines = json_lines::readable(rest).map(|Line { account, scans }| (account, scans));
        Self(lines.map(|(account, scans)| (account, if valid { scans } else { scans.where_something_was() })).collect())
    }

    /// The file.
    pub fn text(&self, settings: &str) -> String {
        let line =
            |(account, scans): (&Arc<str>, &AccountScans)| Line { account: account.clone(), scans: scans.clone() };
        json_lines::text([Valid::now(settings)]) + &json_lines::text(self.0.iter().map(line))
    }

    /// Where this run found something for the first time ever: targets that an earlier run has scanned, and in which no
    /// run has found anything. Of a target that no run has scanned before, and after the file was lost, nobody can tell.
    pub fn firsts(&self, visits: &Visits) -> BTreeSet<Target> {
        let is_first = |scan: &LastScan| {
            scan.unannounced || scan.at.is_some() && !scan.denied && !scan.ever && !scan.has_something()
        };
        let found = |visit: &Option<Visit>| {
            matches!(visit, Some(Visit::Complete(true) | Visit::Partial(true) | Visit::Failed(true)))
        };
        let mut firsts = BTreeSet::new();
        for (account, visit) in &visits.0 {
            let Some(known) = self.0.get(account) else { continue };
            let here = visit.targets.iter().filter(|(_, visit)| found(visit)).map(|(region, _)| region);
            // A Region that was not listed when all of the account was scanned was not enabled.
            let unlisted = known.swept.is_some();
            let here = here.filter(|region| known.regions.get(*region).map_or(unlisted, is_first));
            firsts.extend(here.map(|region| Target::new(account.clone(), region.clone())));
        }
        firsts
    }

    /// Notes of which of these targets the channel of `new-region` was notified, and of which it has still to be.
    pub fn note_first_instances(&mut self, notified: &BTreeSet<Target>, pending: &BTreeSet<Target>) {
        for target in notified.union(pending) {
            let known = self.0.get_mut(&target.account).and_then(|account| account.regions.get_mut(&target.region));
            if let Some(scan) = known {
                scan.unannounced = pending.contains(target);
            }
        }
    }

    /// What is known after a run that began at `at`. `accounts` are those that exist, if the run listed them all. From a
    /// run of part of the scope only what makes a target due counts.
    pub fn add(&mut self, visits: &Visits, accounts: Option<&BTreeSet<Arc<str>>>, at: DateTime<Utc>) {
        if let Some(accounts) = accounts {
            self.0.retain(|account, _| accounts.contains(account));
        }
        for (account, visit) in &visits.0 {
            if accounts.is_some() {
                self.0.entry(account.clone()).or_default().add(visit, at);
            } else if let Some(known) = self.0.get_mut(account) {
                known.see(visit, at);
            }
        }
    }
}

impl Valid {
    fn now(settings: &str) -> Self {
        Self { settings: settings.to_owned(), release: RELEASE.to_owned() }
    }
}

impl AccountScans {
    fn where_something_was(self) -> Self {
        let something = self.regions.into_iter().filter(|(_, scan)| scan.has_something() || scan.ever);
        let seen = |scan: LastScan| {
            let seen = scan.seen.max(scan.at).filter(|_| scan.has_something());
            LastScan { seen, ever: true, unannounced: scan.unannounced, ..LastScan::default() }
        };
        Self { regions: something.map(|(region, scan)| (region, seen(scan))).collect(), ..Self::default() }
    }

    fn add(&mut self, visit: &AccountVisit, at: DateTime<Utc>) {
        let AccountVisit { listed, targets } = visit;
        if *listed == Some(true) {
            // A Region that is no longer listed has nothing to scan.
            self.regions.retain(|region, _| targets.contains_key(region));
        }
        for (region, visit) in targets {
            let known = self.regions.entry(region.clone()).or_default();
            // A scan far in the future is one by a wrong clock. It must not outlive the right ones.
            if known.at.is_some_and(|then| then - at > Duration::hours(1)) {
                let LastScan { ever, unannounced, .. } = *known;
                let seen = known.has_something().then_some(at);
                *known = LastScan { seen, ever, unannounced, ..LastScan::default() };
            }
            known.merge(&match *visit {
                Some(Visit::Complete(found)) => LastScan { at: Some(at), found, ..LastScan::default() },
                // What was there may be of the kind that could not be listed now.
                Some(Visit::Partial(found)) => {
                    LastScan { at: Some(at), found: found || known.has_something(), ..LastScan::default() }
                }
                Some(Visit::Failed(found)) => {
                    LastScan { failed: Some(at), seen: found.then_some(at), ..LastScan::default() }
                }
                // What was there may still be there when the policy changes.
                Some(Visit::Denied) => {
                    LastScan { at: Some(at), found: known.has_something(), denied: true, ..LastScan::default() }
                }
                None => continue,
            });
        }
        match listed {
            // Without the answer of a Region, the account is due again.
            Some(true) if targets.values().all(Option::is_some) => {
                let possible = self.swept.filter(|then| *then - at <= Duration::hours(1));
                self.swept = possible.max(Some(at));
                self.failed = self.failed.filter(|failed| *failed > at);
            }
            Some(false) => self.failed = self.failed.max(Some(at)),
            Some(true) | None => {}
        }
    }

    fn see(&mut self, visit: &AccountVisit, at: DateTime<Utc>) {
        for (region, visit) in &visit.targets {
            // An event says that something is there, even if its run could not scan the target.
            if !matches!(visit, Some(Visit::Complete(false) | Visit::Denied)) {
                let seen = LastScan { seen: Some(at), ..LastScan::default() };
                self.regions.entry(region.clone()).or_default().merge(&seen);
            }
        }
    }
}
