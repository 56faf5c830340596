//! The ports over a saved inventory: snapshots of this tool, and the plain output of `aws ec2 describe-instances`,
//! `aws rds describe-db-instances`, `aws rds describe-db-clusters` and `aws ecs describe-services`. It needs no credentials, and nothing can be acted on.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::engine::config::{Settings, UNKNOWN};
use crate::engine::cost::spent::Spent;
use crate::engine::evidence::{Evidence, Reading, Recent, Wanted};
use crate::engine::kinds::database::left_over::left_over;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{
    Account, Instance, Kind, ReportOnly, ResourceId, SkippedAccount, Suspended, Target, TaskSize, Unreachable,
    is_account, is_sane,
};
use crate::engine::plan::restart::Volumes;
use crate::engine::report::snapshot::{Saved, SavedKind, Snapshot};
use crate::engine::rules::Activity;
use crate::local::documents::documents;
pub use crate::local::invalid::InventoryInvalid;
use crate::local::merge::join;
pub use crate::local::no_record::NoRecord;
use crate::local::pages::Pages;
use crate::local::placing::Kinds;
use crate::local::reduce::{reduce, region};
use crate::local::reported::{self, Loose};
use crate::ports::{FoundAccount, NotScanned, PortError, Scan};

/// A file of an inventory.
#[derive(Debug)]
pub struct Source {
    /// How messages call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A saved inventory, as a world to scan.
#[derive(Debug, Default)]
pub struct Recorded {
    /// When the last of its snapshots was taken. Plain output of the CLI does not contain this.
    pub taken_at: Option<DateTime<Utc>>,
    /// What a reader of the result should know of the files.
    pub notes: Vec<String>,
    pub(super) accounts: BTreeMap<Arc<str>, FoundAccount>,
    pub(super) targets: BTreeMap<Target, Saw>,
    /// What is only reported, and has no place yet, by its kind, its id and its file.
    pub(super) loose: BTreeMap<(ReportOnly, Box<str>, Box<str>), Loose>,
    /// What is suspended of scalable targets.
    pub(super) scalable: Vec<(ResourceId, Suspended)>,
    /// The sizes of tasks, by the ARN of their definition.
    pub(super) tasks: Vec<(Box<str>, TaskSize)>,
}

/// The instances of one target in an inventory, and why they are incomplete.
#[derive(Debug, Default)]
pub(super) struct Saw {
    pub(super) instances: Vec<Instance>,
    pub(super) not_scanned: Option<NotScanned>,
    /// What is only reported.
    pub(super) reported: Kinds,
}

impl Saw {
    /// Notes one more cause for which it is incomplete.
    pub(super) fn lacks(&mut self, why: Option<NotScanned>) {
        self.not_scanned = match (self.not_scanned.take(), why) {
            (Some(NotScanned::Unreachable(one)), Some(NotScanned::Unreachable(other))) if one != other => {
                Some(NotScanned::Unreachable(format!("{one}; {other}")))
            }
            (Some(NotScanned::Denied) | None, why @ Some(_)) => why,
            (why, _) => why,
        };
    }

    /// What it lists: instances, DB instances, DB clusters, services. An empty list is of instances.
    pub(super) fn sorts(&self) -> BTreeSet<&'static str> {
        let sort = |found: &Instance| match found.id.kind {
            Kind::Instance => "instances",
            Kind::Database if found.id.is_db_cluster() => "clusters",
            Kind::Database => "databases",
            Kind::Service => "services",
        };
        let sorts: BTreeSet<_> = self.instances.iter().map(sort).collect();
        if sorts.is_empty() { BTreeSet::from(["instances"]) } else { sorts }
    }

    fn nothing(why: NotScanned) -> Self {
        Self { not_scanned: Some(why), ..Self::default() }
    }
}

impl Recorded {
    /// Reads an inventory of several files.
    ///
    /// # Errors
    /// As [`Recorded::parse`], and when two files have different entries of one instance.
    pub fn read(files: &[Source], settings: &Settings) -> Result<Self, InventoryInvalid> {
        let part = |Source { name, text }: &Source| Ok((name.clone(), Self::parse(name, text, settings)?));
        let mut recorded = join(files.iter().map(part).collect::<Result<_, _>>()?)?;
        recorded.find_left_over();
        recorded.place(settings)?;
        recorded.join_services();
        recorded.note_unplaced();
        recorded.note_unnamed(settings);
        Ok(recorded)
    }

