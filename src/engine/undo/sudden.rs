//! Sudden change: whether a run would stop many more instances than the same weekday did in the last weeks. A mistake
//! in a tag or a policy shows up as such a jump before anyone reads a report.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::config::{Settings, Stage};
use crate::engine::model::{Action, ResourceId};
use crate::engine::plan::Plan;
use crate::engine::report::Row;

/// With this many stops or fewer, a run is never held back: a small fleet can double without a mistake.
pub const NEVER_BELOW: usize = 10;

/// How many weeks to compare: a month of weekdays, and one more in case of a holiday.
pub const WEEKS: u64 = 5;

/// For how many days a run that was held back may be acknowledged.
pub const ACKNOWLEDGE_DAYS: u64 = 7;

/// The numbers that a run records for later runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Count {
    /// Verdicts to stop or hibernate, because of hours or idleness, armed or not.
    #[serde(default)]
    #[serde(alias = "condemned")]
    pub candidates: usize,
    /// Those that are armed and, if a reviewed plan limits the run, are in that plan.
    #[serde(default)]
    pub armed: usize,
    /// Instances found.
    #[serde(default)]
    #[serde(alias = "seen")]
    pub found: usize,
    /// Candidates, armed or not, by policy. A policy that was observed for a week and is armed now is no sudden
    /// change. Empty if a reviewed plan limited the run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, usize>,
    /// Whether the run was held back. It then does not count for comparison until it is acknowledged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// The run that acknowledged this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// The run that this one acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledges: Option<String>,
}

/// Why a run is held back, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sudden {
    /// The number that it would stop or hibernate.
    pub armed: usize,
    /// The highest number on the same weekday.
    pub highest: usize,
}

/// An acknowledgement that is not valid; the run did nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum NotAcknowledged {
    #[error(
        "the record knows no run `{run}` that was held back within the last {ACKNOWLEDGE_DAYS} days; the report of one that was says in `plan.refused` how to acknowledge it"
    )]
    Unknown { run: String },
    #[error(
        "run {run} was held back with {held} instances to stop, and now there are {armed}, which is more than a tenth beyond that; apply without an acknowledgement, look at what is held back then, and acknowledge that run"
    )]
    Beyond { run: String, held: usize, armed: usize },
}

impl Count {
    /// The numbers of a run, before it is known whether it is held back.
    pub fn of(rows: &[Row], plan: &Plan, reviewed: Option<&Plan>) -> Self {
        let mut policies: BTreeMap<String, usize> = BTreeMap::new();
        let mut candidates = 0;
        for row in rows.iter().filter(|row| row.verdict.action().is_some_and(Action::is_stop)) {
            candidates += 1;
            if let Some(policy) = row.policy.as_ref().filter(|_| reviewed.is_none()) {
                *policies.entry(policy.name.clone()).or_default() += 1;
            }
        }
        Self { candidates, armed: armed(plan, reviewed), found: rows.len(), policies, ..Self::default() }
    }

    /// The number to compare with in a run that enforces these policies; `None` for a run that was held back and not
    /// acknowledged.
    fn teaches(&self, enforced: &BTreeSet<&str>) -> Option<usize> {
        if self.held && self.acknowledged_by.is_none() {
            return None;
        }
        if self.policies.is_empty() {
            return Some(self.armed);
        }
        let known = self.policies.iter().filter(|(name, _)| enforced.contains(name.as_str()));
        // Earlier releases counted idle stops in `armed` only, not in `candidates` and `policies`.
        let idle = self.armed.saturating_sub(self.candidates);
        Some(known.map(|(_, count)| count).sum::<usize>().saturating_add(idle))
    }

    /// Whether a person approved this number.
    fn is_approved(&self) -> bool {
        self.acknowledged_by.is_some() || self.acknowledges.is_some()
    }
}

/// The number that a plan would stop or hibernate without caps. With a reviewed plan: only those that are in that
/// plan too.
fn armed(plan: &Plan, reviewed: Option<&Plan>) -> usize {
    let all = |plan: &Plan| -> Vec<(ResourceId, Action)> {
        let steps = plan.steps.iter().map(|step| (step.id.clone(), step.action));
        let deferred = plan.deferred.iter().map(|put_off| (put_off.id.clone(), put_off.action));
        steps.chain(deferred).filter(|(_, action)| action.is_stop()).collect()
    };
    let stops = all(plan);
    let Some(reviewed) = reviewed else { return stops.len() };
    let reviewed: HashSet<_> = all(reviewed).into_iter().collect();
    stops.iter().filter(|stop| reviewed.contains(stop)).count()
}

