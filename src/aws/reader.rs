//! Scans with the reading role: accounts, Regions, instances, their last hour.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aws_sdk_ec2::types::Filter;
use aws_sdk_organizations::Client as Organizations;
use chrono::{DateTime, Utc};
use tracing::warn;

use crate::aws::client::{Access, Kept};
use crate::aws::errors::not_scanned;
use crate::aws::instance::instances;
use crate::aws::{
    Aws, Role, Sessions, balancers, contact, database_events, databases, kinds, listed, metrics_weeks, organization,
    pages, services, volumes, words,
};
use crate::engine::config::{Accounts, Regions, Settings};
use crate::engine::cost::spent::Spent;
use crate::engine::evidence::idle::{Evidence, Reading, Wanted};
use crate::engine::evidence::last_hour::Recent;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{Account, DatabaseEvent, Instance, Kind, ReportOnly, Tags, Target, TaskSize};
use crate::engine::plan::restart::Volumes;
use crate::engine::rules::Activity;
use crate::ports::{FoundAccount, NotScanned, PortError, Scan};

/// The maximum number of instances on a page.
const PAGE: i32 = 1000;

/// The maximum number of values in one filter.
const FILTER_VALUES: usize = 200;

/// The reading side of AWS.
pub struct AwsReader<'a> {
    pub(super) aws: Aws,
    pub(super) settings: &'a Settings,
    sessions: Sessions,
    kept: Kept,
}

impl<'a> AwsReader<'a> {
    /// AwsReader for one run.
    pub fn new(aws: &Aws, settings: &'a Settings, run: &str) -> Self {
        let role = Role::of(&settings.scope, &settings.scope.reading_role, run, true);
        Self { aws: aws.clone(), settings, sessions: Sessions::new(aws, role), kept: Kept::default() }
    }

    fn organizations(&self) -> Organizations {
        self.aws.client(None)
    }

    /// The session in the account of a target. If only the caller's own account is scanned, no role is needed.
    pub(super) async fn access<'t>(&'t self, target: &'t Target) -> Result<Access<'t>, String> {
        let credentials = match self.settings.scope.accounts {
            Accounts::Own => None,
            Accounts::Organization | Accounts::List(_) => Some(self.sessions.of(&target.account).await?),
        };
        Ok(Access { aws: &self.aws, target, credentials })
    }

    async fn listed_regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        let own = || self.aws.region().map(|region| Arc::<str>::from(region.as_ref()));
        match &self.settings.scope.regions {
            Regions::List(regions) => Ok(regions.clone()),
            Regions::Own => own().map(|region| vec![region]).ok_or_else(no_region),
            Regions::Enabled => {
                // The caller's own Region may be one that this account has not opted into.
                let region = self.aws.sts_region(self.settings.scope.sts_region.as_deref()).await;
                let region = region?.ok_or_else(no_region)?;
                let target = Target::new(account.clone(), region.as_ref());
                let client: aws_sdk_ec2::Client = self.access(&target).await?.client();
                let answer = client.describe_regions().send().await;
                // A policy that denies the list denies no Region: the account's Regions are unknown.
                let answer = answer.map_err(|error| NotScanned::Unreachable(words("ec2:DescribeRegions", &error)))?;
                let regions = listed("ec2:DescribeRegions", answer.regions.as_deref())?;
                Ok(regions.iter().filter_map(|region| region.region_name()).map(Arc::from).collect())
            }
        }
    }

    async fn listed_instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: &mut impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let access = self.access(target).await?;
        let Some(ids) = only else { return page_through(&access.client(), target, None, each).await };
        let client = self.kept.get(target, || access.client());
        for part in ids.chunks(FILTER_VALUES) {
            page_through(&client, target, Some(part), each).await?;
        }
        Ok(())
    }

    /// Which of `units` contain which account.
    async fn mark_units(&self, units: &[&String], found: &mut [FoundAccount]) -> Result<(), PortError> {
        let client = self.organizations();
        for unit in units {
            let ids = organization::beneath(&client, unit).await?;
            for found in found.iter_mut().filter(|found| ids.contains(&*found.account.id)) {
                found.account.units.get_or_insert_default().push((*unit).clone());
            }
        }
        for found in found.iter_mut() {
            found.account.units.get_or_insert_default();
        }
        Ok(())
    }

    async fn found(&self, each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        let bare = |id: Arc<str>| FoundAccount::active(Account::bare(id));
        match &self.settings.scope.accounts {
            Accounts::Organization => organization::all(&self.organizations(), each).await?,
            Accounts::Own => std::iter::once(bare(self.aws.account().await?)).for_each(each),
            Accounts::List(ids) => ids.iter().cloned().map(bare).for_each(each),
        }
        Ok(())
    }
}

