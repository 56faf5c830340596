//! Auto Scaling groups and EKS node groups, told from the tags of their instances, which every scan has. Neither is listed, so
//! that they cost no call and no permission. None is ever touched: at zero it terminates its instances.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

use crate::engine::cost::parts::Part;
use crate::engine::cost::price::{PriceKey, Tenancy};
use crate::engine::kinds::ec2::auto_scaling_member::GROUP;
use crate::engine::kinds::reported::{manager, quoted, relied_on};
use crate::engine::model::{Billed, Instance, Kind, ReportOnly, State, Tags, Target, Unused, UnusedId, WhyUnused};
use crate::engine::report::Row;
use crate::engine::report::host::Host;

/// EKS sets these keys on every instance of a managed node group.
const CLUSTER: &str = "eks:cluster-name";
const NODE_GROUP: &str = "eks:nodegroup-name";

/// How far back hours are counted: every schedule that repeats weekly is closed in it as usual.
const WINDOW: Duration = Duration::days(7);

/// The group of a running instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its kind.
    pub kind: ReportOnly,
    /// Its name; of a node group behind that of its cluster.
    pub group: Box<str>,
    /// The tags of the instance.
    tags: Tags,
}

impl Member {
    /// The group of `instance`, if it runs in one of these kinds. A node group has an Auto Scaling group of its own, which
    /// only EKS may change.
    pub fn of(instance: &Instance, kinds: &[ReportOnly]) -> Option<Self> {
        if instance.state != State::Running || instance.id.kind != Kind::Instance {
            return None;
        }
        let tag = |key| instance.tags.get(key).filter(|value| !value.is_empty());
        let (kind, group) = match (tag(CLUSTER).zip(tag(NODE_GROUP)), tag(GROUP)) {
            (Some((cluster, group)), _) => (ReportOnly::NodeGroup, format!("{cluster}/{group}")),
            (None, Some(group)) => (ReportOnly::AutoScalingGroup, group.to_owned()),
            (None, None) => return None,
        };
        kinds.contains(&kind).then(|| Self { kind, group: group.into(), tags: instance.tags.clone() })
    }
}

/// A group: where it is, its kind and its name.
pub(super) type InGroup<'a> = (&'a Target, ReportOnly, &'a str);

impl Row {
    /// The group that it runs in.
    pub(super) fn in_group(&self) -> Option<InGroup<'_>> {
        self.member.as_deref().map(|member| (&*self.id.place, member.kind, &*member.group))
    }
}

/// Every group that has running instances, by target. The rows are those of a whole target, or of none of it.
pub fn groups(rows: &[Row], now: DateTime<Utc>) -> HashMap<Target, Vec<Unused>> {
    let mut members: BTreeMap<InGroup<'_>, Vec<(&Row, &Member)>> = BTreeMap::new();
    for row in rows {
        if let (Some(group), Some(member)) = (row.in_group(), row.member.as_deref()) {
            members.entry(group).or_default().push((row, member));
        }
    }
    let (mut closed, mut groups) = (HashMap::new(), HashMap::<Target, Vec<Unused>>::new());
    for members in members.values() {
        if let Some(group) = group(members, |row| closed_hours(row, now, &mut closed)) {
            groups.entry((*group.id.place).clone()).or_default().push(group);
        }
    }
    groups
}

