//! The facts that rules evaluated.

use super::*;

pub(super) fn inputs(out: &mut String, inputs: &Inputs) -> fmt::Result {
    match inputs {
        Inputs::WithoutPolicy => out.write_str("no policy"),
        Inputs::Kept { key, found: None } => write!(out, "no tag `{key}`"),
        Inputs::Kept { key: _, found: Some(tag) } => crate::render::catalogue::en::tag(out, tag),
        Inputs::KeptUntil { key, found } if found.is_empty() => write!(out, "no tag `{key}`"),
        Inputs::KeptUntil { key: _, found } => listed(out, found, tag),
        Inputs::KeepUnreadable { key, wrong: None } => write!(out, "no unreadable `{key}`"),
        Inputs::KeepUnreadable { key: _, wrong: Some(wrong) } => write!(out, "{wrong}"),
        Inputs::TagUnknown { found: None } => out.write_str("no mistyped key"),
        Inputs::TagUnknown { found: Some((key, meant)) } => mistyped(out, key, meant),
        Inputs::NeverListed { by: None } => out.write_str("nothing in `[never]` names it"),
        Inputs::NeverListed { by: Some(by) } => never(out, by),
        Inputs::NotInScope { target } => write!(out, "account {}, Region {}", target.account, target.region),
        Inputs::NoPolicy { policies, first: None } => write!(out, "none of {policies} policies matches"),
        Inputs::NoPolicy { policies: _, first: Some(policy) } => {
            write!(out, "the first policy that matches is `{policy}`")
        }
        Inputs::NotSelected { selected: None } => out.write_str("the request selects every policy"),
        Inputs::NotSelected { selected: Some(policies) } => {
            write!(out, "the request selects: {}", policies.join(", "))
        }
        Inputs::OtherHub { own: Some(own), found: None } => write!(out, "no tag of another hub than `{own}`"),
        Inputs::OtherHub { own: None, found: None } => out.write_str("no tag of another hub"),
        Inputs::OtherHub { own: _, found: Some((key, hub)) } => other_hub(out, key, hub),
        Inputs::NotRunning { state, stopped: None } => write!(out, "state {state}"),
        Inputs::NotRunning { state, stopped: Some((at, run)) } => {
            write!(out, "state {state}, stopped by the reaper at {at} in run {run}")
        }
        Inputs::MatchUnknown { unknown: None } => out.write_str("no `match` depends on anything unknown"),
        Inputs::MatchUnknown { unknown: Some((policy, fact)) } => match_unknown(out, policy, *fact),
        Inputs::Incomplete { lacks: None } => out.write_str("nothing is missing"),
        Inputs::Incomplete { lacks: Some(lacks) } => {
            write!(out, "the answer lacks {}", crate::render::catalogue::en::lacks(*lacks))
        }
        Inputs::AutoScalingMember { found: None } => out.write_str("no Auto Scaling group"),
        Inputs::AutoScalingMember { found: Some(tag) } => crate::render::catalogue::en::tag(out, tag),
        Inputs::KubernetesNode { tell } => told(out, tell.as_ref(), "no tag of a Kubernetes cluster"),
        Inputs::ContainerHost { tell } => told(out, tell.as_ref(), "no tag of ECS or Batch"),
        Inputs::ManagedService { tell } => told(out, tell.as_ref(), "no other service manages it"),
        Inputs::Spot { lifecycle: None } => out.write_str("on demand"),
        Inputs::Spot { lifecycle: Some(lifecycle) } => write!(out, "lifecycle `{lifecycle}`"),
        Inputs::InstanceStore { tell } => told(out, tell.as_ref(), "EBS root, no instance store"),
        Inputs::NoSaving { tell } => told(out, tell.as_ref(), "no host, Outpost, Mac, or reservation"),
        Inputs::Appliance { tell } => told(out, tell.as_ref(), "source/destination check on, no product code"),
        Inputs::ScheduleUnreadable { key, found: None, wrong: _ } => write!(out, "no tag `{key}`"),
        Inputs::ScheduleUnreadable { key: _, found: Some(tag), wrong: None } => {
            crate::render::catalogue::en::tag(out, tag)
        }
        Inputs::ScheduleUnreadable { key: _, found: Some(tag), wrong: Some(wrong) } => {
            crate::render::catalogue::en::tag(out, tag)?;
            write!(out, ": {wrong}")
        }
        Inputs::CalendarExhausted { date: None } => out.write_str("the calendar covers the day"),
        Inputs::CalendarExhausted { date: Some(date) } => write!(out, "no holidays are known for {date}"),
        Inputs::Frozen { range: None } => out.write_str("no frozen period"),
        Inputs::Frozen { range: Some(range) } => write!(out, "frozen {range}"),
        Inputs::Idle { idleness } => crate::render::catalogue::en::idleness(out, idleness),
        Inputs::Reopening { zone, opens, margin } => {
            opens_next(out, *opens, *zone)?;
            write!(out, "; a stop later than {} before that is not worth it", Span(*margin))
        }
        Inputs::WithinHours { schedule, open, now, zone } => {
            write!(out, "schedule `{schedule}` is {} at {}", open_or_closed(*open), At(*now, *zone))
        }
        Inputs::Undone { undone: None, zone: _ } => out.write_str("no undo of the last weeks names it"),
        Inputs::Undone { undone: Some((at, until)), zone } => {
            write!(out, "undone {}; ", At(*at, *zone))?;
            undone_until(out, *until, *zone)
        }
        Inputs::Overtime { age: None, respected: _ } => out.write_str("not started after closing"),
        Inputs::Overtime { age: Some(age), respected } => {
            write!(out, "started after closing, {} ago; respected for {}", Span(*age), Span(*respected))
        }
        Inputs::Young { age: None, grace: _ } => out.write_str("no launch time"),
        Inputs::Young { age: Some(age), grace } => {
            write!(out, "started {} ago; skipped for {} after a start", Span(*age), Span(*grace))
        }
        Inputs::CannotHibernate { enabled: true } => out.write_str("hibernation was enabled at launch"),
        Inputs::CannotHibernate { enabled: false } => out.write_str("hibernation was not enabled at launch"),
        Inputs::RestartFight { stops } => write!(out, "stopped by the reaper {stops} times since closing"),
        Inputs::Busy { last_hour: _, limits: None } => out.write_str("`[busy]` is off"),
        Inputs::Busy { last_hour, limits: Some(limits) } => match last_hour {
            Activity::Measured(hour) => {
                out.write_str("busiest five minutes of the last hour:")?;
                hour.figures(limits).try_for_each(|(gauge, figure, limit)| {
                    write!(out, " {} {}, limit {};", gauge_name(gauge), gauge.with_unit(figure), gauge.with_unit(limit))
                })?;
                write!(out, " {} of {} figures", hour.has, hour.of)
            }
            Activity::NotAsked => out.write_str("the last hour was not asked for; it is before any stop"),
            Activity::Gap(gap) => write!(out, "no figure: {gap}"),
        },
        Inputs::Unmeasured { last_hour } => match last_hour {
            Activity::Gap(gap) => write!(out, "no figure: {gap}"),
            Activity::NotAsked => out.write_str("not asked"),
            Activity::Measured(hour) => match hour.gap() {
                Some(gap) => write!(out, "too few figures: {gap}"),
                None => write!(out, "measured: {} of {} five-minute figures", hour.has, hour.of),
            },
        },
        Inputs::OutsideHours { policy, outside, closed_since, zone } => {
            match closed_since {
                Some(since) => write!(out, "closed since {}", At(*since, *zone))?,
                None => out.write_str("closed for more than a year")?,
            }
            write!(out, "; policy `{policy}` says `outside = \"{outside}\"`")
        }
    }
}

pub(super) fn gauge_name(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::Cpu => "CPU",
        Gauge::Network => "network",
        Gauge::Writes => "EBS writes",
        Gauge::Gpu => "GPU",
    }
}

pub(super) fn open_or_closed(open: bool) -> &'static str {
    if open { "open" } else { "closed" }
}

pub(super) fn tag(out: &mut String, (key, value): &FoundTag) -> fmt::Result {
    write!(out, "tag `{key}` = `{value}`")
}

pub(super) fn listed<T>(out: &mut String, items: &[T], one: impl Fn(&mut String, &T) -> fmt::Result) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        out.write_str(if n == 0 { "" } else { ", " })?;
        one(out, item)?;
    }
    Ok(())
}

pub(super) fn told(out: &mut String, tell: Option<&Marker>, none: &str) -> fmt::Result {
    match tell {
        None => out.write_str(none),
        Some(tell) => crate::render::catalogue::en::tell(out, tell),
    }
}
