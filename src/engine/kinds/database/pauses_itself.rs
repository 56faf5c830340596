//! `pauses-itself`: Aurora Serverless v2 with a minimum of 0 capacity units pauses while nothing uses it, and then costs
//! what a stopped cluster costs.

use crate::engine::model::{Instance, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::PausesItself, judge, inputs };

/// The class of a serverless member. Other members of the same cluster do not pause.
const SERVERLESS: &str = "db.serverless";

fn pauses(instance: &Instance) -> bool {
    let Some(facts) = instance.database.as_ref() else { return false };
    let may_pause = |class: Option<&str>| class.is_none_or(|class| class == SERVERLESS);
    facts.scales_to_zero && facts.members.iter().all(|member| may_pause(member.class.as_deref()))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let pauses = pauses(case.instance) && case.waits_for_opening().is_none();
    pauses.then_some(Verdict::Skip(Skipped::PausesItself))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::PausesItself { pauses: pauses(case.instance) }
}