/// The policies whose verdicts may be executed.
pub fn enforced(settings: &Settings) -> BTreeSet<&str> {
    let enforced = settings.policies.iter().filter(|policy| policy.stage == Stage::Enforce);
    enforced.map(|policy| policy.name.as_str()).collect()
}

/// The earlier days of the same weekday that are compared with `today`. Days are in UTC, because one run covers many
/// time zones. A closing hour falls on the same UTC weekday every week.
pub fn earlier_days(today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (1..=WEEKS).filter_map(move |week| today.checked_sub_days(Days::new(7 * week)))
}

/// The days on which a run may have been held back if it is acknowledged `today`.
pub fn recent_days(today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (0..=ACKNOWLEDGE_DAYS).filter_map(move |day| today.checked_sub_days(Days::new(day)))
}

/// The highest number on the same weekday. `None` if no `earlier` day is known: in the first weeks, no run is held
/// back. Of `today`'s runs, only acknowledged ones count. So the rest of an acknowledged run is not held back again,
/// and the number cannot grow in small steps within a day.
pub fn highest<'a>(
    earlier: impl IntoIterator<Item = &'a Count>,
    today: impl IntoIterator<Item = &'a Count>,
    enforced: &BTreeSet<&str>,
) -> Option<usize> {
    let mut known = None;
    for count in earlier {
        known = Some(known.unwrap_or(0).max(count.teaches(enforced).unwrap_or(0)));
    }
    let approved = today.into_iter().filter(|count| count.is_approved());
    let approved = approved.filter_map(|count| count.teaches(enforced)).max();
    known.map(|known: usize| known.max(approved.unwrap_or(0)))
}

/// Whether `armed` is a sudden change: more than [`NEVER_BELOW`], and more than 1.5 times the `highest`.
pub fn sudden(armed: usize, highest: Option<usize>) -> Option<Sudden> {
    let highest = highest?;
    let above = armed > NEVER_BELOW && armed.saturating_mul(2) > highest.saturating_mul(3);
    above.then_some(Sudden { armed, highest })
}

