//! Whether an instance can be started again after a stop (law 13). EC2 starts an instance with encrypted volumes only
//! if the caller may create grants on their keys. It starts one with licence configurations only if the caller may
//! use those.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::engine::config::Restart;
use crate::engine::history::History;
use crate::engine::model::ResourceId;

/// The KMS key of an encrypted volume.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Managed by AWS: the key policy allows every principal of the account to create the grants that EC2 needs.
    AwsManaged(Box<str>),
    /// Managed by the customer; its ARN.
    CustomerManaged(Box<str>),
    /// The manager is unknown, for this cause.
    Unknown(String),
}

/// What is known about the volumes of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Volumes {
    /// Not requested: a saved inventory has no volumes.
    NotAsked,
    /// The keys of the encrypted volumes.
    Keys(BTreeSet<Key>),
    /// Requested, but there is no answer, for this cause.
    Unknown(String),
}

/// Why the acting role could not start an instance again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A customer-managed key that `kms-keys` does not name.
    Key(Box<str>),
    /// A licence configuration that `license-configurations` does not name.
    License(Box<str>),
    /// The keys of its volumes are unknown, for this cause.
    Unknown(String),
    /// The last start failed or fell back; known since this time.
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

/// The first obstacle to starting `id` again with the acting role. `launch`: its last start.
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
