//! The cost of what runs by the tag by which the settings group it, such as the cost centre, beside the budgets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::engine::config::Money;
use crate::engine::cost::waste::Cost;
use crate::engine::model::Usd;

/// What runs with one value of the tag, beside the budget of that value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupCost {
    /// The tag's value.
    #[serde(rename = "name")]
    pub value: Arc<str>,
    /// The monthly cost of what runs with it.
    #[serde(flatten)]
    pub cost: Cost,
    /// US dollars per month.
    pub budget: Usd,
}

impl GroupCost {
    /// Whether what runs costs more than the budget. Unknown prices can only add to the cost.
    pub fn is_over(&self) -> bool {
        self.cost.monthly > self.budget
    }
}

/// Every value that has a budget, with the cost of these running instances: the tag's value and the monthly cost.
pub fn with_budgets<'a>(
    money: &Money,
    running: impl IntoIterator<Item = (Option<&'a str>, Option<Usd>)>,
) -> Vec<GroupCost> {
    let mut groups: BTreeMap<&str, Cost> = BTreeMap::new();
    for (value, monthly) in running {
        if let Some(value) = value {
            groups.entry(value).or_default().add(monthly);
        }
    }
    let known = |(value, cost): (&str, Cost)| {
        Some(GroupCost { value: value.into(), cost, budget: money.tag_budget_of(value)? })
    };
    groups.into_iter().filter_map(known).collect()
}
