//! What is only reported, as a report shows it: each resource with its owner, since when it was found so, and its cost.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::config::{Channel, Forgotten as Wanted, Settings, UNKNOWN};
use crate::engine::cost::price::{Price, PriceKey, Prices};
use crate::engine::cost::waste::Cost;
use crate::engine::history::forgotten::{Ledger, Sighting};
use crate::engine::history::weekly::Gathered;
use crate::engine::judge::owner::{channels_of, resolve};
use crate::engine::judge::{Contacts, Owner};
use crate::engine::model::{
    Account, Billed, Contact, HOURS_PER_MONTH, ReportOnly, Target, Unused, UnusedId, Usd, WhyUnused, named,
    without_other_accounts,
};
use crate::engine::report::Row;
use crate::engine::report::digest::Reader;
use crate::engine::report::groups::InGroup;
use crate::engine::report::host::Host;
use crate::engine::tags::Kept;

/// What a run knows of resources that are only reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Forgotten {
    /// What is known to have been so for less than this is not in the sum.
    pub after: Duration,
    /// Every resource that was found, the dearest first.
    pub lines: Vec<Line>,
    /// What could not be scanned.
    pub not_scanned: Vec<NotScanned>,
    /// Targets that no run has scanned yet.
    pub waiting: usize,
}

/// A kind that could not be scanned in one target. Its instances were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NotScanned {
    /// Account and Region.
    #[serde(flatten)]
    pub target: Target,
    /// The kind.
    pub kind: ReportOnly,
    /// Why.
    pub cause: String,
}

/// One resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What was found, and since when.
    pub sighting: Sighting,
    /// Its owner.
    pub owner: Owner,
    /// Whether it is in the sum.
    pub standing: Standing,
    /// Its cost per month; for advice, what it would save.
    pub monthly: Result<Usd, String>,
}

named! {
    /// Whether a resource is in the sum, and why not.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Standing {
        /// It is.
        Forgotten = "forgotten",
        /// It is known to have been so for less than `[forgotten] after`.
        Young = "young",
        /// A tag of its team keeps it.
        Kept = "kept",
        /// Another tool manages it.
        Managed = "managed",
        /// This run did not find the instance that it hangs on, or could not judge it.
        Unconfirmed = "unconfirmed",
        /// It does nothing, and may be a standby.
        Standby = "standby",
        /// A group whose instances did not all run while closed, or whose hours are unknown.
        Running = "running",
        /// It is in use, and would be cheaper otherwise.
        Advice = "advice",
    }
}

/// The inputs of a view besides the record.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// The settings.
    pub settings: &'a Settings,
    /// Every account in scope.
    pub accounts: &'a BTreeMap<Arc<str>, Account>,
    /// Alternate contacts.
    pub contacts: &'a Contacts,
    /// The rows of the run, for owners of instances.
    pub rows: &'a [Row],
    /// Prices, if any are known.
    pub prices: Option<&'a Prices>,
    /// The instant of the run.
    pub now: DateTime<Utc>,
}

impl Forgotten {
    /// What `ledger` knows of `targets`, which are in order.
    pub fn of(wanted: &Wanted, ledger: &Ledger, targets: &[Target], lookup: Lookup<'_>) -> Self {
        let after = wanted.after;
        let instances = lookup.rows.iter().map(|row| ((&*row.id.name, &*row.id.place), row)).collect();
        let around = Around { instances, groups: lookup.rows.iter().filter_map(Row::in_group).collect() };
        let is_wanted = |one: &&Sighting| {
            let id = &one.unused.id;
            wanted.kinds.contains(&id.kind) && targets.binary_search(&id.place).is_ok()
        };
        let lines = ledger.found().filter(is_wanted).filter_map(|one| line(one, after, &around, lookup));
        let mut lines: Vec<Line> = lines.filter(Line::is_worth_saying).collect();
        lines.sort_by(|a, b| b.known().cmp(&a.known()).then_with(|| a.id().cmp(b.id())));
        let scans = targets.iter().map(|target| (target, ledger.scanned(target)));
        let (mut not_scanned, mut waiting) = (Vec::new(), 0);
        for (target, scanned) in scans {
            let Some(scanned) = scanned else {
                waiting += 1;
                continue;
            };
            let failed = scanned.failed.iter().filter(|(kind, _)| wanted.kinds.contains(kind));
            let of = |(kind, cause): (&ReportOnly, &String)| NotScanned {
                target: target.clone(),
                kind: *kind,
                cause: cause.clone(),
            };
            not_scanned.extend(failed.map(of));
        }
        Self { after, lines, not_scanned, waiting }
    }