    /// Reads one file of an inventory. If an instance is in it more than once, the later entry counts: pages may
    /// overlap while instances come and go.
    ///
    /// # Errors
    /// [`InventoryInvalid`] when the file as a whole cannot be read. An instance with missing values is kept: a missing
    /// value makes a rule skip it.
    pub fn parse(file: &str, text: &str, settings: &Settings) -> Result<Self, InventoryInvalid> {
        let (mut parts, mut pages) = (Vec::new(), Pages::default());
        let mut others = Self::default();
        for document in documents(file, text)? {
            if document.get("snapshot").is_none() {
                match reported::read(file, &document)? {
                    Some(found) => others.add(file, found, &document),
                    None => pages.add(file, document)?,
                }
                continue;
            }
            match serde_json::from_value(document) {
                Ok(snapshot) => parts.push(Self::from_snapshot(snapshot, settings)),
                Err(source) => return Err(InventoryInvalid::NotASnapshot { file: file.to_owned(), source }),
            }
        }
        parts.extend(pages.recorded(file));
        parts.extend(Some(others).filter(|others| !others.loose.is_empty() || !others.notes.is_empty()));
        join(parts.into_iter().map(|part| (file.to_owned(), part)).collect())
    }

    /// Adds what is only reported. The later entry of a resource counts.
    fn add(&mut self, file: &str, found: Vec<Loose>, document: &Value) {
        for one in found {
            self.loose.insert((one.facts.kind(), one.facts.id().into(), file.into()), one);
        }
        if document.get("NextToken").or(document.get("NextMarker")).is_some_and(Value::is_string) {
            let what = "has a `NextToken`: unless the pages after it are in the inventory, resources are missing";
            self.notes.push(format!("`{file}` {what}"));
        }
    }

    /// Every instance in it.
    pub fn instances_found(&self) -> impl Iterator<Item = &Instance> {
        self.targets.values().flat_map(|saw| &saw.instances)
    }

    /// What an inventory lacks of the targets that it names, or of others.
    pub fn incomplete(&self) -> impl Iterator<Item = (&Target, &NotScanned)> {
        self.targets.iter().filter_map(|(target, saw)| Some((target, saw.not_scanned.as_ref()?)))
    }

    /// Adds an account of which only the id is known.
    pub(super) fn add_account(&mut self, id: &Arc<str>) {
        let bare = || FoundAccount::active(Account::bare(id.clone()));
        self.accounts.entry(id.clone()).or_insert_with(bare);
    }

    /// Notes that instances are missing from a target.
    pub(super) fn missing(&mut self, target: Target, why: NotScanned) {
        self.add_account(&target.account);
        self.targets.entry(target).or_default().lacks(Some(why));
    }

    fn note_unplaced(&mut self) {
        let count = |unknown: fn(&Target) -> bool| -> usize {
            self.targets.iter().filter(|(target, _)| unknown(target)).map(|(_, saw)| saw.instances.len()).sum()
        };
        let accounts = count(|target| &*target.account == UNKNOWN);
        let regions = count(|target| &*target.region == UNKNOWN);
        for (unknown, what) in [(accounts, "an account (`OwnerId`)"), (regions, "a Region (`AvailabilityZone`)")] {
            if unknown > 0 {
                self.notes.push(format!("instances without {what} in the inventory: {unknown}"));
            }
        }
    }

    /// Notes how many resources of a kind that no policy names are in the inventory.
    fn note_unnamed(&mut self, settings: &Settings) {
        for kind in Kind::NAMED.into_iter().filter(|kind| !settings.has_kind(*kind)) {
            let (found, word) = (self.instances_found().filter(|one| one.id.kind == kind).count(), kind.as_str());
            if found > 0 {
                let why = format!("because no policy has `kinds = [\"{word}\"]`");
                self.notes.push(format!("{word}s that are not judged, {why}: {found}"));
            }
        }
    }

    /// Finds what a switch-over left among the databases. A snapshot may have it already, with its connections.
    fn find_left_over(&mut self) {
        for saw in self.targets.values_mut().filter(|saw| saw.instances.iter().any(|one| one.database.is_some())) {
            let facts = || left_over(&saw.instances).into_iter().map(|one| Facts::ReplacedDatabase(Box::new(one)));
            saw.reported.entry(ReportOnly::ReplacedDatabase).or_insert_with(|| Ok(facts().collect()));
        }
    }

    fn from_snapshot(snapshot: Snapshot, settings: &Settings) -> Self {
        let Snapshot { snapshot: _, taken_at, units_asked, accounts, skipped, targets, unreachable, denied, forgotten } =
            snapshot;
        // If the settings name a unit that the snapshot did not ask for, it is unknown which accounts are in it.
        let unknown = settings.units().any(|unit| !units_asked.contains(unit));
        let mut recorded = Self { taken_at: Some(taken_at).filter(|at| is_sane(*at)), ..Self::default() };
        for mut account in accounts {
            account.units = account.units.filter(|_| !unknown);
            recorded.accounts.insert(account.id.clone(), FoundAccount::active(account));
        }
        for SkippedAccount { account, name, because } in skipped {
            let account = Account { name, ..Account::bare(account) };
            recorded.accounts.insert(account.id.clone(), FoundAccount { account, inactive: Some(because) });
        }
        for (place, instances) in targets.into_iter().map(Saved::placed) {
            recorded.targets.insert((*place).clone(), Saw { instances, ..Saw::default() });
        }
        for Unreachable { account, region, cause } in unreachable {
            recorded.targets.insert(Target { account, region }, Saw::nothing(NotScanned::Unreachable(cause)));
        }
        for target in denied {
            recorded.targets.insert(target, Saw::nothing(NotScanned::Denied));
        }
        for SavedKind { target, kind, found, failed } in forgotten {
            let answer = failed.map_or(Ok(found), Err);
            recorded.targets.entry(target).or_default().reported.insert(kind, answer);
        }
        recorded
    }

