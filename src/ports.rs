//! The interfaces of a run to the world: traits that scan, one that acts, and one that writes the hub's own files.
//! Reading and writing are different types, so that a dry run has nothing to act with.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::config::Channel;
use crate::engine::cost::bill::{About, Group};
use crate::engine::cost::price::{Price, PriceKey};
use crate::engine::cost::spent::Spent;
use crate::engine::doctor::{Attempt, Who};
use crate::engine::evidence::idle::{Evidence, Idleness, Wanted};
use crate::engine::evidence::last_hour::Recent;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::month::Month;
use crate::engine::model::{
    Account, DatabaseEvent, Instance, Kind, Message, ReportOnly, ResourceId, Suspended, Tags, Target, TaskSize,
};
use crate::engine::plan::restart::Volumes;
use crate::engine::rules::Activity;

mod errors;

pub(crate) use errors::chain;
pub use errors::{ActError, NotScanned, PortError};

/// An account as Organizations shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccount {
    /// The account.
    pub account: Account,
    /// Why it is not scanned, if so: suspended, denied.
    pub inactive: Option<String>,
}

impl FoundAccount {
    /// An account that is scanned.
    pub fn active(account: Account) -> Self {
        Self { account, inactive: None }
    }
}

/// Scans. Every method reads, and none writes in an account or anywhere else.
pub trait Scan {
    /// Passes every account in the settings' scope to `each` as it is found, including inactive ones.
    ///
    /// # Errors
    /// Why not all accounts could be listed. Some may have been passed on before.
    fn accounts(&self, each: impl FnMut(FoundAccount)) -> impl Future<Output = Result<(), PortError>>;

    /// Enters one account with the reading role, and reads nothing there.
    ///
    /// # Errors
    /// Why the role cannot be assumed.
    fn enter(&self, _account: &Arc<str>) -> impl Future<Output = Result<(), PortError>> {
        async { Ok(()) }
    }

    /// The tags of one account in AWS Organizations.
    ///
    /// # Errors
    /// Why they are unknown, which is not the same as none.
    fn account_tags(&self, _account: &Arc<str>) -> impl Future<Output = Result<Tags, PortError>> {
        async { Err(PortError("only AWS Organizations has the tags of accounts".to_owned())) }
    }

    /// Lists the accounts of an organisational unit, as [`Self::accounts`] does to match them.
    ///
    /// # Errors
    /// Why they cannot be listed.
    fn unit(&self, _unit: &str) -> impl Future<Output = Result<(), PortError>> {
        async { Ok(()) }
    }

    /// The Regions of one account in the settings' scope.
    fn regions(&self, account: &Arc<str>) -> impl Future<Output = Result<Vec<Arc<str>>, NotScanned>>;

    /// Passes every instance of `target` to `each`, page by page; with `only`, those of these ids that exist.
    fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> impl Future<Output = Result<(), NotScanned>>;

    /// Passes every resource of a kind besides instances in `target` to `each`; with `only`, those of these names that
    /// exist.
    ///
    /// # Errors
    /// Why that kind is unknown there. That says nothing about other kinds.
    fn others(
        &self,
        _target: &Target,
        kind: Kind,
        _only: Option<&[Box<str>]>,
        _each: impl FnMut(Instance),
    ) -> impl Future<Output = Result<(), String>> {
        async move { Err(format!("this port does not list resources of the kind `{}`", kind.as_str())) }
    }

    /// What AWS has kept of starts and stops of all databases of `target`: those of the last two weeks.
    ///
    /// # Errors
    /// Why they are unknown.
    fn database_events(&self, _target: &Target) -> impl Future<Output = Result<Vec<DatabaseEvent>, String>> {
        async { Err("this port knows no events".to_owned()) }
    }

    /// The size of the tasks of a task definition; `None` where the definition does not say it.
    fn task_size(&self, _: &Target, _definition: &str) -> impl Future<Output = Result<Option<TaskSize>, String>> {
        async { Err("this port reads no task definitions".to_owned()) }
    }

    /// The last hour before `now` of these instances. One answer for each; a gap has its reason.
    fn activity(
        &self,
        target: &Target,
        asked: &[Recent],
        now: DateTime<Utc>,
    ) -> impl Future<Output = HashMap<Box<str>, Activity>>;

    /// The e-mail address of the alternate contact of `account` that the settings ask for; `None` where the account has
    /// none.
    ///
    /// # Errors
    /// Why it is unknown, which is not the same as none.
    fn alternate_contact(&self, account: &Arc<str>) -> impl Future<Output = Result<Option<String>, PortError>>;

