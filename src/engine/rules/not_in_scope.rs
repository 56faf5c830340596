//! `not-in-scope`: a saved inventory contains an instance outside the settings' scope. It is shown and skipped.

use crate::engine::model::{Reason, Unscoped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::NotInScope, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (scope, target) = (&case.settings.scope, &case.instance.id.place);
    let looked_at = scope.names_account(&target.account) && scope.names_region(&target.region);
    (!looked_at).then_some(Verdict::OutOfScope(Unscoped::NotInScope))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NotInScope { target: (*case.instance.id.place).clone() }
}
