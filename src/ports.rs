//! What the flow needs from the world: traits that look, one that acts, one that writes the hub's own things. Reading and
//! writing are different types, so that a dry run has nothing to act with.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::engine::config::Channel;
use crate::engine::cost::price::{Price, PriceKey};
use crate::engine::cost::spent::Spent;
use crate::engine::evidence::idle::{Evidence, Idleness, Wanted};
use crate::engine::evidence::last_hour::Recent;
use crate::engine::model::{Account, Instance, Message, ResourceId, Target};
use crate::engine::plan::restart::Volumes;
use crate::engine::rules::case::Activity;

/// An account as Organizations shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccount {
    /// The account.
    pub account: Account,
    /// Why it is not looked at, where that is so: suspended, denied.
    pub inactive: Option<String>,
}

/// Why a target could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotScanned {
    /// The organisation's policy closes the Region on purpose.
    Denied,
    /// It was denied, failed or was too slow, for this cause.
    Unreachable(String),
}

/// Something went wrong in the world, in words: what, where, why, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PortError(pub String);

/// An error and its causes, outermost first, with `between` before each cause.
pub(crate) fn chain(error: &dyn std::error::Error, between: &str) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !words.contains(&text) {
            words = format!("{words}{between}{text}");
        }
        source = cause.source();
    }
    words
}

impl From<serde_json::Error> for PortError {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// Why an act did not happen, as far as it matters for what is done next.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ActError {
    /// AWS refused: with several instances in the call, one of them may be the reason.
    #[error("{0}")]
    Refused(String),
    /// It was not sent: there was no time for it, or too much had gone by since the last look.
    #[error("{0}")]
    NotSent(String),
    /// Nobody knows whether it happened: a time-out, a cut connection, an error of AWS's own.
    #[error("{0}")]
    Unclear(String),
}

/// Looks. Every method reads and none writes, in the accounts looked at or anywhere else.
pub trait Scan {
    /// Hands every account in the settings' scope to `each` as it is found, inactive ones included.
    ///
    /// # Errors
    /// Why they could not all be listed, whatever was handed out by then.
    fn accounts(&self, each: impl FnMut(FoundAccount)) -> impl Future<Output = Result<(), PortError>>;

    /// The Regions of one account in the settings' scope.
    fn regions(&self, account: &Arc<str>) -> impl Future<Output = Result<Vec<Arc<str>>, NotScanned>>;

    /// Hands every instance of `target` to `each`, page by page; with `only`, those of these ids that exist.
    fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> impl Future<Output = Result<(), NotScanned>>;

    /// The last hour before `now` of these instances. One answer for each; a gap says why.
    fn activity(
        &self,
        target: &Target,
        asked: &[Recent],
        now: DateTime<Utc>,
    ) -> impl Future<Output = HashMap<Box<str>, Activity>>;

    /// The e-mail address of the alternate contact of `account` that the settings ask for; `None` where the account
    /// has none.
    ///
    /// # Errors
    /// Why it is unknown, which is not the same as none.
    fn alternate_contact(&self, account: &Arc<str>) -> impl Future<Output = Result<Option<String>, PortError>>;

    /// Weeks of metrics of these instances, until `now`. What has no whole answer is a gap that says why; an instance
    /// that is not in the answer was not measured.
    fn evidence(
        &self,
        target: &Target,
        wanted: &[Wanted],
        now: DateTime<Utc>,
    ) -> impl Future<Output = HashMap<Box<str>, Evidence>>;

    /// The instances of `target` to which a load balancer sends.
    fn behind_load_balancer(&self, target: &Target) -> impl Future<Output = Result<HashSet<Box<str>>, PortError>>;

    /// What is known of the volumes of these instances. One answer for each id.
    fn volumes(&self, target: &Target, ids: &[Box<str>]) -> impl Future<Output = HashMap<Box<str>, Volumes>>;

    /// What an earlier part of the same run has found out about whether an instance does anything; it is not measured
    /// again then. Only a run in parts has such.
    fn answered(&self, _id: &ResourceId) -> Option<Idleness> {
        None
    }

    /// Calls made so far, retries included.
    fn calls(&self) -> u64;

    /// What the run cost itself so far: calls by API, metrics asked for, dollars.
    fn spent(&self) -> Spent;
}

/// Acts. Handed out for a warrant only.
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
}

/// AWS's list prices.
pub trait PriceList {
    /// What the list says of one key. Where the list answered and has no single price for it, the price is unknown;
    /// where it could not be asked, that is an error, and may be tried again.
    fn lookup(&self, key: &PriceKey) -> impl Future<Output = Result<Price, PortError>>;
}

/// Tells people.
pub trait Messenger {
    /// Hands `message` to `channel`, and answers once the channel has accepted it.
    ///
    /// # Errors
    /// Why it was not accepted, or why nobody knows. No secret stands in the words.
    fn send(&self, channel: &Channel, message: &Message) -> impl Future<Output = Result<(), PortError>>;
}

/// What the pause switch says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Go on.
    Off,
    /// Nothing is stopped or started; the switch's value.
    On(String),
    /// The same, because the switch cannot be read.
    Unreadable(String),
}

impl Switch {
    /// Why nothing is stopped or started, if so.
    pub fn why_paused(&self) -> Option<String> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(format!("paused: the pause parameter says `{value}`")),
            Self::Unreadable(why) => Some(format!("paused: the pause parameter cannot be read: {why}")),
        }
    }
}

/// A record of an earlier run, by its key, and the text of it.
pub type Entry = (String, String);

/// Asks the pause switch.
pub trait Pause {
    /// What it says; `Off` where the settings have none.
    fn switch(&self) -> impl Future<Output = Switch>;
}

/// Reads the run record.
pub trait ReadRecord {
    /// One file of the record; `None` where it is not there.
    fn read(&self, key: &str) -> impl Future<Output = Result<Option<String>, PortError>>;

    /// What time it is by the clock of whatever keeps the record, which is the same for everybody who uses it; `None` where it
    /// has none or does not say.
    fn now(&self) -> impl Future<Output = Option<DateTime<Utc>>> {
        async { None }
    }

    /// The texts of every file under the folder `folder` whose path beneath it begins at `from` or after it.
    fn read_since(&self, folder: &str, from: &str) -> impl Future<Output = Result<Vec<Entry>, PortError>>;
}

/// Writes the run record.
pub trait WriteRecord: ReadRecord {
    /// Writes one file of the record and answers where it is.
    fn write(&self, key: &str, text: &str) -> impl Future<Output = Result<String, PortError>>;

    /// Creates one file of the record, or answers what stands there already.
    fn create(&self, key: &str, text: &str) -> impl Future<Output = Result<Option<String>, PortError>>;

    /// Replaces one file of the record if it still says `old`; whether it did.
    fn swap(&self, key: &str, old: &str, new: &str) -> impl Future<Output = Result<bool, PortError>>;

    /// Removes one file of the record.
    fn remove(&self, key: &str) -> impl Future<Output = Result<(), PortError>>;
}

/// Sets the pause switch, which only an undo does.
pub trait SetPause: Pause {
    /// Sets it to `why`, so that nothing is stopped or started until somebody sets it to `off`.
    fn pause(&self, why: &str) -> impl Future<Output = Result<(), PortError>>;
}
