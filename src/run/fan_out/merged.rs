//! The organisation as its children scanned it: a port that makes no calls. So one judgement and one plan cover all of
//! it, by the same code as in a run that is not divided.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::cost::spent::Spent;
use crate::engine::evidence::idle::{Evidence, Idleness, Reading, Wanted};
use crate::engine::evidence::last_hour::Recent;
use crate::engine::evidence::witness::Sighting;
use crate::engine::history::past_runs::History;
use crate::engine::history::uptimes::Uptime;
use crate::engine::judge::{Contacts, Known};
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{Account, Instance, Kind, ReportOnly, ResourceId, SkippedAccount, Target, Unreachable};
use crate::engine::plan::restart::Volumes;
use crate::engine::report::fan_out::{Begun, Part, Used};
use crate::engine::report::snapshot::Saved;
use crate::engine::rules::Activity;
use crate::ports::{FoundAccount, NotScanned, PortError, Scan};

/// Everything that the children found.
pub(crate) struct Merged<'a, L> {
    /// The port of the current part. It makes no calls to accounts either, but counts the cost of the record.
    live: &'a L,
    accounts: Vec<FoundAccount>,
    regions: BTreeMap<Arc<str>, Result<Vec<Arc<str>>, NotScanned>>,
    targets: BTreeMap<Arc<Target>, Vec<Instance>>,
    not_scanned: BTreeMap<Target, NotScanned>,
    unlisted: BTreeMap<(Kind, Target), String>,
    contacts: Contacts,
    known: HashMap<ResourceId, Known>,
    /// Activity found.
    pub(crate) sightings: Vec<Sighting>,
    /// What is known of the databases that were found.
    databases: Vec<(ResourceId, Uptime)>,
    used: Used,
}

impl<'a, L: Scan> Merged<'a, L> {
    /// Merges the parts. `lost`: why a batch has no part. Its accounts are unreachable, because their content is
    /// unknown.
    pub(crate) fn of(live: &'a L, begun: &Begun, parts: impl IntoIterator<Item = Result<Part, String>>) -> Self {
        let mut whole = Self {
            live,
            accounts: Vec::new(),
            regions: BTreeMap::new(),
            targets: BTreeMap::new(),
            not_scanned: BTreeMap::new(),
            unlisted: BTreeMap::new(),
            contacts: Contacts::new(),
            known: HashMap::new(),
            sightings: Vec::new(),
            databases: Vec::new(),
            used: begun.used.clone(),
        };
        for SkippedAccount { account, name, because } in begun.skipped.clone() {
            let account = Account { name, ..Account::bare(account) };
            whole.accounts.push(FoundAccount { account, inactive: Some(because) });
        }
        for (accounts, part) in begun.batches.iter().zip(parts) {
            whole.accounts.extend(accounts.iter().cloned().map(FoundAccount::active));
            match part {
                Ok(part) => whole.add(accounts, part),
                Err(lost) => {
                    let dark = |account: &Account| (account.id.clone(), Err(NotScanned::Unreachable(lost.clone())));
                    whole.regions.extend(accounts.iter().map(dark));
                }
            }
        }
        whole
    }

    fn add(&mut self, accounts: &[Account], part: Part) {
        let Part { targets, unreachable, unlisted, denied, contacts, known, sightings, databases, used } = part;
        let own: HashSet<&Arc<str>> = accounts.iter().map(|account| &account.id).collect();
        self.regions.extend(accounts.iter().map(|account| (account.id.clone(), Ok(Vec::new()))));
        for (target, instances) in targets.into_iter().map(Saved::placed) {
            // A part counts only for its own accounts.
            if own.contains(&target.account) {
                self.note_region(&target);
                self.targets.insert(target, instances);
            }
        }
        let dark = unreachable
            .into_iter()
            .map(|Unreachable { account, region, cause }| (Target { account, region }, NotScanned::Unreachable(cause)));
        let dark: Vec<_> = dark.chain(denied.into_iter().map(|target| (target, NotScanned::Denied))).collect();
        for (target, why) in dark.into_iter().filter(|(target, _)| own.contains(&target.account)) {
            if target.is_whole_account() {
                self.regions.insert(target.account, Err(why));
            } else {
                self.note_region(&target);
                self.not_scanned.insert(target, why);
            }
        }
        self.unlisted.extend(unlisted.into_iter().map(|one| ((one.kind, one.target()), one.cause)));
        self.contacts.extend(contacts);
        self.known.extend(known);
        self.sightings.extend(sightings);
        self.databases.extend(databases);
        self.used.add(&used);
    }

