//! Finds the account and the Region of what is only reported. The AWS CLI does not say of a volume, an address or a NAT
//! gateway whose it is: the instance that it is attached to does, or the only account of the inventory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::engine::config::{Settings, UNKNOWN};
use crate::engine::kinds::reported::Facts;
use crate::engine::kinds::traffic::Traffic;
use crate::engine::model::{ReportOnly, Target};
use crate::local::inventory::{InventoryInvalid, Recorded};
use crate::local::reported::{Loose, NO_METRICS};

/// What an inventory says of the kinds that are only reported, in one target.
pub(super) type Kinds = BTreeMap<ReportOnly, Result<Vec<Facts>, String>>;

impl Recorded {
    /// Gives every resource its place.
    ///
    /// # Errors
    /// Two entries of one resource differ.
    pub(super) fn place(&mut self, settings: &Settings) -> Result<(), InventoryInvalid> {
        let loose = counted_once(std::mem::take(&mut self.loose))?;
        let targets: BTreeSet<&Target> = self.targets.keys().filter(|one| is_known(one)).collect();
        let instances = self.targets.values().flat_map(|saw| &saw.instances).filter(|one| is_known(&one.id.place));
        let homes: HashMap<&str, &Target> = instances.map(|one| (&*one.id.name, &*one.id.place)).collect();
        let (mut placed, mut taken) = (Vec::with_capacity(loose.len()), 0);
        for Loose { facts, account, region } in loose {
            let home = facts.instances().find_map(|id| homes.get(id).copied());
            let sure = account.or_else(|| home.map(|home| home.account.clone()));
            let account = sure.clone().or_else(|| only(targets.iter().map(|target| &target.account)));
            taken += usize::from(sure.is_none() && account.is_some());
            let account = account.unwrap_or_else(|| UNKNOWN.into());
            let own = targets.iter().filter(|target| target.account == account).map(|target| &target.region);
            let region = region.or_else(|| home.map(|home| home.region.clone())).or_else(|| only(own));
            placed.push((Target { account, region: region.unwrap_or_else(|| UNKNOWN.into()) }, facts));
        }
        if let Some(account) = only(targets.iter().map(|target| &target.account)).filter(|_| taken > 0) {
            let what = "resources that do not name their account, taken for those of";
            self.notes.push(format!("{what} `{account}`, the only one in the inventory: {taken}"));
        }
        for (target, facts) in placed {
            self.add_account(&target.account);
            let saw = self.targets.entry(target).or_default();
            if let Ok(known) = saw.reported.entry(facts.kind()).or_insert_with(|| Ok(Vec::new())) {
                known.push(facts);
            }
        }
        self.note_unwanted(settings);
        Ok(())
    }

    fn note_unwanted(&mut self, settings: &Settings) {
        let wanted = settings.forgotten.as_ref().map_or(&[][..], |forgotten| &forgotten.kinds);
        for kind in ReportOnly::ALL.iter().filter(|kind| !wanted.contains(kind)) {
            let of = self.targets.values().filter_map(|saw| saw.reported.get(kind)?.as_ref().ok());
            let count: usize = of.map(Vec::len).sum();
            if count > 0 {
                let why = "because `kinds` of `[forgotten]` does not name it";
                self.notes.push(format!("`{}` in the inventory: {count}, not shown, {why}", kind.as_str()));
            }
        }
    }

    /// The answer about one kind in one target.
    pub(super) fn reported_of(&self, target: &Target, kind: ReportOnly) -> Result<Vec<Facts>, String> {
        let Some(answer) = self.targets.get(target).and_then(|saw| saw.reported.get(&kind)) else {
            return Err(
                "the inventory has none of this account and Region, and does not say that there is none".to_owned()
            );
        };
        let facts = answer.clone()?;
        let has_none = |facts: &Facts| match facts {
            Facts::NatGateway(gateway) => gateway.traffic == Traffic::Unknown(NO_METRICS.into()),
            Facts::LoadBalancer(balancer) => balancer.traffic == Traffic::Unknown(NO_METRICS.into()),
            Facts::Volume(_) | Facts::Address(_) | Facts::EksCluster(_) | Facts::ReplacedDatabase(_) => false,
        };
        if facts.iter().any(has_none) { Err(NO_METRICS.to_owned()) } else { Ok(facts) }
    }
}

/// Each resource once. Nothing says which of two files is newer.
fn counted_once(loose: BTreeMap<(ReportOnly, Box<str>, Box<str>), Loose>) -> Result<Vec<Loose>, InventoryInvalid> {
    let mut once: Vec<(Box<str>, Loose)> = Vec::with_capacity(loose.len());
    for ((kind, id, file), one) in loose {
        match once.last().filter(|(_, last)| last.facts.kind() == kind && *last.facts.id() == *id) {
            Some((_, last)) if last.facts == one.facts => {}
            Some((other, _)) => {
                let what = format!("`{id}` is in `{other}` and in `{file}`, and its entries differ");
                return Err(InventoryInvalid::Twice(what));
            }
            None => once.push((file, one)),
        }
    }
    Ok(once.into_iter().map(|(_, one)| one).collect())
}

fn is_known(target: &Target) -> bool {
    &*target.account != UNKNOWN && &*target.region != UNKNOWN && !target.is_whole_account()
}

/// The value that all have; `None` where there are several, or none.
fn only<'a>(mut all: impl Iterator<Item = &'a Arc<str>>) -> Option<Arc<str>> {
    let first = all.next()?;
    all.all(|other| other == first).then(|| first.clone())
}
