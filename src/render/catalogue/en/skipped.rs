//! Why an instance is skipped.

use super::*;

pub(super) fn skipped(out: &mut String, skipped: &Skipped) -> fmt::Result {
    match skipped {
        Skipped::Kept { key, value } if value.is_empty() => write!(out, "tag `{key}`"),
        Skipped::Kept { key, value } => write!(out, "tag `{key}` = `{value}`"),
        Skipped::KeptUntil { value, too_far: None } => write!(out, "until `{value}`"),
        Skipped::KeptUntil { value, too_far: Some(limit) } => {
            write!(out, "until `{value}`, which is more than {limit} days ahead")
        }
        Skipped::KeepUnreadable { value } => {
            write!(out, "`{value}` is not one date; kept until the tag is corrected")
        }
        Skipped::TagUnknown { key, meant } => {
            mistyped(out, key, meant)?;
            out.write_str(" Not stopped until the tag is corrected")
        }
        Skipped::NeverListed { by } => never(out, by),
        Skipped::OtherHub { key, hub } => other_hub(out, key, hub),
        Skipped::NotRunning { state, ours: true } => write!(out, "{state} by the reaper"),
        Skipped::NotRunning { state, ours: false } => write!(out, "{state}"),
        Skipped::MatchUnknown { policy, fact } => match_unknown(out, policy, *fact),
        Skipped::Unjudged { panic } => write!(out, "it could not be judged: {panic}"),
        Skipped::Incomplete { lacks } => {
            write!(out, "the answer lacks {}", crate::render::catalogue::en::lacks(*lacks))
        }
        Skipped::AutoScalingMember { group } => write!(out, "member of Auto Scaling group `{group}`"),
        Skipped::KubernetesNode { tell }
        | Skipped::ContainerHost { tell }
        | Skipped::ManagedService { tell }
        | Skipped::InstanceStore { tell }
        | Skipped::NoSaving { tell }
        | Skipped::Appliance { tell } => crate::render::catalogue::en::tell(out, tell),
        Skipped::Spot { lifecycle } => write!(out, "lifecycle `{lifecycle}`"),
        Skipped::ScheduleUnreadable { value, wrong } if value.is_empty() => write!(out, "{wrong}"),
        Skipped::ScheduleUnreadable { value, wrong } => write!(out, "`{value}`: {wrong}"),
        Skipped::CalendarExhausted { date } => write!(out, "no holidays are known for {date}"),
        Skipped::Frozen { range } => write!(out, "frozen {range}"),
        Skipped::WithinHours { schedule } => write!(out, "schedule `{schedule}` is open"),
        Skipped::Reopening { opens, zone } => write!(out, "opens {}, too soon for a stop", At(*opens, *zone)),
        Skipped::Undone { at, until, zone } => {
            write!(out, "a stop of it was undone {}; ", At(*at, *zone))?;
            undone_until(out, *until, *zone)
        }
        Skipped::Overtime { age, respected } => {
            write!(out, "started after closing, {} ago; respected for {}", Span(*age), Span(*respected))
        }
        Skipped::Young { age, grace } if *age < Duration::zero() => {
            write!(out, "its launch lies {} in the future; skipped for {}", Span(-*age), Span(*grace))
        }
        Skipped::Young { age, grace } => write!(out, "started {} ago; skipped for {}", Span(*age), Span(*grace)),
        Skipped::CannotHibernate => {
            out.write_str("hibernation was not enabled at launch, and a plain stop loses its memory")
        }
        Skipped::Busy { gauge, figure, limit } => {
            let (gauge, figure, limit) = (gauge_name(*gauge), gauge.with_unit(*figure), gauge.with_unit(*limit));
            write!(out, "busy: {gauge} {figure} within the last hour, limit {limit}")
        }
        Skipped::Unmeasured { gap } => write!(out, "the last hour is unmeasured: {gap}"),
        Skipped::RestartFight { stops } => {
            write!(out, "stopped {stops} times and started again each time; talk to its owner")
        }
    }
}

