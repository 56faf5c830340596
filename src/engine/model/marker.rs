//! Evidence that an instance belongs to a class that is skipped. It is data, so that each language has its own text
//! for it.

use serde::{Deserialize, Serialize};

/// Evidence that a stop would do harm, or save nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marker {
    /// A tag with this key.
    Tag(String),
    /// A tag with this key and value.
    TagIs(String, String),
    /// The service that `Operator` names.
    ManagedBy(String),
    /// `Operator` says that the instance is managed, but not by which service.
    ManagedByUnnamed,
    /// A root device type other than `ebs`; empty where the response did not have it.
    RootDevice(String),
    /// Instance-store volumes in its block device mappings.
    EphemeralVolumes,
    /// An instance type that has instance store.
    HasStore(String),
    /// An instance type that is unknown to this release.
    UnknownType(String),
    /// A Dedicated Host, by id.
    Host(String),
    /// Tenancy `host`.
    TenancyHost,
    /// An Outpost, by ARN.
    Outpost(String),
    /// A Mac instance, by type.
    Mac(String),
    /// A capacity reservation or block, by id.
    Reservation(String),
    /// The source/destination check is off.
    Forwards,
    /// A Marketplace product, by code.
    Product(String),
}

/// The entry of `[never]` that matches an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listed {
    /// A pattern over accounts.
    Account(String),
    /// An organisational unit, by id.
    Unit(String),
    /// Possibly a unit: the units of the account are unknown, and unknown protects.
    UnitsUnknown,
    /// A pattern over account names, where the account's name is unknown.
    NameUnknown(String),
    /// A pattern over accounts, where even the account's id is unknown: an inventory may lack it.
    AccountUnknown(String),
    /// A tag pattern.
    Tag(String),
}

impl Listed {
    /// Whether the match is only possible, because something about the account is unknown.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::UnitsUnknown | Self::NameUnknown(_) | Self::AccountUnknown(_) => true,
            Self::Account(_) | Self::Unit(_) | Self::Tag(_) => false,
        }
    }
}

/// An unknown fact that a policy's `match` requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownFact {
    /// The account's id.
    AccountId,
    /// The account's name.
    AccountName,
    /// The organisational units that contain the account.
    AccountUnits,
    /// The account's tags.
    AccountTags,
    /// The Region.
    Region,
    /// The instance type.
    Kind,
    /// At least one of its tags.
    Tags,
}

/// A missing value without which no decision is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lacks {
    /// The instance id.
    Id,
    /// The launch time.
    Launch,
    /// The instance type.
    Kind,
    /// The root device type.
    Root,
    /// At least one of its tags.
    Tags,
    /// The first launch, from which one of its tags counts a span.
    FirstLaunch,
    /// A rule that decides. The rules cover every case, so this never occurs.
    Rule,
}