    /// The lines of one standing.
    pub fn standing(&self, standing: Standing) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.standing == standing)
    }

    /// What is forgotten.
    pub fn forgotten(&self) -> impl Iterator<Item = &Line> {
        self.standing(Standing::Forgotten)
    }

    /// What runs have seen forgotten for `after`, and nobody was notified of yet, by who is to be notified: each channel
    /// of the owner, or else the operator's.
    pub fn news<'a>(
        &'a self,
        settings: &'a Settings,
        now: DateTime<Utc>,
        gathered: &Gathered,
    ) -> Vec<(Reader, &'a Arc<Channel>, Vec<&'a Line>)> {
        let is_new = |line: &&Line| !line.sighting.notified && now - line.sighting.first_seen >= self.after;
        let mut news: BTreeMap<String, (Reader, &Arc<Channel>, Vec<&Line>)> = BTreeMap::new();
        for line in self.forgotten().filter(is_new) {
            let mut channels = channels_of(settings, &line.owner);
            let operator = settings.notify.operator.as_ref().filter(|_| channels.is_empty());
            channels.extend(operator.map(|channel| ("", channel)));
            let weight = settings.notify.weight(&line.sighting.unused.tags);
            let is_enough = settings.notify.is_enough(line.known().map(|usd| usd.0), weight);
            // What costs little waits for the digest of the week.
            channels.retain(|(name, _)| is_enough || gathered.is_due(&name.to_lowercase()));
            for (name, channel) in channels {
                let reader = match name {
                    "" => Reader::Operator,
                    name => Reader::Owner(Arc::from(name), Contact::First),
                };
                news.entry(name.to_lowercase()).or_insert_with(|| (reader, channel, Vec::new())).2.push(line);
            }
        }
        news.into_values().collect()
    }

    /// The part of one account.
    #[must_use]
    pub fn within(&self, account: &str) -> Self {
        let is_here = |place: &Target| *place.account == *account;
        let not_scanned =
            |one: &NotScanned| NotScanned { cause: without_other_accounts(&one.cause, account), ..one.clone() };
        Self {
            after: self.after,
            lines: self.lines.iter().filter(|line| is_here(&line.id().place)).cloned().collect(),
            not_scanned: self.not_scanned.iter().filter(|one| is_here(&one.target)).map(not_scanned).collect(),
            waiting: 0,
        }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.not_scanned.is_empty() && self.waiting == 0
    }
}

/// The sum of some lines. A line of unknown price makes it a least.
pub fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> Cost {
    lines.map(Line::known).collect()
}

impl Line {
    /// Which resource.
    pub fn id(&self) -> &UnusedId {
        &self.sighting.unused.id
    }

    /// Its cost per month, if known.
    pub fn known(&self) -> Option<Usd> {
        self.monthly.as_ref().ok().copied()
    }

    /// Whether its command terminates instances.
    pub fn terminates(&self) -> bool {
        self.id().kind.is_group() && !self.sighting.unused.command.is_empty()
    }

    /// Whether it is a volume that cannot be deleted while it is attached.
    pub fn is_attached(&self) -> bool {
        self.id().kind == ReportOnly::Volume && matches!(self.sighting.unused.why, WhyUnused::OfStopped { .. })
    }

    /// Advice that saves nothing is none.
    fn is_worth_saying(&self) -> bool {
        self.standing != Standing::Advice || self.known().is_none_or(|saved| saved > Usd::ZERO)
    }
}

/// The instances of a run by id, and the groups that have running ones.
struct Around<'a> {
    instances: HashMap<(&'a str, &'a Target), &'a Row>,
    groups: HashSet<InGroup<'a>>,
}