/// Whether the acknowledgement of a run that was held back with `held` covers a run with `armed`: at most a tenth
/// more, because the fleet changes while a person reads the report.
pub fn covers(held: usize, armed: usize) -> bool {
    armed.saturating_mul(10) <= held.saturating_mul(11)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn count(armed: usize) -> Count {
        Count { candidates: armed, armed, found: 2 * armed, ..Count::default() }
    }

    fn of_policies(counts: &[(&str, usize)]) -> Count {
        let policies: BTreeMap<String, usize> = counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        Count { candidates: policies.values().sum(), policies, ..Count::default() }
    }

    fn any_count() -> impl Strategy<Value = Count> {
        let policies = prop::collection::btree_map(prop::sample::select(vec!["dev", "stg", "old"]), 0..60usize, 0..3);
        let names = (any::<bool>(), any::<bool>(), any::<bool>());
        (0..60usize, policies, names).prop_map(|(armed, policies, (held, acknowledged, acknowledges))| Count {
            policies: policies.into_iter().map(|(name, n)| (name.to_owned(), n)).collect(),
            held,
            acknowledged_by: (held && acknowledged).then(|| "run-2".to_owned()),
            acknowledges: acknowledges.then(|| "run-1".to_owned()),
            ..count(armed)
        })
    }

    fn any_counts() -> impl Strategy<Value = Vec<Count>> {
        prop::collection::vec(any_count(), 0..8)
    }

    const ENFORCED: [&str; 2] = ["dev", "stg"];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_125), ..ProptestConfig::default() })]

        #[test]
        fn ten_or_fewer_are_never_held_back(armed in 0..=NEVER_BELOW, earlier in any_counts(), today in any_counts()) {
            let enforced = BTreeSet::from(ENFORCED);
            prop_assert_eq!(sudden(armed, highest(&earlier, &today, &enforced)), None);
        }

        #[test]
        fn an_empty_history_never_holds_back(armed: usize, today in any_counts()) {
            let enforced = BTreeSet::from(ENFORCED);
            prop_assert_eq!(sudden(armed, highest(&[], &today, &enforced)), None);
        }

        #[test]
        fn what_holds_back_some_holds_back_more_and_a_higher_bar_never_holds_back_sooner(
            armed in 0..1000usize, more in 0..1000usize, bar in 0..1000usize, higher in 0..1000usize,
        ) {
            if sudden(armed, Some(bar)).is_some() {
                prop_assert!(sudden(armed + more, Some(bar)).is_some());
            } else {
                prop_assert!(sudden(armed, Some(bar + higher)).is_none());
            }
        }

        #[test]
        fn one_more_run_never_lowers_the_bar(earlier in any_counts(), today in any_counts(), more in any_count()) {
            let enforced = BTreeSet::from(ENFORCED);
            let before = highest(&earlier, &today, &enforced);
            let with = |list: &[Count]| [list, std::slice::from_ref(&more)].concat();
            prop_assert!(highest(&with(&earlier), &today, &enforced) >= before);
            prop_assert!(highest(&earlier, &with(&today), &enforced) >= before);
        }

        #[test]
        fn a_run_that_was_held_back_raises_no_bar_unless_it_is_acknowledged(
            earlier in any_counts().prop_filter("known", |earlier| !earlier.is_empty()), today in any_counts(), held in any_count(),
        ) {
            let enforced = BTreeSet::from(ENFORCED);
            let held = Count { held: true, acknowledged_by: None, acknowledges: None, ..held };
            let before = highest(&earlier, &today, &enforced);
            let with = |list: &[Count]| [list, std::slice::from_ref(&held)].concat();
            prop_assert_eq!(highest(&with(&earlier), &today, &enforced), before);
            prop_assert_eq!(highest(&earlier, &with(&today), &enforced), before);
        }

        #[test]
        fn no_number_is_too_large(armed: usize, bar: usize) {
            let _ = (sudden(armed, Some(bar)), covers(bar, armed));
        }
    }

    #[test]
    fn the_bar_is_one_and_a_half_times_the_highest() {
        assert_eq!(sudden(30, Some(20)), None);
        assert_eq!(sudden(31, Some(20)), Some(Sudden { armed: 31, highest: 20 }));
        assert_eq!(sudden(11, Some(0)), Some(Sudden { armed: 11, highest: 0 }));
        assert_eq!(sudden(11, None), None);
    }

    #[test]
    fn a_weekday_of_which_only_runs_are_known_that_were_held_back_is_known() {
        let held = Count { held: true, ..count(40) };
        assert_eq!(highest([&held], [], &BTreeSet::new()), Some(0));
        let approved = Count { acknowledged_by: Some("run-2".to_owned()), ..held };
        assert_eq!(highest([&approved], [], &BTreeSet::new()), Some(40));
    }

    #[test]
    fn what_was_observed_and_is_enforced_now_is_no_sudden_change_and_what_is_only_observed_raises_no_bar() {
        let earlier = of_policies(&[("dev", 12), ("stg", 20), ("untagged", 90)]);
        assert_eq!(highest([&earlier], [], &BTreeSet::from(["dev"])), Some(12));
        assert_eq!(highest([&earlier], [], &BTreeSet::from(["dev", "stg"])), Some(32));
        assert_eq!(highest([&earlier], [], &BTreeSet::from(["new"])), Some(0));
    }

    #[test]
    fn counts_of_earlier_releases_had_idle_stops_among_the_armed_alone() {
        let earlier = Count { armed: 15, ..of_policies(&[("dev", 3)]) };
        assert_eq!(highest([&earlier], [], &BTreeSet::from(["dev"])), Some(15));
    }

    #[test]
    fn of_todays_own_runs_only_acknowledged_ones_count() {
        let (earlier, enforced) = (count(3), BTreeSet::new());
        let held = Count { held: true, acknowledged_by: Some("run-2".to_owned()), ..count(18) };
        let acknowledging = Count { acknowledges: Some("run-1".to_owned()), ..count(19) };
        assert_eq!(highest([&earlier], [&count(4)], &enforced), Some(3));
        assert_eq!(highest([&earlier], [&count(4), &held, &acknowledging], &enforced), Some(19));
    }

    #[test]
    fn an_acknowledgement_covers_a_tenth_more() {
        assert!(covers(20, 22) && covers(20, 5) && covers(11, 12));
        assert!(!covers(20, 23) && !covers(0, 1));
    }

    #[test]
    fn the_days_compared_are_the_five_before_of_the_same_weekday() {
        let today: NaiveDate = "2026-11-25".parse().expect("a date");
        let days: Vec<String> = earlier_days(today).map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-11-18", "2026-11-11", "2026-11-04", "2026-10-28", "2026-10-21"]);
        assert_eq!((recent_days(today).count(), recent_days(today).next()), (8, Some(today)));
    }

    #[test]
    fn a_count_is_read_without_what_later_releases_add() {
        let read: Count =
            serde_json::from_str(r#"{"candidates": 3, "armed": 3, "found": 60, "later": 1}"#).expect("a count");
        assert_eq!(read, Count { candidates: 3, armed: 3, found: 60, ..Count::default() });
        let written = serde_json::to_string(&read).expect("text");
        assert_eq!(written, r#"{"candidates":3,"armed":3,"found":60}"#);
    }
}
