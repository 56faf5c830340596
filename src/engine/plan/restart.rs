//! Whether what is stopped could be started again: EC2 starts an instance with encrypted volumes only where the caller may
//! make grants on their keys, and one with licence configurations only where the caller may use those (law 13).

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::engine::config::Restart;
use crate::engine::history::past_runs::History;
use crate::engine::model::ResourceId;

/// The KMS key of an encrypted volume.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// AWS manages it: its own policy lets every principal of the account make EC2's grants.
    AwsManaged(Box<str>),
    /// A customer manages it, by its ARN.
    CustomerManaged(Box<str>),
    /// Who manages it is not known, for this cause.
    Unknown(String),
}

/// What is known of the volumes of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Volumes {
    /// Nobody asked: an inventory cannot be asked.
    NotAsked,
    /// The keys of those that are encrypted.
    Keys(BTreeSet<Key>),
    /// It was asked for, and there is no answer, for this cause.
    Unknown(String),
}

/// Why the acting role could not start an instance again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A customer-managed key that `kms-keys` does not name.
    Key(Box<str>),
    /// A licence configuration that `license-configurations` does not name.
    License(Box<str>),
    /// The keys of its volumes are not known, for this cause.
    Unknown(String),
    /// The last start failed or fell back, as it was known at this instant.
    StartFailed(DateTime<Utc>),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(arn) => write!(
                f,
                "a volume is encrypted with the customer-managed key `{arn}`, which `kms-keys` in `[restart]` does not name; \
                 let the acting role make grants on it (`KmsKeys` of spoke.yaml), then name it there"
            ),
            Self::License(arn) => write!(
                f,
                "it uses the licence configuration `{arn}`, which `license-configurations` in `[restart]` does not name; see \
                 that the acting role may start instances with it (`StartWithItsLicence` of spoke.yaml), then name it there"
            ),
            Self::Unknown(why) => write!(f, "it is not known which keys encrypt its volumes: {why}"),
            Self::StartFailed(at) => write!(
                f,
                "the last start failed at {}; it is held against it for nine days, or until a start succeeds",
                at.format("%Y-%m-%d %H:%M UTC")
            ),
        }
    }
}

/// The first thing that would keep the acting role from starting `id` again, which was last started at `launch`.
pub fn obstacle(
    restart: &Restart,
    history: &History,
    id: &ResourceId,
    launch: Option<DateTime<Utc>>,
    licenses: &[Box<str>],
    volumes: &Volumes,
) -> Option<Obstacle> {
    if let Some(failed) = history.start_failed.get(id).filter(|failed| !failed.is_over(launch)) {
        return Some(Obstacle::StartFailed(failed.at));
    }
    if let Some(license) = licenses.iter().find(|license| !restart.may_use_license(license)) {
        return Some(Obstacle::License(license.clone()));
    }
    match volumes {
        Volumes::NotAsked => None,
        Volumes::Unknown(why) => Some(Obstacle::Unknown(why.clone())),
        Volumes::Keys(keys) => keys.iter().find_map(|key| match key {
            Key::AwsManaged(_) => None,
            Key::CustomerManaged(arn) => (!restart.may_use_key(arn)).then(|| Obstacle::Key(arn.clone())),
            Key::Unknown(why) => Some(Obstacle::Unknown(why.clone())),
        }),
    }
}
