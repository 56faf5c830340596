//! `overtime`: somebody started it after closing, and that is respected for a while.

use chrono::Duration;

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Overtime, judge, inputs, mend: "the end of the overtime, `overtime` in the policy" };

fn age_since_closing(case: &Case<'_>) -> Option<Duration> {
    let (launch, (_, hours)) = (case.instance.launch?, case.policy?);
    let after_closing = hours.at.closed_since.is_none_or(|closed| launch >= closed);
    after_closing.then(|| case.now - launch)
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (respected, age) = (case.policy?.0.overtime, age_since_closing(case)?);
    (age < respected).then_some(Verdict::Spare(Spared::Overtime { age, respected }))
}

fn inputs(case: &Case<'_>) -> String {
    let respected = case.policy.map_or(0, |(policy, _)| policy.overtime.num_minutes());
    match age_since_closing(case) {
        Some(age) => format!("started after closing, {} min ago; respected for {respected} min", age.num_minutes()),
        None => "not started after closing".to_owned(),
    }
}
