//! By what an instance is told to be something that is left alone: data, so that every language has its own
//! words for it.

use serde::{Deserialize, Serialize};

/// What tells that a stop would harm somebody, or save nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marker {
    /// A tag with this key.
    Tag(String),
    /// A tag with this key and this value.
    TagIs(String, String),
    /// The service that `Operator` names.
    ManagedBy(String),
    /// `Operator` says that it is managed, and not by whom.
    ManagedByUnnamed,
    /// A root device type other than `ebs`; empty where the answer did not say.
    RootDevice(String),
    /// Instance-store volumes in its block device mappings.
    EphemeralVolumes,
    /// An instance type that has instance store.
    HasStore(String),
    /// An instance type that this release does not know.
    UnknownType(String),
    /// A Dedicated Host, by id.
    Host(String),
    /// Tenancy `host`.
    TenancyHost,
    /// An Outpost, by ARN.
    Outpost(String),
    /// A Mac, by instance type.
    Mac(String),
    /// A capacity reservation or block, by id.
    Reservation(String),
    /// The source/destination check is off.
    Forwards,
    /// A marketplace product, by code.
    Product(String),
}

/// What in `[never]` names an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A pattern over accounts.
    Account(String),
    /// An organisational unit, by id.
    Unit(String),
    /// Perhaps a unit: those of the account are unknown, and unknown protects.
    UnitsUnknown,
    /// A pattern of account names, where the account's name is unknown.
    NameUnknown(String),
    /// A pattern over accounts, where not even the account's id is known: an inventory may not say it.
    AccountUnknown(String),
    /// A tag pattern.
    Tag(String),
}

impl Listed {
    /// Whether it only may be listed, because something about its account is unknown.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::UnitsUnknown | Self::NameUnknown(_) | Self::AccountUnknown(_) => true,
            Self::Account(_) | Self::Unit(_) | Self::Tag(_) => false,
        }
    }
}

/// A fact that a policy's `match` asks for and that is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFact {
    /// The account's id.
    AccountId,
    /// The account's name.
    AccountName,
    /// The Region.
    Region,
    /// The instance type.
    Kind,
    /// At least one of its tags.
    Tags,
}

/// What an answer lacks, or what else is missing without which nothing may be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// A rule that decides; the rules are total, so that this is never seen.
    Rule,
}
