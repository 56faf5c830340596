//! `no-saving`: hosts, Macs and reservations are paid for whether the instance runs or not.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Instance, Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::NoSaving, judge, inputs, mend: "giving the host or the reservation back" };

fn tell(instance: &Instance) -> Option<String> {
    if let Some(host) = instance.host.as_deref() {
        return Some(format!("on Dedicated Host `{host}`"));
    }
    if instance.tenancy.as_deref() == Some("host") {
        return Some("tenancy `host`".to_owned());
    }
    if instance.kind.starts_with("mac") {
        return Some(format!("type `{}`, whose host is paid for and scrubbed for hours after a stop", instance.kind));
    }
    instance.reservation.as_deref().map(|id| format!("capacity reservation or block `{id}`"))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::NoSaving { tell }))
}

fn inputs(case: &Case<'_>) -> String {
    told(tell(case.instance), "no host, Mac, or reservation")
}
