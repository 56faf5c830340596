//! `appliance`: behind a NAT, VPN or firewall everything else loses its way.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Instance, Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Appliance, judge, inputs, mend: "the source/destination check, if it is no appliance" };

fn tell(instance: &Instance) -> Option<String> {
    if instance.forwards {
        return Some("source/destination check off: it forwards others' traffic".to_owned());
    }
    instance.product_codes.first().map(|code| format!("marketplace product `{code}`"))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::Appliance { tell }))
}

fn inputs(case: &Case<'_>) -> String {
    told(tell(case.instance), "source/destination check on, no product code")
}
