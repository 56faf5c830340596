//! What idle machines and machines outside their hours would cost if they ran on for a month, by account, owner and
//! policy.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::model::Usd;

/// What instances of one kind come to in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// How many there are.
    pub instances: usize,
    /// What those of known price come to, in US dollars a month.
    pub monthly: Usd,
    /// How many have no known price. They are not in the sum, which is too low by them.
    pub unknown: usize,
}

impl Cost {
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

/// One instance that wastes.
#[derive(Clone, Copy, Debug)]
pub struct Wasted<'a> {
    /// Account id.
    pub account: &'a str,
    /// Who owns it, where that is known.
    pub owner: Option<&'a str>,
    /// The policy that matches first.
    pub policy: Option<&'a str>,
    /// What it costs a month; `None` where the price is unknown.
    pub monthly: Option<Usd>,
}

/// Waste in three groupings, each of which holds every instance once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waste<'a> {
    /// All of it.
    pub total: Cost,
    /// By account id.
    pub accounts: BTreeMap<&'a str, Cost>,
    /// By owner; `None`, which comes first, where nobody is known.
    pub owners: BTreeMap<Option<&'a str>, Cost>,
    /// By policy; `None`, which comes first, where none matches.
    pub policies: BTreeMap<Option<&'a str>, Cost>,
}

impl<'a> FromIterator<Wasted<'a>> for Waste<'a> {
    fn from_iter<I: IntoIterator<Item = Wasted<'a>>>(all: I) -> Self {
        let mut waste = Self::default();
        for Wasted { account, owner, policy, monthly } in all {
            waste.total.add(monthly);
            waste.accounts.entry(account).or_default().add(monthly);
            waste.owners.entry(owner).or_default().add(monthly);
            waste.policies.entry(policy).or_default().add(monthly);
        }
        waste
    }
}
