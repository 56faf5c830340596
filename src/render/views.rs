//! The report's views as JSON: a list for each grouping, sorted by its key.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::report::views::{Tally, Views};

/// The views of a report.
#[derive(Serialize)]
pub(crate) struct ViewsData<'a> {
    accounts: Vec<Line<'a>>,
    regions: Vec<Line<'a>>,
    policies: Vec<Line<'a>>,
    owners: Vec<Line<'a>>,
}

/// One group: the names that identify it, and its numbers.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    keys: BTreeMap<&'static str, Option<&'a str>>,
    #[serde(flatten)]
    tally: Tally,
}

impl<'a> ViewsData<'a> {
    pub(crate) fn of(views: Views<'a>) -> Self {
        let Views { accounts, regions, policies, owners } = views;
        let account = |(id, (name, tally))| Line { keys: [("account", Some(id)), ("name", name)].into(), tally };
        let accounts = accounts.into_iter().map(account).collect();
        let (policies, owners) = (lines("policy", policies), lines("owner", owners));
        Self { accounts, regions: lines("region", regions), policies, owners }
    }
}

fn lines<'a, K: Into<Option<&'a str>>>(key: &'static str, groups: BTreeMap<K, Tally>) -> Vec<Line<'a>> {
    groups.into_iter().map(|(name, tally)| Line { keys: [(key, name.into())].into(), tally }).collect()
}