/// What the members have in common.
fn group(members: &[(&Row, &Member)], hours: impl FnMut(&Row) -> Option<Duration>) -> Option<Unused> {
    let ((first, member), rows) = (members.first()?, members.iter().map(|(row, _)| *row));
    let (region, tags) = (&*first.id.place.region, common(members));
    // Kubernetes marks each of its nodes, managed ones too.
    let is_of_nodes = member.kind == ReportOnly::NodeGroup;
    let managed = relied_on(&tags).or_else(|| manager(&tags).filter(|_| !is_of_nodes));
    let hours: Option<Vec<Duration>> = rows.clone().map(hours).collect();
    let (priced_in, billed, unpriced) = price(rows.clone(), region);
    Some(Unused {
        id: UnusedId { place: first.id.place.clone(), kind: member.kind, id: (&*member.group).into() },
        why: WhyUnused::Running {
            members: u32::try_from(members.len()).unwrap_or(u32::MAX),
            since: rows.clone().map(|row| row.launch).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min()),
            // A group that is scaled in for the night has instances that were launched in the morning.
            all_closed: hours.iter().any(|all| all.iter().all(|hours| *hours >= Duration::hours(1))),
            closed_hours: hours.map(|all| all.iter().sum::<Duration>().num_hours()),
            kept: rows.clone().any(|row| Host::judged(&row.verdict) == Host::Kept),
        },
        size: Box::default(),
        tags,
        not_before: None,
        managed,
        priced_in,
        billed,
        unpriced,
        command: command(member, region).into(),
    })
}

/// How long a member has run while its schedule was closed, within the window; `None` where it has none, or no launch.
fn closed_hours(
    row: &Row,
    now: DateTime<Utc>,
    known: &mut HashMap<(usize, DateTime<Utc>), Duration>,
) -> Option<Duration> {
    let (schedule, launch) = (row.schedule.as_ref()?, row.launch?);
    let from = launch.max(now.checked_sub_signed(WINDOW).unwrap_or(DateTime::<Utc>::MIN_UTC));
    // Members share their schedule, and most have run through the window.
    let key = (Arc::as_ptr(schedule).addr(), from);
    Some(*known.entry(key).or_insert_with(|| {
        let open = schedule.open_periods(from, now).into_iter().map(|(from, to)| to - from);
        open.fold((now - from).max(Duration::zero()), |left, open| left - open)
    }))
}

/// The tags that every member has: those of the group, without what is written to one instance.
fn common(members: &[(&Row, &Member)]) -> Tags {
    let Some(((_, first), others)) = members.split_first() else { return Tags::default() };
    let is_common = |(key, value): &(&str, &str)| others.iter().all(|(_, other)| other.tags.get(key) == Some(*value));
    Tags::new(first.tags.iter().filter(is_common))
}

/// Where and what is billed. Prices that cannot be summed are unknown.
fn price<'a>(rows: impl Iterator<Item = &'a Row>, region: &str) -> (Box<str>, Vec<Billed>, Option<Box<str>>) {
    let (mut place, mut billed) = (None, BTreeMap::<&PriceKey, Decimal>::new());
    let unknown = |why: &str| (region.into(), Vec::new(), Some(why.into()));
    for row in rows {
        let parts = match row.parts.as_deref() {
            Some(Ok(parts)) => parts,
            Some(Err(why)) => return unknown(why),
            None => return unknown("no policy matches its instances, so that their price was not asked"),
        };
        for Part { key, quantity } in parts {
            if key.tenancy != Tenancy::Shared || *place.get_or_insert(&*key.region) != &*key.region {
                return unknown("its instances are priced in several ways");
            }
            *billed.entry(key).or_default() += quantity;
        }
    }
    let of = |(key, quantity): (&PriceKey, Decimal)| {
        let PriceKey { product, kind, region: _, operation, tenancy: _ } = key.clone();
        Billed { product, kind, operation, quantity }
    };
    (place.unwrap_or(region).into(), billed.into_iter().map(of).collect(), None)
}

/// Scales it to zero, which terminates its instances.
fn command(member: &Member, region: &str) -> String {
    let region = quoted(region);
    match (member.kind, member.group.split_once('/')) {
        (ReportOnly::NodeGroup, Some((cluster, group))) => format!(
            "aws eks update-nodegroup-config --cluster-name {} --nodegroup-name {} --scaling-config minSize=0,desiredSize=0 \
             --region {region}",
            quoted(cluster),
            quoted(group)
        ),
        _ => format!(
            "aws autoscaling update-auto-scaling-group --auto-scaling-group-name {} --min-size 0 --desired-capacity 0 \
             --region {region}",
            quoted(&member.group)
        ),
    }
}
