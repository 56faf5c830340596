//! Scans the accounts of one child instead of a whole organisation, and keeps the answers for the later parts.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::cost::spent::Spent;
use crate::engine::evidence::idle::{Evidence, Wanted};
use crate::engine::evidence::last_hour::Recent;
use crate::engine::model::{Account, DatabaseEvent, Instance, Kind, Target, TaskSize};
use crate::engine::plan::restart::Volumes;
use crate::engine::report::snapshot::Saved;
use crate::engine::request::Scope;
use crate::engine::rules::Activity;
use crate::ports::{FoundAccount, NotScanned, PortError, Scan};

/// The port of one child.
pub(crate) struct Child<'a, L> {
    scanner: &'a L,
    accounts: &'a [Account],
    scope: &'a Scope,
    kept: RefCell<BTreeMap<Target, Vec<Instance>>>,
}

impl<'a, L> Child<'a, L> {
    /// Scans only `accounts`, through `scanner`. `scope`: the scope of the whole run.
    pub(crate) fn new(scanner: &'a L, accounts: &'a [Account], scope: &'a Scope) -> Self {
        Self { scanner, accounts, scope, kept: RefCell::default() }
    }

    /// The scope of the child's scan. Accounts are selected already, and [`Scan::regions`] selects Regions. Only the
    /// plan, which has every account, can decide whether a selected Region exists.
    pub(crate) fn scope(&self) -> Scope {
        let Scope { accounts: _, regions: _, instances, policies, places: _ } = self.scope.clone();
        Scope { instances, policies, ..Scope::default() }
    }

    /// All answers, by target.
    pub(crate) fn kept(self) -> Vec<Saved> {
        let saved = |(Target { account, region }, instances)| Saved { account, region, instances };
        self.kept.into_inner().into_iter().map(saved).collect()
    }
}

impl<L: Scan> Scan for Child<'_, L> {
    async fn accounts(&self, each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        self.accounts.iter().cloned().map(FoundAccount::active).for_each(each);
        Ok(())
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        let mut regions = self.scanner.regions(account).await?;
        regions.retain(|region| self.scope.has_region(region) && self.scope.has_place(account, region));
        for region in &regions {
            self.kept.borrow_mut().entry(Target::new(account.clone(), region.clone())).or_default();
        }
        Ok(regions)
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        // Not only what `regions` returns: of an account that is not due as a whole, the Regions are known.
        self.kept.borrow_mut().entry(target.clone()).or_default();
        let keep = |instance: Instance| {
            self.kept.borrow_mut().entry(target.clone()).or_default().push(instance.clone());
            each(instance);
        };
        self.scanner.instances(target, only, keep).await
    }

    async fn others(
        &self,
        target: &Target,
        kind: Kind,
        only: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), String> {
        let keep = |found: Instance| {
            self.kept.borrow_mut().entry(target.clone()).or_default().push(found.clone());
            each(found);
        };
        self.scanner.others(target, kind, only, keep).await
    }

    async fn database_events(&self, target: &Target) -> Result<Vec<DatabaseEvent>, String> {
        self.scanner.database_events(target).await
    }

    async fn task_size(&self, target: &Target, definition: &str) -> Result<Option<TaskSize>, String> {
        self.scanner.task_size(target, definition).await
    }

    async fn activity(&self, target: &Target, asked: &[Recent], now: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        self.scanner.activity(target, asked, now).await
    }

    async fn alternate_contact(&self, account: &Arc<str>) -> Result<Option<String>, PortError> {
        self.scanner.alternate_contact(account).await
    }

    async fn evidence(&self, target: &Target, wanted: &[Wanted], now: DateTime<Utc>) -> HashMap<Box<str>, Evidence> {
        self.scanner.evidence(target, wanted, now).await
    }

    async fn behind_load_balancer(&self, target: &Target) -> Result<HashSet<Box<str>>, PortError> {
        self.scanner.behind_load_balancer(target).await
    }

    async fn volumes(&self, target: &Target, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        self.scanner.volumes(target, ids).await
    }

    fn calls(&self) -> u64 {
        self.scanner.calls()
    }

    fn spent(&self) -> Spent {
        self.scanner.spent()
    }
}
