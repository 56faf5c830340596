//! Elastic IP addresses: associated with nothing, or with a stopped instance. Both are billed as idle.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::kinds::reported::{Surroundings, manager, quoted, relied_on};
use crate::engine::model::{Billed, Product, ReportOnly, Tags, Unused, WhyUnused};

/// The pool of addresses that belong to AWS.
const OF_AMAZON: &str = "amazon";

/// What DescribeAddresses returned; `None` for what it did not return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Address {
    /// `eipalloc-…`
    pub allocation: Option<Box<str>>,
    /// The public IP address.
    pub ip: Box<str>,
    /// `eipassoc-…`, where it is associated.
    pub association: Option<Box<str>>,
    /// The instance that has it.
    pub instance: Option<Box<str>>,
    /// The network interface that has it.
    pub interface: Option<Box<str>>,
    /// The pool that it is from; an organisation's own addresses are not billed.
    pub pool: Option<Box<str>>,
    /// Whether it is from an Outpost's own pool.
    pub is_customer_owned: bool,
    /// The AWS service that manages it, such as `alb`.
    pub service: Option<Box<str>>,
    /// The group of zones that announces it: the Region, or a Local Zone's own.
    pub border_group: Option<Box<str>>,
    /// Its tags.
    pub tags: Tags,
}

impl Address {
    /// Why it seems to be forgotten; `None` where it is in use.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        let (why, not_before) = match (&self.instance, &self.interface, &self.association) {
            (None, None, None) => (WhyUnused::Unassociated, None),
            (Some(instance), _, _) => {
                let stopped = around.stopped.get(&**instance)?;
                let (instance, by_reaper) = ((**instance).into(), stopped.by_reaper);
                let why = WhyUnused::OfStopped { instance, others: Box::default(), by_reaper };
                (why, stopped.launched)
            }
            (None, _, _) => return None,
        };
        let region = &*around.place.region;
        Some(Unused {
            size: self.ip.clone(),
            not_before,
            managed: self.managed(),
            priced_in: self.border_group.as_deref().unwrap_or(region).into(),
            billed: vec![Billed::unit(Product::PublicAddress, "Idle", Decimal::ONE)],
            command: self.command(region).into(),
            ..around.unused(ReportOnly::Address, self.id(), why, &self.tags)
        })
    }

    /// Its allocation; an address without one has only itself.
    pub fn id(&self) -> &str {
        self.allocation.as_deref().unwrap_or(&self.ip)
    }

    /// What says that it is not forgotten, or not billed.
    fn managed(&self) -> Option<Box<str>> {
        if let Some(service) = self.service.as_deref().filter(|service| !service.is_empty()) {
            return Some(format!("AWS (`{service}`)").into());
        }
        if self.is_customer_owned {
            return Some("an address of your own Outpost".into());
        }
        if let Some(pool) = self.pool.as_deref().filter(|pool| *pool != OF_AMAZON && !pool.is_empty()) {
            return Some(format!("an address of your own, from `{pool}`, which is not billed").into());
        }
        relied_on(&self.tags).or_else(|| manager(&self.tags))
    }

    fn command(&self, region: &str) -> String {
        let region = quoted(region);
        let of = match &self.allocation {
            Some(id) => format!("--allocation-id {}", quoted(id)),
            None => format!("--public-ip {}", quoted(&self.ip)),
        };
        let release = format!("aws ec2 release-address {of} --region {region}");
        match &self.association {
            Some(id) => {
                format!("aws ec2 disassociate-address --association-id {} --region {region} && {release}", quoted(id))
            }
            None => release,
        }
    }
}
