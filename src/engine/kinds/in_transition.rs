//! `in-transition`: AWS stops a database only in the status `available`, and starts one only in `stopped`. A service that
//! is being deployed is not scaled. What is changing is looked at again by the next run.

use crate::engine::model::{Instance, Reason, Skipped, State, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::InTransition, judge, inputs };

/// Statuses that a database does not leave before a person mends something, from "Viewing Amazon RDS DB instance status"
/// in AWS's user guide.
const STUCK: [&str; 4] = ["failed", "restore-error", "storage-full", "inaccessible-encryption-credentials"];

/// Further such statuses begin like this: there is one for each cause.
const INCOMPATIBLE: &str = "incompatible-";

fn status(instance: &Instance) -> String {
    let of_database = instance.database.as_ref().map(|facts| facts.status.to_string());
    let of_service = || instance.service.as_ref().map(|facts| facts.unfinished().unwrap_or(facts.status.to_string()));
    of_database.or_else(of_service).unwrap_or_default()
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let status = Some(status(case.instance)).filter(|_| case.instance.state == State::Changing)?;
    let stuck = STUCK.contains(&status.as_str()) || status.starts_with(INCOMPATIBLE);
    Some(Verdict::Skip(Skipped::InTransition { status, stuck }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::InTransition { status: status(case.instance) }
}
