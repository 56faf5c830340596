//! Looks, by the reading role: accounts, Regions, instances, their last hour.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_ec2::types::Filter;
use aws_sdk_organizations::Client as Organizations;
use chrono::{DateTime, Utc};

use super::client::ec2;
use super::config::Aws;
use super::errors::{unseen, words};
use super::instance::reduce;
use super::sessions::{Role, Sessions, session_name};
use super::{metrics, organization};
use crate::decide::case::Activity;
use crate::decide::settings::{Accounts, Regions, Settings};
use crate::ports::{FoundAccount, Look, PortError, Unseen};
use crate::words::{Account, Instance, Target};

/// The most instances on a page.
const PAGE: i32 = 1000;

/// The most values that one filter may have.
const FILTER_VALUES: usize = 200;

/// The reading side of AWS.
pub struct Eyes<'a> {
    aws: Aws,
    settings: &'a Settings,
    own: OwnAccount,
    sessions: Sessions,
}

/// Which account the caller's own credentials belong to, asked once.
struct OwnAccount(tokio::sync::OnceCell<Result<Arc<str>, String>>);

impl<'a> Eyes<'a> {
    /// Eyes for one run.
    pub fn new(aws: &Aws, settings: &'a Settings, run: &str) -> Self {
        let role = Role {
            name: settings.look.reading_role.clone(),
            external_id: settings.look.external_id.clone(),
            session: session_name(run),
            look_only: true,
        };
        Self {
            aws: aws.clone(),
            settings,
            own: OwnAccount(tokio::sync::OnceCell::new()),
            sessions: Sessions::new(aws, role),
        }
    }

    fn organizations(&self) -> Organizations {
        let config = aws_sdk_organizations::config::Builder::from(&self.aws.sdk).interceptor(self.aws.meter.clone());
        Organizations::from_conf(config.build())
    }

    async fn own_account(&self) -> Result<Arc<str>, PortError> {
        let ask = || async {
            let config = aws_sdk_sts::config::Builder::from(&self.aws.sdk).interceptor(self.aws.meter.clone()).build();
            let answer = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await;
            let answer = answer.map_err(|error| words("sts:GetCallerIdentity", &error))?;
            answer.account().map(Arc::from).ok_or_else(|| "`sts:GetCallerIdentity` named no account".to_owned())
        };
        self.own.0.get_or_init(ask).await.clone().map_err(PortError)
    }

    /// A client of one target. The caller's own account, where it alone is looked at, needs no role.
    async fn client(&self, target: &Target) -> Result<aws_sdk_ec2::Client, Unseen> {
        let credentials = match self.settings.look.accounts {
            Accounts::Own => None,
            Accounts::Organization | Accounts::List(_) => {
                Some(self.sessions.of(&target.account).await.map_err(Unseen::Blind)?)
            }
        };
        Ok(ec2(&self.aws, target, credentials))
    }

    /// Which units the settings name hold which account, for `[never]` and for narrowing.
    async fn mark_units(&self, found: &mut [FoundAccount]) -> Result<(), PortError> {
        let look = &self.settings.look.organizational_units;
        let never = &self.settings.never.organizational_units;
        if look.is_empty() && never.is_empty() {
            return Ok(());
        }
        let client = self.organizations();
        for unit in look.iter().chain(never) {
            let ids = organization::beneath(&client, unit).await?;
            for found in found.iter_mut().filter(|found| ids.contains(&*found.account.id)) {
                found.account.units.get_or_insert_default().push(unit.clone());
            }
        }
        for found in found.iter_mut() {
            found.account.units.get_or_insert_default();
        }
        Ok(())
    }

    async fn found(&self) -> Result<Vec<FoundAccount>, PortError> {
        let bare = |id: Arc<str>| FoundAccount { account: Account::bare(id), inactive: None };
        let mut found: Vec<FoundAccount> = match &self.settings.look.accounts {
            Accounts::Organization => organization::all(&self.organizations()).await?.into_values().collect(),
            Accounts::Own => vec![bare(self.own_account().await?)],
            Accounts::List(ids) => ids.iter().cloned().map(bare).collect(),
        };
        self.mark_units(&mut found).await?;
        Ok(found)
    }

    async fn page_through(
        &self,
        client: &aws_sdk_ec2::Client,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: &mut impl FnMut(Instance),
    ) -> Result<(), Unseen> {
        let mut call = client.describe_instances();
        if let Some(ids) = only {
            // The filter, not the parameter: one id that is gone would fail the whole call.
            let values = ids.iter().map(ToString::to_string).collect();
            call = call.filters(Filter::builder().name("instance-id").set_values(Some(values)).build());
        }
        let mut pages = call.into_paginator().page_size(PAGE).send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unseen("ec2:DescribeInstances", &error))?;
            for raw in page.reservations().iter().flat_map(|reservation| reservation.instances()) {
                each(reduce(target, raw));
            }
        }
        Ok(())
    }
}

impl Look for Eyes<'_> {
    async fn accounts(&self) -> Result<Vec<FoundAccount>, PortError> {
        let look = &self.settings.look;
        let mut found = self.found().await?;
        if !look.organizational_units.is_empty() {
            let inside =
                |account: &Account| account.units.iter().flatten().any(|unit| look.organizational_units.contains(unit));
            found.retain(|found| inside(&found.account));
        }
        for found in &mut found {
            if look.exclude_accounts.contains(&found.account.id) {
                found.inactive = Some("the settings exclude it".to_owned());
            }
        }
        Ok(found)
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, Unseen> {
        let own = || self.aws.region().map(|region| Arc::<str>::from(region.as_ref()));
        match &self.settings.look.regions {
            Regions::List(regions) => Ok(regions.clone()),
            Regions::Own => own().map(|region| vec![region]).ok_or_else(no_region),
            Regions::Enabled => {
                let target = Target::new(account.clone(), own().ok_or_else(no_region)?);
                let answer = self.client(&target).await?.describe_regions().send().await;
                let answer = answer.map_err(|error| unseen("ec2:DescribeRegions", &error))?;
                Ok(answer.regions().iter().filter_map(|region| region.region_name()).map(Arc::from).collect())
            }
        }
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), Unseen> {
        let client = self.client(target).await?;
        match only {
            None => self.page_through(&client, target, None, &mut each).await,
            Some(ids) => {
                for part in ids.chunks(FILTER_VALUES) {
                    self.page_through(&client, target, Some(part), &mut each).await?;
                }
                Ok(())
            }
        }
    }

    async fn activity(&self, target: &Target, ids: &[Box<str>], now: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        let credentials = match self.settings.look.accounts {
            Accounts::Own => None,
            Accounts::Organization | Accounts::List(_) => match self.sessions.of(&target.account).await {
                Ok(credentials) => Some(credentials),
                Err(why) => return ids.iter().map(|id| (id.clone(), Activity::Gap(why.clone()))).collect(),
            },
        };
        metrics::last_hour(&self.aws, target, credentials, ids, now).await
    }

    fn calls(&self) -> u64 {
        self.aws.meter.calls()
    }
}

fn no_region() -> Unseen {
    Unseen::Blind("no Region is configured; set `AWS_REGION`, or `regions` in `[look]`".to_owned())
}