    fn note_region(&mut self, target: &Target) {
        if let Some(Ok(regions)) = self.regions.get_mut(&target.account)
            && !regions.contains(&target.region)
        {
            regions.push(target.region.clone());
        }
    }

    /// The history with what the children found out about databases, so that all parts agree when each was started.
    pub(crate) fn known_to(&self, mut history: History) -> History {
        history.databases = history.databases.map(|earlier| earlier.with(&self.databases));
        history
    }

    /// Adds the calls of another part.
    pub(crate) fn also(&mut self, used: &Used) {
        self.used.add(used);
    }
}

impl<L: Scan> Scan for Merged<'_, L> {
    async fn accounts(&self, each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        self.accounts.iter().cloned().for_each(each);
        Ok(())
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        self.regions.get(account).cloned().unwrap_or_else(|| Ok(Vec::new()))
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let instances = self.targets.get(target);
        let selected = |instance: &&Instance| is_wanted(instance, Kind::Instance, only);
        instances.into_iter().flatten().filter(selected).cloned().for_each(each);
        // A target that no part has scanned is not empty: its part was lost.
        let lost = || match self.regions.get(&target.account) {
            Some(Err(why)) => why.clone(),
            Some(Ok(_)) | None => NotScanned::Unreachable("no part of the run has scanned it".to_owned()),
        };
        match self.not_scanned.get(target) {
            Some(why) => Err(why.clone()),
            None => instances.map(|_| ()).ok_or_else(lost),
        }
    }

    async fn others(
        &self,
        target: &Target,
        kind: Kind,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> Result<(), String> {
        let found = self.targets.get(target).into_iter().flatten();
        found.filter(|found| is_wanted(found, kind, only)).cloned().for_each(each);
        self.unlisted.get(&(kind, target.clone())).map_or(Ok(()), |cause| Err(cause.clone()))
    }

    async fn activity(&self, target: &Target, asked: &[Recent], _: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        let gap = || Activity::Gap("the part of the run that scanned it did not ask".to_owned());
        let place = Arc::new(target.clone());
        let known = |name: &str| self.known.get(&ResourceId::named(place.clone(), name));
        let known = asked.iter().map(|one| (&one.id, known(&one.id)));
        known.map(|(id, known)| (id.clone(), known.map_or_else(gap, |known| known.activity.clone()))).collect()
    }

    async fn alternate_contact(&self, account: &Arc<str>) -> Result<Option<String>, PortError> {
        let missing = || Err("the part of the run that scanned it did not ask".to_owned());
        let answer = self.contacts.get(account).cloned().unwrap_or_else(missing);
        answer.map(|contact| contact.map(|name| name.to_string())).map_err(PortError)
    }

    async fn evidence(&self, _: &Target, wanted: &[Wanted], _: DateTime<Utc>) -> HashMap<Box<str>, Evidence> {
        let gap = || Reading::Gap("the part of the run that scanned it did not measure it".to_owned());
        let of = |one: &Wanted| Evidence::of(one.asked.iter().map(|asked| (asked.metric, gap())));
        wanted.iter().map(|one| (one.id.clone(), of(one))).collect()
    }

    /// The child's answer already contains which instances are behind a load balancer.
    async fn behind_load_balancer(&self, _: &Target) -> Result<HashSet<Box<str>>, PortError> {
        Ok(HashSet::new())
    }

    /// Asked now, because no earlier part knew which stops the plan contains.
    async fn volumes(&self, target: &Target, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        self.live.volumes(target, ids).await
    }

    /// Asked now, for the few targets whose turn it is.
    async fn reported(
        &self,
        target: &Target,
        kinds: &[ReportOnly],
        now: DateTime<Utc>,
    ) -> BTreeMap<ReportOnly, Result<Vec<Facts>, String>> {
        self.live.reported(target, kinds, now).await
    }

    fn answered(&self, id: &ResourceId) -> Option<Idleness> {
        let known = &self.known.get(id)?.idleness;
        (!matches!(known, Idleness::NotAsked)).then(|| known.clone())
    }

    fn calls(&self) -> u64 {
        self.used.calls + self.live.calls()
    }

    fn spent(&self) -> Spent {
        let mut used = self.used.clone();
        used.add(&Used::of(self.live.calls(), self.live.spent()));
        used.spent()
    }
}

/// Whether a resource is of this kind and among those that are asked for.
fn is_wanted(found: &Instance, kind: Kind, only: Option<&[Box<str>]>) -> bool {
    found.id.kind == kind && only.is_none_or(|only| found.id.is_among(only))
}