impl Scan for AwsReader<'_> {
    async fn accounts(&self, mut each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        let scope = &self.settings.scope;
        let mut hand_on = |mut found: FoundAccount| {
            if scope.exclude_accounts.contains(&found.account.id) {
                found.inactive = Some("the settings exclude it".to_owned());
            }
            each(found);
        };
        let never = &self.settings.never.organizational_units;
        let units: BTreeSet<&String> = self.settings.units().collect();
        if units.is_empty() {
            return self.found(hand_on).await;
        }
        let (needed, by_policy): (Vec<_>, Vec<_>) =
            units.into_iter().partition(|unit| scope.organizational_units.contains(unit) || never.contains(unit));
        // An account's units are known only after all units were listed.
        let mut found = Vec::new();
        self.found(|one| found.push(one)).await?;
        if !needed.is_empty() {
            self.mark_units(&needed, &mut found).await?;
        }
        let inside = |account: &Account| {
            scope.organizational_units.is_empty()
                || account.units.iter().flatten().any(|unit| scope.organizational_units.contains(unit))
        };
        found.retain(|found| inside(&found.account));
        // Units that only policies name are no reason to scan nothing: a match with an unknown one is unknown.
        for unit in by_policy {
            if let Err(why) = self.mark_units(&[unit], &mut found).await {
                warn!(%why, %unit, "it is unknown which accounts an organisational unit contains");
                for found in &mut found {
                    found.account.units.get_or_insert_default();
                    found.account.unknown_units.push(unit.clone());
                }
            }
        }
        found.into_iter().for_each(&mut hand_on);
        Ok(())
    }

    async fn enter(&self, account: &Arc<str>) -> Result<(), PortError> {
        self.access(&Target::whole_account(account.clone())).await.map(|_| ()).map_err(PortError)
    }

    async fn account_tags(&self, account: &Arc<str>) -> Result<Tags, PortError> {
        organization::tags_of(&self.organizations(), account).await
    }

    async fn unit(&self, unit: &str) -> Result<(), PortError> {
        organization::beneath(&self.organizations(), unit).await.map(|_| ())
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        let answer = self.listed_regions(account).await;
        if answer.is_err() {
            self.aws.warm.forget(account);
        }
        answer
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let answer = self.listed_instances(target, only, &mut each).await;
        if matches!(answer, Err(NotScanned::Unreachable(_))) {
            self.aws.warm.forget(&target.account);
        }
        answer
    }

    async fn others(
        &self,
        target: &Target,
        kind: Kind,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> Result<(), String> {
        let access = self.access(target).await?;
        let found = match kind {
            Kind::Database => databases::list(&access).await?,
            Kind::Service => services::list(&access, only).await?,
            Kind::Instance => Vec::new(),
        };
        // A target has few of them: those that are asked for are picked from all of them.
        found.into_iter().filter(|one| only.is_none_or(|only| one.id.is_among(only))).for_each(each);
        Ok(())
    }

    async fn database_events(&self, target: &Target) -> Result<Vec<DatabaseEvent>, String> {
        database_events::list(&self.access(target).await?).await
    }

    async fn task_size(&self, target: &Target, definition: &str) -> Result<Option<TaskSize>, String> {
        services::task_size(&self.access(target).await?, definition).await
    }

    async fn activity(&self, target: &Target, asked: &[Recent], now: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        // No metrics of services are read.
        let (services, asked): (Vec<_>, Vec<_>) =
            asked.iter().cloned().partition(|one| Kind::of(&one.id) == Kind::Service);
        let mut answers = self.last_hour(target, &asked, now).await;
        answers.extend(services.into_iter().map(|one| (one.id, Activity::NotAsked)));
        answers
    }

    async fn alternate_contact(&self, account: &Arc<str>) -> Result<Option<String>, PortError> {
        let Some(wanted) = self.settings.owners.alternate_contact else { return Ok(None) };
        let place = Target::whole_account(account.clone());
        contact::of(&self.access(&place).await?.client(), wanted).await.map_err(PortError)
    }

    async fn evidence(&self, target: &Target, wanted: &[Wanted], now: DateTime<Utc>) -> HashMap<Box<str>, Evidence> {
        match self.access(target).await {
            Ok(access) => metrics_weeks::evidence(&access.client(), &self.aws.meter, wanted, now).await,
            Err(why) => {
                let gap = |one: &Wanted| {
                    Evidence::of(one.asked.iter().map(|asked| (asked.metric, Reading::Gap(why.clone()))))
                };
                wanted.iter().map(|one| (one.id.clone(), gap(one))).collect()
            }
        }
    }

    async fn behind_load_balancer(&self, target: &Target) -> Result<HashSet<Box<str>>, PortError> {
        balancers::instances(&self.access(target).await?).await.map_err(PortError)
    }

    async fn volumes(&self, target: &Target, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        match self.access(target).await {
            Ok(access) => {
                let client = self.kept.get(target, || access.client());
                volumes::of(&client, &volumes::Keys::new(&access, &self.settings.restart), ids).await
            }
            Err(why) => ids.iter().map(|id| (id.clone(), Volumes::Unknown(why.clone()))).collect(),
        }
    }

    async fn reported(
        &self,
        target: &Target,
        wanted: &[ReportOnly],
        now: DateTime<Utc>,
    ) -> BTreeMap<ReportOnly, Result<Vec<Facts>, String>> {
        match self.access(target).await {
            Ok(access) => kinds::reported(&access, wanted, now).await,
            Err(why) => wanted.iter().map(|kind| (*kind, Err(why.clone()))).collect(),
        }
    }

    fn calls(&self) -> u64 {
        self.aws.meter.calls()
    }

    fn spent(&self) -> Spent {
        self.aws.meter.spent()
    }
}

