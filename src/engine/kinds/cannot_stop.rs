//! `cannot-stop`: AWS refuses to stop the database or the service, or a stop would save nothing.

use crate::engine::kinds::{database, service};
use crate::engine::model::{CannotStop, Instance, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::CannotStop, judge, inputs };

fn why(instance: &Instance) -> Option<CannotStop> {
    match (&instance.database, &instance.service) {
        (Some(facts), _) => database::refusals::refusal(&instance.id, facts),
        (None, Some(facts)) => service::refusal(facts),
        (None, None) => None,
    }
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    // What the reaper has stopped is started again.
    let why = why(case.instance).filter(|_| case.waits_for_opening().is_none())?;
    Some(Verdict::Skip(Skipped::CannotStop { why }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let engine = match &case.instance.database {
        Some(facts) => facts.engine.to_string(),
        None => case.instance.kind.to_string(),
    };
    Inputs::CannotStop { why: why(case.instance), engine }
}