    /// An inventory of these resources.
    pub(super) fn of_found(found: impl Iterator<Item = Instance>) -> Self {
        let mut recorded = Self::default();
        for one in found {
            recorded.add_account(&one.id.place.account);
            recorded.targets.entry((*one.id.place).clone()).or_default().instances.push(one);
        }
        recorded
    }

    pub(super) fn from_reservations(reservations: &[Value]) -> Self {
        let mut recorded = Self::default();
        for reservation in reservations {
            let owner =
                reservation.get("OwnerId").and_then(Value::as_str).filter(|id| is_account(id)).unwrap_or(UNKNOWN);
            let Some(instances) = reservation.get("Instances").and_then(Value::as_array) else {
                let why = "the inventory has a reservation without a list of `Instances`".to_owned();
                recorded.missing(Target::new(owner, UNKNOWN), NotScanned::Unreachable(why));
                continue;
            };
            for raw in instances {
                let target = Target::new(owner, region(raw));
                recorded.add_account(&target.account);
                recorded.targets.entry(target.clone()).or_default().instances.push(reduce(target.into(), raw));
            }
        }
        recorded
    }
}

impl Scan for Recorded {
    async fn accounts(&self, each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        self.accounts.values().cloned().for_each(each);
        Ok(())
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        let dark = Target::whole_account(account.clone());
        if let Some(Saw { not_scanned: Some(not_scanned), .. }) = self.targets.get(&dark) {
            return Err(not_scanned.clone());
        }
        let own = self.targets.keys().filter(|target| target.account == *account);
        Ok(own.map(|target| target.region.clone()).collect())
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let Some(Saw { instances, not_scanned, reported: _ }) = self.targets.get(target) else { return Ok(()) };
        instances.iter().filter(asked_for(Kind::Instance, only)).cloned().for_each(each);
        not_scanned.clone().map_or(Ok(()), Err)
    }

    async fn others(
        &self,
        target: &Target,
        kind: Kind,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> Result<(), String> {
        let found = self.targets.get(target).into_iter().flat_map(|saw| &saw.instances);
        found.filter(asked_for(kind, only)).cloned().for_each(each);
        Ok(())
    }

    async fn activity(&self, _: &Target, asked: &[Recent], _: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        // An inventory has no metrics. The last hour is measured before any real stop.
        asked.iter().map(|one| (one.id.clone(), Activity::NotAsked)).collect()
    }

    async fn alternate_contact(&self, _: &Arc<str>) -> Result<Option<String>, PortError> {
        Err(PortError("a saved inventory does not contain an account's alternate contact".to_owned()))
    }

    async fn evidence(&self, _: &Target, wanted: &[Wanted], _: DateTime<Utc>) -> HashMap<Box<str>, Evidence> {
        let gap = || Reading::Gap("a saved inventory has no metrics".to_owned());
        let of = |one: &Wanted| Evidence::of(one.asked.iter().map(|asked| (asked.metric, gap())));
        wanted.iter().map(|one| (one.id.clone(), of(one))).collect()
    }

    async fn behind_load_balancer(&self, _: &Target) -> Result<HashSet<Box<str>>, PortError> {
        Err(PortError("a saved inventory has no load balancers".to_owned()))
    }

    async fn volumes(&self, _: &Target, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        ids.iter().map(|id| (id.clone(), Volumes::NotAsked)).collect()
    }

    async fn reported(
        &self,
        target: &Target,
        kinds: &[ReportOnly],
        _: DateTime<Utc>,
    ) -> BTreeMap<ReportOnly, Result<Vec<Facts>, String>> {
        kinds.iter().map(|kind| (*kind, self.reported_of(target, *kind))).collect()
    }

    fn calls(&self) -> u64 {
        0
    }

    fn spent(&self) -> Spent {
        Spent::default()
    }
}

/// Whether a resource is of this kind and among those that are asked for.
fn asked_for(kind: Kind, only: Option<&[Box<str>]>) -> impl Fn(&&Instance) -> bool {
    move |found| found.id.kind == kind && only.is_none_or(|only| found.id.is_among(only))
}
