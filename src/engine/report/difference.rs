//! Which verdicts differ: compares two sets of verdicts about the same instances.

use std::collections::BTreeMap;

use serde::Serialize;

/// A verdict as strings, as a current or recorded report has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judged {
    /// The `Name` tag; empty if there is none.
    pub name: String,
    /// The verdict.
    pub verdict: String,
    /// The rule's name.
    pub reason: String,
}

/// Verdicts by account, Region and instance id.
pub type Verdicts = BTreeMap<(String, String, String), Judged>;

/// One instance with a different verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Instance id.
    pub id: String,
    /// Before; `None` if it was not found.
    pub before: Option<Judged>,
    /// After; `None` if it was not found.
    pub after: Option<Judged>,
}

/// Every instance whose verdict or reason differs, by account, Region and id.
pub fn difference(before: &Verdicts, after: &Verdicts) -> Vec<Change> {
    let mut keys: Vec<_> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let same = |a: Option<&Judged>, b: Option<&Judged>| match (a, b) {
        (Some(a), Some(b)) => a.verdict == b.verdict && a.reason == b.reason,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let change = |(account, region, id): &(String, String, String), a: Option<&Judged>, b: Option<&Judged>| Change {
        account: account.clone(),
        region: region.clone(),
        id: id.clone(),
        before: a.cloned(),
        after: b.cloned(),
    };
    let changed = keys.into_iter().map(|key| (key, before.get(key), after.get(key)));
    changed.filter(|(_, a, b)| !same(*a, *b)).map(|(key, a, b)| change(key, a, b)).collect()
}

/// How many verdicts would stop or hibernate.
pub fn candidates(verdicts: &Verdicts) -> usize {
    verdicts.values().filter(|judged| matches!(judged.verdict.as_str(), "stop" | "hibernate")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(list: &[(&str, &str, &str)]) -> Verdicts {
        let one = |(id, verdict, reason): &(&str, &str, &str)| {
            let judged = Judged { name: String::new(), verdict: (*verdict).into(), reason: (*reason).into() };
            (("1".into(), "r".into(), (*id).into()), judged)
        };
        list.iter().map(one).collect()
    }

    #[test]
    fn only_what_differs_is_listed() {
        let before = verdicts(&[("i-1", "stop", "outside-hours"), ("i-2", "skip", "kept"), ("i-3", "skip", "young")]);
        let after =
            verdicts(&[("i-1", "stop", "outside-hours"), ("i-2", "stop", "outside-hours"), ("i-4", "skip", "kept")]);
        let ids: Vec<String> = difference(&before, &after).into_iter().map(|change| change.id).collect();
        assert_eq!(ids, ["i-2", "i-3", "i-4"]);
        assert_eq!((candidates(&before), candidates(&after)), (1, 2));
    }
}