    /// Weeks of metrics of these instances, until `now`. A metric without a complete answer is a gap with its reason.
    /// An instance that is missing in the answer was not measured.
    fn evidence(
        &self,
        target: &Target,
        wanted: &[Wanted],
        now: DateTime<Utc>,
    ) -> impl Future<Output = HashMap<Box<str>, Evidence>>;

    /// The instances of `target` that receive traffic from a load balancer.
    fn behind_load_balancer(&self, target: &Target) -> impl Future<Output = Result<HashSet<Box<str>>, PortError>>;

    /// The volumes of these instances, as far as known. One answer for each id.
    fn volumes(&self, target: &Target, ids: &[Box<str>]) -> impl Future<Output = HashMap<Box<str>, Volumes>>;

    /// Every resource of these kinds in `target` that may be forgotten, or why a kind is unknown. One answer for each
    /// kind.
    fn reported(
        &self,
        _target: &Target,
        kinds: &[ReportOnly],
        _now: DateTime<Utc>,
    ) -> impl Future<Output = BTreeMap<ReportOnly, Result<Vec<Facts>, String>>> {
        let unknown = |kind: &ReportOnly| (*kind, Err("this reader cannot list it".to_owned()));
        let answer = kinds.iter().map(unknown).collect();
        async { answer }
    }

    /// The verdict on an instance's idleness from an earlier part of the same run. With it, the instance is not
    /// measured again. Only a run in parts has one.
    fn answered(&self, _id: &ResourceId) -> Option<Idleness> {
        None
    }

    /// Calls made so far, including retries.
    fn calls(&self) -> u64;

    /// The cost of the run itself so far: calls by API, metrics requested, dollars.
    fn spent(&self) -> Spent;
}

/// Acts. Only available with a warrant.
pub trait Act {
    /// Writes one tag with one value on these instances.
    fn tag(
        &self,
        target: &Target,
        ids: &[Box<str>],
        key: &str,
        value: &str,
    ) -> impl Future<Output = Result<(), ActError>>;

    /// Removes one tag from these instances.
    fn untag(&self, target: &Target, ids: &[Box<str>], key: &str) -> impl Future<Output = Result<(), ActError>>;

    /// Stops these instances, or hibernates them.
    fn stop(&self, target: &Target, ids: &[Box<str>], hibernate: bool) -> impl Future<Output = Result<(), ActError>>;

    /// Starts these instances.
    fn start(&self, target: &Target, ids: &[Box<str>]) -> impl Future<Output = Result<(), ActError>>;

    /// Sets the desired count of a service, and nothing else.
    fn scale(&self, _target: &Target, _service: &str, _desired: u32) -> impl Future<Output = Result<(), ActError>> {
        async { Err(ActError::Refused("this port does not scale services".to_owned())) }
    }

    /// Sets what is suspended of the scalable target of a service, which it must have.
    fn suspend(&self, _target: &Target, _service: &str, _to: Suspended) -> impl Future<Output = Result<(), ActError>> {
        async { Err(ActError::Refused("this port does not suspend scaling".to_owned())) }
    }
}

/// Asks what only the doctor asks. Each call is a read, a dry run, or a write that its own condition refuses.
pub trait Probe {
    /// Enters one account with the acting role.
    ///
    /// # Errors
    /// Why the role cannot be assumed.
    fn enter(&self, account: &Arc<str>) -> impl Future<Output = Result<(), PortError>>;

    /// Whether a role could make a call for one instance.
    ///
    /// # Errors
    /// Why it is unknown.
    fn attempt(&self, who: Who, attempt: &Attempt, id: &ResourceId) -> impl Future<Output = Result<bool, PortError>>;

    /// The state of a key, such as `Enabled`.
    ///
    /// # Errors
    /// Why it is unknown.
    fn key_state(&self, target: &Target, arn: &str) -> impl Future<Output = Result<String, PortError>>;

    /// The hub's Region, where the pause parameter is.
    fn region(&self) -> String;

    /// Whether a channel can deliver. Nothing is sent.
    ///
    /// # Errors
    /// Why it cannot, or why that is unknown.
    fn channel(&self, channel: &Channel) -> impl Future<Output = Result<(), PortError>>;

    /// Whether the record can be read, listed and written, as a run needs it. Nothing is left in it.
    ///
    /// # Errors
    /// Why it cannot.
    fn record(&self) -> impl Future<Output = Result<(), PortError>>;

