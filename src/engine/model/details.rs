//! Facts about an instance that prices and evidence need, and the rules about hours do not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Every field is as DescribeInstances returned it; `None` means that the response did not have it. Snapshots of older
/// releases have none of these fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Details {
    /// The Availability Zone, Local Zone or Wavelength Zone. The latter two have their own prices.
    pub zone: Option<Box<str>>,
    /// The first launch: when the primary network interface was attached. The launch time is the last start.
    pub created: Option<DateTime<Utc>>,
    /// `PlatformDetails`, such as `Linux/UNIX` or `Windows`: the price depends on it.
    pub platform: Option<Box<str>>,
    /// `UsageOperation`, such as `RunInstances:0002`: the price list uses this value.
    pub usage: Option<Box<str>>,
    /// Virtual CPUs: cores × threads per core.
    pub vcpus: Option<u32>,
    /// The AMI from which it was launched.
    pub image: Option<Box<str>>,
    /// The number of network interfaces.
    pub interfaces: u32,
    /// The name of its instance profile.
    pub profile: Option<Box<str>>,
    /// The ids of its EBS volumes.
    pub volumes: Box<[Box<str>]>,
    /// The ARNs of the licence configurations that it uses.
    pub licenses: Box<[Box<str>]>,
}
