//! The monthly cost of idle instances and of instances outside their hours, if they continue to run, by account, owner
//! and policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::model::Usd;

/// The monthly cost of a group of instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// The number of instances.
    pub instances: usize,
    /// The cost of those with a known price, in US dollars per month.
    pub monthly: Usd,
    /// The number without a known price. They are not in the sum, so the sum is too low.
    pub unknown: usize,
}

impl Cost {
    /// The sum of two groups.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            instances: self.instances + other.instances,
            monthly: self.monthly.plus(other.monthly),
            unknown: self.unknown + other.unknown,
        }
    }

    /// Adds one instance.
    pub fn add(&mut self, monthly: Option<Usd>) {
        self.instances += 1;
        match monthly {
            Some(usd) => self.monthly = self.monthly.plus(usd),
            None => self.unknown += 1,
        }
    }
}

impl FromIterator<Option<Usd>> for Cost {
    fn from_iter<I: IntoIterator<Item = Option<Usd>>>(monthly: I) -> Self {
        let mut cost = Self::default();
        monthly.into_iter().for_each(|one| cost.add(one));
        cost
    }
}

/// One instance that causes waste.
#[derive(Clone, Copy, Debug)]
pub struct Wasted<'a> {
    /// Account id.
    pub account: &'a str,
    /// Its owner, if known.
    pub owner: Option<&'a str>,
    /// The first policy that matches.
    pub policy: Option<&'a str>,
    /// Its value of the tag by which costs are grouped.
    pub group: Option<&'a str>,
    /// Its cost per month; `None` where the price is unknown.
    pub monthly: Option<Usd>,
}

/// Waste in four groupings, each of which contains every instance once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waste<'a> {
    /// The total.
    pub total: Cost,
    /// By account id.
    pub accounts: BTreeMap<&'a str, Cost>,
    /// By owner; `None`, which comes first, is an unknown owner.
    pub owners: BTreeMap<Option<&'a str>, Cost>,
    /// By policy; `None`, which comes first, means that no policy matches.
    pub policies: BTreeMap<Option<&'a str>, Cost>,
    /// By the value of the tag by which costs are grouped; `None`, which comes first, means that it has none.
    pub groups: BTreeMap<Option<&'a str>, Cost>,
}

impl<'a> FromIterator<Wasted<'a>> for Waste<'a> {
    fn from_iter<I: IntoIterator<Item = Wasted<'a>>>(all: I) -> Self {
        let mut waste = Self::default();
        for Wasted { account, owner, policy, group, monthly } in all {
            waste.total.add(monthly);
            waste.accounts.entry(account).or_default().add(monthly);
            waste.owners.entry(owner).or_default().add(monthly);
            waste.policies.entry(policy).or_default().add(monthly);
            waste.groups.entry(group).or_default().add(monthly);
        }
        waste
    }
}