    /// The Region whose STS is asked for sessions, if accounts have to opt into it.
    ///
    /// # Errors
    /// Why the caller is unknown.
    fn opt_in_region(&self) -> impl Future<Output = Result<Option<String>, PortError>>;
}

/// AWS's list prices.
pub trait PriceList {
    /// The list price of one key. If the list answered and has no single price for it, the price is unknown. If the
    /// list could not be asked, that is an error, and may be tried again.
    fn lookup(&self, key: &PriceKey) -> impl Future<Output = Result<Price, PortError>>;
}

/// The bill.
pub trait Billing {
    /// The groups that Cost Explorer returns for the months from `from` until before `until`, of the caller's own bill
    /// or of the billing view with this ARN.
    ///
    /// # Errors
    /// Why it is unknown. Some pages may have been paid for.
    fn costs(
        &self,
        about: About,
        from: Month,
        until: Month,
        view: Option<&str>,
    ) -> impl Future<Output = Result<Vec<Group>, PortError>>;
}

/// Sends notifications.
pub trait Messenger {
    /// Sends `message` to `channel`, and returns once the channel has accepted it.
    ///
    /// # Errors
    /// Why it was not accepted, or why that is unknown. The text contains no secret.
    fn send(&self, channel: &Channel, message: &Message) -> impl Future<Output = Result<(), PortError>>;
}

/// The state of the pause switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Not paused.
    Off,
    /// Paused: nothing is stopped or started. Holds the switch's value.
    On(String),
    /// Paused, because the switch cannot be read.
    Unreadable(String),
}

impl Switch {
    /// The reason why nothing is stopped or started, if there is one.
    pub fn why_paused(&self) -> Option<String> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(format!("paused: the pause parameter says `{value}`")),
            Self::Unreadable(why) => Some(format!("paused: the pause parameter cannot be read: {why}")),
        }
    }
}

/// A record of an earlier run: its key and its text.
pub type Entry = (String, String);

/// Reads the pause switch.
pub trait Pause {
    /// Its state; `Off` where the settings have no switch.
    fn switch(&self) -> impl Future<Output = Switch>;
}

/// Reads the run record.
pub trait ReadRecord {
    /// One file of the record; `None` where it does not exist.
    fn read(&self, key: &str) -> impl Future<Output = Result<Option<String>, PortError>>;

    /// The time by the clock of the record's storage, which is the same for all its users; `None` where it has no clock
    /// or does not answer.
    fn now(&self) -> impl Future<Output = Option<DateTime<Utc>>> {
        async { None }
    }

    /// The paths of these files in their folder, with a version that changes with the contents of the file. `None` where
    /// it costs no more to read the files.
    fn versions(
        &self,
        _folder: &str,
        _from: &str,
    ) -> impl Future<Output = Result<Option<Vec<(String, String)>>, PortError>> {
        async { Ok(None) }
    }

    /// The texts of all files in the folder `folder` whose path in it is `from` or sorts after it.
    fn read_since(&self, folder: &str, from: &str) -> impl Future<Output = Result<Vec<Entry>, PortError>>;
}

/// Writes the run record.
pub trait WriteRecord: ReadRecord {
    /// Writes one file of the record and returns its location.
    fn write_bytes(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<String, PortError>>;

    /// The same for a text.
    fn write(&self, key: &str, text: &str) -> impl Future<Output = Result<String, PortError>> {
        self.write_bytes(key, text.as_bytes().to_vec())
    }

    /// Creates one file of the record, or returns the text that it already has.
    fn create(&self, key: &str, text: &str) -> impl Future<Output = Result<Option<String>, PortError>>;

    /// Replaces one file of the record if it still contains `old`. Returns whether it did.
    fn swap(&self, key: &str, old: &str, new: &str) -> impl Future<Output = Result<bool, PortError>>;

    /// Writes one file of the record if it still is as it was read: `old`, or missing. Returns whether it was.
    fn replace(&self, key: &str, old: Option<&str>, new: &str) -> impl Future<Output = Result<bool, PortError>> {
        async move {
            match old {
                None => Ok(self.create(key, new).await?.is_none()),
                Some(old) => self.swap(key, old, new).await,
            }
        }
    }

    /// Removes one file of the record.
    fn remove(&self, key: &str) -> impl Future<Output = Result<(), PortError>>;
}

/// Sets the pause switch, which only an undo does.
pub trait SetPause: Pause {
    /// Sets it to `why`, so that nothing is stopped or started until a person sets it to `off`.
    fn pause(&self, why: &str) -> impl Future<Output = Result<(), PortError>>;
}
