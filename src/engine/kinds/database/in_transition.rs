//! `in-transition`: AWS stops a database only in the status `available`, and starts one only in `stopped`. A database that
//! is being backed up or modified is looked at again by the next run.

use crate::engine::model::{Instance, Reason, Skipped, State, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::InTransition, judge, inputs };

/// Statuses that a database does not leave before a person mends something, from "Viewing Amazon RDS DB instance status"
/// in AWS's user guide.
const STUCK: [&str; 4] = ["failed", "restore-error", "storage-full", "inaccessible-encryption-credentials"];

/// Further such statuses begin like this: there is one for each cause.
const INCOMPATIBLE: &str = "incompatible-";

fn status(instance: &Instance) -> Option<(String, bool)> {
    let facts = instance.database.as_ref().filter(|_| instance.state == State::Changing)?;
    let stuck = STUCK.contains(&&*facts.status) || facts.status.starts_with(INCOMPATIBLE);
    Some((facts.status.to_string(), stuck))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (status, stuck) = status(case.instance)?;
    Some(Verdict::Skip(Skipped::InTransition { status, stuck }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let facts = case.instance.database.as_ref();
    Inputs::InTransition { status: facts.map(|facts| facts.status.to_string()).unwrap_or_default() }
}
