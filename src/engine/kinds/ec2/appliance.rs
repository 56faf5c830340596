//! `appliance`: other resources send their traffic through this NAT, VPN or firewall, and a stop would cut them off.

use crate::engine::model::{Instance, Marker, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Appliance, judge, inputs };

fn tell(instance: &Instance) -> Option<Marker> {
    if instance.forwards {
        return Some(Marker::Forwards);
    }
    instance.product_codes.first().map(|code| Marker::Product(code.to_string()))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Skip(Skipped::Appliance { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Appliance { tell: tell(case.instance) }
}
