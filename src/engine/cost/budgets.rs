//! The cost of what runs by owner, and by the tag by which the settings group it, such as the cost centre, beside the
//! budgets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::engine::config::Money;
use crate::engine::cost::waste::Cost;
use crate::engine::model::Usd;

/// What a budget is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// An owner.
    Owner,
    /// A value of the tag by which costs are grouped.
    Tag,
}

/// What runs of one owner, or with one value of the tag, beside its budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupCost {
    /// What the budget is for.
    #[serde(rename = "of")]
    pub of: Of,
    /// The owner's name, or the tag's value.
    #[serde(rename = "name")]
    pub value: Arc<str>,
    /// The monthly cost of what runs with it.
    #[serde(flatten)]
    pub cost: Cost,
    /// US dollars per month.
    pub budget: Usd,
}

/// An instance that runs: its owner, its value of the tag, and its monthly cost, as far as they are known.
#[derive(Clone, Copy, Debug)]
pub struct Running<'a> {
    /// The owner.
    pub owner: Option<&'a str>,
    /// The tag's value.
    pub tag: Option<&'a str>,
    /// The monthly cost.
    pub monthly: Option<Usd>,
}

impl Running<'_> {
    /// Whether a budget is about it.
    pub fn is_of(&self, group: &GroupCost) -> bool {
        let own = match group.of {
            Of::Owner => self.owner,
            Of::Tag => self.tag,
        };
        own == Some(&*group.value)
    }
}

impl GroupCost {
    /// Whether what runs costs more than the budget. Unknown prices can only add to the cost.
    pub fn is_over(&self) -> bool {
        self.cost.monthly > self.budget
    }
}

/// Every owner and every value of the tag that has a budget, with the cost of what runs.
pub fn with_budgets<'a>(money: &Money, running: impl IntoIterator<Item = Running<'a>>) -> Vec<GroupCost> {
    let mut groups: BTreeMap<(Of, &str), Cost> = BTreeMap::new();
    for Running { owner, tag, monthly } in running {
        for key in owner.map(|owner| (Of::Owner, owner)).into_iter().chain(tag.map(|tag| (Of::Tag, tag))) {
            groups.entry(key).or_default().add(monthly);
        }
    }
    let known = |((of, value), cost): ((Of, &str), Cost)| {
        let budgets = match of {
            Of::Owner => &money.owner_budgets,
            Of::Tag => &money.tag_budgets,
        };
        let budget = budgets.iter().find(|budget| budget.is_for(value))?.monthly;
        Some(GroupCost { of, value: value.into(), cost, budget })
    };
    groups.into_iter().filter_map(known).collect()
}
