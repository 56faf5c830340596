//! `appliance`: behind a NAT, VPN or firewall everything else loses its way.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Instance, Reason, Spared, Tell, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Appliance, judge, inputs };

fn tell(instance: &Instance) -> Option<Tell> {
    if instance.forwards {
        return Some(Tell::Forwards);
    }
    instance.product_codes.first().map(|code| Tell::Product(code.to_string()))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::Appliance { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Appliance { tell: tell(case.instance) }
}
