//! `overtime`: a person started the instance after closing, so it may run for a while.

use chrono::Duration;

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Overtime, judge, inputs };

fn age_since_closing(case: &Case<'_>) -> Option<Duration> {
    let (launch, (_, hours)) = (case.instance.launch?, case.policy?);
    if case.is_restarted_by_aws() {
        return None;
    }
    let after_closing = hours.at.closed_since.is_none_or(|closed| launch >= closed);
    after_closing.then(|| case.now.signed_duration_since(launch))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (respected, age) = (case.policy?.0.overtime, age_since_closing(case)?);
    // A launch time in the future means that a clock is wrong: the rule `young` handles it.
    (age >= Duration::zero() && age < respected).then_some(Verdict::Skip(Skipped::Overtime { age, respected }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let respected = case.policy.map_or(Duration::zero(), |(policy, _)| policy.overtime);
    Inputs::Overtime { age: age_since_closing(case), respected }
}
