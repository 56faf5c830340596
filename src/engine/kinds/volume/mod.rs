//! EBS volumes: attached to nothing, or only to stopped instances; and `gp2` where `gp3` is cheaper.

mod billing;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::kinds::reported::{Stopped, Surroundings, manager, quoted};
use crate::engine::model::{ReportOnly, Tags, Unused, WhyUnused, sane_option};

/// What DescribeVolumes returned; `None` for what it did not return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Volume {
    /// `vol-…`
    pub id: Box<str>,
    /// `gp2`, `gp3`, …
    pub kind: Option<Box<str>>,
    /// GiB.
    pub size: Option<u32>,
    /// Provisioned operations per second.
    pub iops: Option<u32>,
    /// Provisioned throughput in MiB per second.
    pub throughput: Option<u32>,
    /// `available`, `in-use`, …
    pub state: Option<Box<str>>,
    /// The Availability Zone.
    pub zone: Option<Box<str>>,
    /// When it was created.
    #[serde(deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// The instances that it is attached to; `None` for an attachment to something else.
    pub attached: Vec<Option<Box<str>>>,
    /// The AWS service that manages it.
    pub operator: Option<Box<str>>,
    /// Whether it is on an Outpost.
    pub on_outpost: bool,
    /// Its tags.
    pub tags: Tags,
}

impl Volume {
    /// Why it seems to be forgotten; `None` where it is in use, or where that is unknown.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        let (why, not_before) = self.why(around)?;
        let kind = self.kind.as_deref().unwrap_or_default();
        let (billed, unpriced) = match billing::billed(self, &why) {
            Ok(billed) => (billed, None),
            Err(why) => (Vec::new(), Some(why.into())),
        };
        let size = self.size.map_or_else(String::new, |size| format!("{size} GiB "));
        let operator = self.operator.as_deref().map(|operator| format!("AWS (`{operator}`)").into());
        Some(Unused {
            size: format!("{size}{kind}").trim().into(),
            not_before,
            managed: operator.or_else(|| manager(&self.tags)).or_else(|| builder(&self.tags)),
            priced_in: billing::priced_in(&around.place.region, self.zone.as_deref()),
            billed,
            unpriced,
            command: self.command(&around.place.region, &why).into(),
            ..around.unused(ReportOnly::Volume, &self.id, why, &self.tags)
        })
    }

    fn why(&self, around: &Surroundings<'_>) -> Option<(WhyUnused, Option<DateTime<Utc>>)> {
        match (self.state.as_deref()?, self.attached.as_slice()) {
            ("available", []) => return Some((WhyUnused::Unattached, self.created)),
            ("in-use", [_, ..]) => {}
            _ => return None,
        }
        let attached = self.attached.iter().map(Option::as_deref);
        let all: Option<Vec<(&str, &Stopped)>> = attached.map(|id| Some((id?, around.stopped.get(id?)?))).collect();
        if let Some(all) = all
            && let Some(((instance, _), others)) = all.split_first()
        {
            let by_reaper = all.iter().all(|(_, stopped)| stopped.by_reaper);
            let others = others.iter().map(|(id, _)| (*id).into()).collect();
            let why = WhyUnused::OfStopped { instance: (*instance).into(), others, by_reaper };
            return Some((why, all.iter().filter_map(|(_, stopped)| stopped.launched).max()));
        }
        let is_gp2 = self.kind.as_deref() == Some("gp2");
        is_gp2.then(|| (WhyUnused::Cheaper { than: "gp3".into() }, self.created))
    }

    fn command(&self, region: &str, why: &WhyUnused) -> String {
        let id = quoted(&self.id);
        let act = match why {
            // It shows the device, and whether the volume ends with its instance. What to do then is a person's choice.
            WhyUnused::OfStopped { .. } => format!("describe-volumes --volume-ids {id}"),
            WhyUnused::Cheaper { .. } => {
                let (iops, throughput) = billing::matching(self.size.unwrap_or_default());
                format!("modify-volume --volume-id {id} --volume-type gp3 --iops {iops} --throughput {throughput}")
            }
            WhyUnused::Unattached
            | WhyUnused::Unassociated
            | WhyUnused::NoTraffic { .. }
            | WhyUnused::NoTargets { .. }
            | WhyUnused::NoNodes
            | WhyUnused::Running { .. }
            | WhyUnused::Replaced { .. } => format!("delete-volume --volume-id {id}"),
        };
        format!("aws ec2 {act} --region {}", quoted(region))
    }
}

/// Whether the name says that a build of an image made it and will remove it.
fn builder(tags: &Tags) -> Option<Box<str>> {
    let name = tags.get("Name")?;
    name.to_ascii_lowercase().starts_with("packer").then(|| format!("the name `{name}`").into())
}