/// What a run says of a resource; nothing where its instance is not stopped any more: the scan is up to a day old.
fn line(one: &Sighting, after: Duration, around: &Around<'_>, lookup: Lookup<'_>) -> Option<Line> {
    let Lookup { settings, accounts, contacts, rows: _, prices, now } = lookup;
    let mut sighting = one.clone();
    let Unused { id, tags, why, managed, command, .. } = &mut sighting.unused;
    let bare = Account::bare(id.place.account.clone());
    let account = accounts.get(&id.place.account).unwrap_or(&bare);
    let mut owner = resolve(settings, tags, account, contacts);
    let mut host = Host::Stopped;
    if let WhyUnused::OfStopped { instance, others, .. } = why {
        let row_of = |instance: &Arc<str>| around.instances.get(&(&**instance, &*id.place)).copied();
        let row = row_of(instance);
        host = others.iter().map(row_of).chain([row]).map(Host::of).max().unwrap_or(Host::Unknown);
        // What hangs on an instance is its owner's, unless its own tags name one.
        if let Some(row) = row.filter(|_| settings.owners.by_tag(tags) == Ok(None)) {
            owner = (*row.owner).clone();
        }
    }
    if id.kind.is_group() && !around.groups.contains(&(&*id.place, id.kind, &*id.id)) {
        host = Host::Unknown;
    }
    if *id.place.region == *UNKNOWN {
        *command = Box::default();
    }
    if let Host::Managed(by) = &host {
        managed.get_or_insert_with(|| by.clone());
    }
    // The first launch of another kind is unknown, so a span from it keeps.
    let is_kept = host == Host::Kept
        || matches!(why, WhyUnused::Running { kept: true, .. })
        || settings.tags.is_unlaunched(tags, None)
        || Kept::read(tags, &settings.tags, None, None, now) != Kept::No;
    let standing = match (managed.as_deref(), host) {
        (_, Host::InUse) => return None,
        _ if is_kept => Standing::Kept,
        (Some(_), _) => Standing::Managed,
        (None, Host::Unknown) => {
            *command = Box::default();
            Standing::Unconfirmed
        }
        (None, _) if one.unused.is_advice() => Standing::Advice,
        (None, _) if matches!(one.unused.why, WhyUnused::Running { all_closed: false, .. }) => Standing::Running,
        (None, _) if is_young(one, after, now) => Standing::Young,
        (None, _) if one.unused.may_be_standby() => Standing::Standby,
        (None, _) => Standing::Forgotten,
    };
    Some(Line { owner, standing, monthly: monthly(&one.unused, prices, now), sighting })
}

/// Whether it is certain that it has not been so for `after`. A first sighting of which it is unknown how long it was so
/// before is not young, unless it cannot be older.
fn is_young(one: &Sighting, after: Duration, now: DateTime<Utc>) -> bool {
    let is_recent = |begin: DateTime<Utc>| now - begin < after;
    // A running group is as old as its oldest instance, or as our first scan that found it, if that is longer ago.
    if let WhyUnused::Running { since, .. } = one.unused.why {
        return is_recent(since.map_or(one.first_seen, |since| since.min(one.first_seen)));
    }
    // No metric says since when a cluster has had no nodes, so that only our own scans count.
    let is_certain = !one.at_least || one.unused.why == WhyUnused::NoNodes;
    is_certain && is_recent(one.first_seen) || one.unused.not_before.is_some_and(is_recent)
}

/// The list price keys of what is billed.
pub fn keys(unused: &Unused) -> impl Iterator<Item = PriceKey> {
    let key = |one: &Billed| PriceKey {
        operation: one.operation.clone(),
        ..PriceKey::unit(one.product, &one.kind, &unused.priced_in)
    };
    unused.billed.iter().map(key)
}

/// The cost per month, or why it is unknown.
fn monthly(unused: &Unused, prices: Option<&Prices>, now: DateTime<Utc>) -> Result<Usd, String> {
    if let Some(why) = &unused.unpriced {
        return Err(why.to_string());
    }
    let not_asked = || "the price list was not asked".to_owned();
    let mut sum = Usd::ZERO;
    for (billed, key) in unused.billed.iter().zip(keys(unused)) {
        let price = prices.map(|prices| prices.find(&key, now)).ok_or_else(not_asked)?;
        let hours = if billed.product.is_hourly() { Decimal::from(HOURS_PER_MONTH) } else { Decimal::ONE };
        match price {
            Price::Hourly(usd) => sum = sum.plus(usd.for_hours(billed.quantity.saturating_mul(hours))),
            Price::Unknown(cause) => return Err(cause),
        }
    }
    Ok(sum)
}