pub(super) fn other_hub(out: &mut String, key: &str, hub: &str) -> fmt::Result {
    write!(out, "its tag `{key}` is the hub `{hub}`'s: neither stopped nor started by this one")
}

pub(crate) fn mistyped(out: &mut String, key: &str, meant: &str) -> fmt::Result {
    write!(out, "unknown tag `{key}`: did you mean `{meant}`?")
}

pub(super) fn undone_until(out: &mut String, until: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match until {
        Some(until) => write!(out, "skipped until the opening after next, {}", At(until, zone)),
        None => out.write_str("skipped: its schedule does not open twice"),
    }
}

pub(super) fn tell(out: &mut String, tell: &Marker) -> fmt::Result {
    match tell {
        Marker::Tag(key) => write!(out, "tag `{key}`"),
        Marker::TagIs(key, value) => write!(out, "tag `{key}` = `{value}`"),
        Marker::ManagedBy(name) => write!(out, "managed by `{name}`"),
        Marker::ManagedByUnnamed => out.write_str("managed by a service that is not named"),
        Marker::RootDevice(root) => write!(out, "root device type `{root}`"),
        Marker::EphemeralVolumes => out.write_str("instance-store volumes in its block device mappings"),
        Marker::HasStore(kind) => write!(out, "type `{kind}` has instance store, and a stop erases it"),
        Marker::UnknownType(kind) => {
            write!(out, "whether type `{kind}` has instance store is unknown to this release")
        }
        Marker::Host(id) => write!(out, "on Dedicated Host `{id}`"),
        Marker::Outpost(arn) => write!(out, "on Outpost `{arn}`"),
        Marker::TenancyHost => out.write_str("tenancy `host`"),
        Marker::Mac(kind) => write!(out, "type `{kind}`, whose host is paid for and scrubbed for hours after a stop"),
        Marker::Reservation(id) => write!(out, "capacity reservation or block `{id}`"),
        Marker::Forwards => out.write_str("source/destination check off: it forwards others' traffic"),
        Marker::Product(code) => write!(out, "marketplace product `{code}`"),
    }
}

pub(super) fn never(out: &mut String, by: &Listed) -> fmt::Result {
    match by {
        Listed::Account(pattern) => write!(out, "account `{pattern}`"),
        Listed::Unit(id) => write!(out, "organisational unit `{id}`"),
        Listed::NameUnknown(pattern) => write!(out, "account `{pattern}`, perhaps: the account's name is unknown"),
        Listed::AccountUnknown(pattern) => write!(out, "account `{pattern}`, perhaps: the account is unknown"),
        Listed::UnitsUnknown => out.write_str("an organisational unit, perhaps: the account's units are unknown"),
        Listed::Tag(pattern) => write!(out, "tag `{pattern}`"),
    }
}

pub(super) fn match_unknown(out: &mut String, policy: &str, fact: UnknownFact) -> fmt::Result {
    let fact = match fact {
        UnknownFact::AccountId => "the account's id is unknown",
        UnknownFact::AccountName => "the account's name is unknown",
        UnknownFact::AccountUnits => "the account's organisational units are unknown",
        UnknownFact::AccountTags => "the account's tags are unknown",
        UnknownFact::Region => "the Region is unknown",
        UnknownFact::Kind => "the instance type is unknown",
        UnknownFact::Tags => "a tag cannot be read",
    };
    write!(out, "policy `{policy}` may match it: {fact}")
}

pub(super) fn lacks(lacks: Lacks) -> &'static str {
    match lacks {
        Lacks::Id => "an instance id",
        Lacks::Launch => "a launch time",
        Lacks::Kind => "an instance type",
        Lacks::Root => "a root device type",
        Lacks::Tags => "tags that can be read",
        Lacks::Rule => "a rule that decides",
    }
}