fn no_region() -> NotScanned {
    NotScanned::Unreachable("no Region is configured; set `AWS_REGION`, or `regions` in `[scope]`".to_owned())
}

/// Passes every instance to `each`, page by page. A page's body is dropped before the next is read.
async fn page_through(
    client: &aws_sdk_ec2::Client,
    target: &Target,
    only: Option<&[Box<str>]>,
    each: &mut impl FnMut(Instance),
) -> Result<(), NotScanned> {
    let mut call = client.describe_instances();
    if let Some(ids) = only {
        // The filter, not the parameter: one id that no longer exists would fail the whole call.
        let values = ids.iter().map(ToString::to_string).collect();
        call = call.filters(Filter::builder().name("instance-id").set_values(Some(values)).build());
    }
    let page = async |token| {
        let call = call.clone().max_results(PAGE).set_next_token(token);
        let page = call.send().await.map_err(|error| not_scanned("ec2:DescribeInstances", &error))?;
        // The filter treats `i-*` as a pattern. Here it matches no instance.
        let asked_for = |instance: &Instance| only.is_none_or(|ids| instance.id.is_among(ids));
        instances(target, &page)?.into_iter().filter(asked_for).for_each(&mut *each);
        Ok(page.next_token)
    };
    pages("ec2:DescribeInstances", page).await
}

#[cfg(test)]
mod tests;
