//! What prices and evidence need to know of an instance, beside what the rules of the hours ask.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Every field is as DescribeInstances gave it; `None` means that the answer did not say. Snapshots of older
/// releases have none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Details {
    /// The Availability Zone, Local Zone or Wavelength Zone: the latter two have prices of their own.
    pub zone: Option<Box<str>>,
    /// The first launch: when the primary network interface was attached. The launch time is the last start.
    pub created: Option<DateTime<Utc>>,
    /// `PlatformDetails`, such as `Linux/UNIX` or `Windows`: what the price depends on.
    pub platform: Option<Box<str>>,
    /// `UsageOperation`, such as `RunInstances:0002`: the price list's own word for it.
    pub usage: Option<Box<str>>,
    /// Virtual CPUs: cores × threads of each.
    pub vcpus: Option<u32>,
    /// The image that it was started from.
    pub image: Option<Box<str>>,
    /// How many network interfaces it has.
    pub interfaces: u32,
    /// The name of its instance profile.
    pub profile: Option<Box<str>>,
    /// The ids of its EBS volumes.
    pub volumes: Box<[Box<str>]>,
    /// The ARNs of the licence configurations that it uses.
    pub licenses: Box<[Box<str>]>,
}
