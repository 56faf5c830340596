//! `no-saving`: Dedicated Hosts, Outposts, Macs and capacity reservations cost the same whether the instance runs or
//! not.

use crate::engine::model::{Instance, Marker, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::NoSaving, judge, inputs };

fn tell(instance: &Instance) -> Option<Marker> {
    if let Some(host) = instance.host.as_deref() {
        return Some(Marker::Host(host.to_owned()));
    }
    if instance.tenancy.as_deref() == Some("host") {
        return Some(Marker::TenancyHost);
    }
    if let Some(outpost) = instance.outpost.as_deref() {
        return Some(Marker::Outpost(outpost.to_owned()));
    }
    if instance.kind.starts_with("mac") {
        return Some(Marker::Mac(instance.kind.to_string()));
    }
    instance.reservation.as_deref().map(|id| Marker::Reservation(id.to_owned()))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Skip(Skipped::NoSaving { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NoSaving { tell: tell(case.instance) }
}
