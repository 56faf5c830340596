//! The settings: read from TOML, checked as a whole, and turned into types that cannot be wrong.
//!
//! One element of the file is one module here. A mistake anywhere means that nothing is looked at.

mod busy;
mod calendars;
mod caps;
mod channels;
mod complaint;
mod idle;
mod money;
mod never;
mod notify;
mod owners;
mod policies;
mod reader;
mod restart;
mod run;
mod schedules;
mod schema;
mod scope;
mod shape;
mod tag_names;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use crate::engine::config::busy::{Busy, Unmeasured};
pub use crate::engine::config::caps::Caps;
pub use crate::engine::config::channels::{Channel, Format, Secret, Topic, Way};
pub use crate::engine::config::complaint::{Complaint, SettingsInvalid};
pub use crate::engine::config::idle::{Idle, IdleDeed};
pub use crate::engine::config::money::{Budget, Money};
pub use crate::engine::config::never::Never;
pub use crate::engine::config::notify::Notify;
pub use crate::engine::config::owners::{ByAccount, ContactType, Owners};
pub use crate::engine::config::policies::{AtOpening, Fit, Match, Outside, Policy, Stage};
pub use crate::engine::config::restart::Restart;
pub use crate::engine::config::run::{Pause, Place, Run};
pub use crate::engine::config::schema::schema;
pub use crate::engine::config::scope::{Accounts, Regions, ScopeSettings, UNKNOWN};
pub use crate::engine::tags::names::TagNames;

use crate::engine::config::reader::{Section, Source, did_you_mean};
use crate::engine::config::shape::Form;
use crate::engine::schedule::{Calendar, Schedule};

/// How many days before a calendar's data ends `check` begins to warn.
const WARN_DAYS: i64 = 365;

/// A name that [`check_name`] accepts.
const NAME: Form = Form::Like("^[A-Za-z0-9._-]{1,64}$");

/// Settings that hold together.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where they came from, as the user gave it.
    pub source: String,
    /// SHA-256 of the text, the first 16 hexadecimal digits.
    pub hash: String,
    /// `[run]`
    pub run: Run,
    /// `[scope]`
    pub scope: ScopeSettings,
    /// `[tags]`
    pub tags: TagNames,
    /// `[channels.…]`
    pub channels: BTreeMap<String, Arc<Channel>>,
    /// `[owners]`
    pub owners: Owners,
    /// `[notify]`
    pub notify: Notify,
    /// `[never]`
    pub never: Never,
    /// `[caps]`
    pub caps: Caps,
    /// `[restart]`
    pub restart: Restart,
    /// `[busy]`; `None` where it is off, and the last hour is not measured.
    pub busy: Option<Busy>,
    /// `[money]`
    pub money: Money,
    /// `[idle]`; without it nothing is found idle.
    pub idle: Option<Idle>,
    /// `[calendars.…]`
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    /// `[schedules.…]`
    pub schedules: BTreeMap<String, Arc<Schedule>>,
    /// `[[policies]]`, in the order of the file.
    pub policies: Vec<Arc<Policy>>,
}

impl Settings {
    /// Reads and checks a settings file.
    ///
    /// # Errors
    /// [`SettingsInvalid`] with every complaint, in the order of the file.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, SettingsInvalid> {
        let source = Source::new(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        complain_of_syntax(&source, text, &errors);
        let settings = if errors.is_empty() { read(&source, source_name, document.get_ref()) } else { None };
        let complaints = source.into_complaints();
        match settings {
            Some(settings) if complaints.is_empty() => Ok(settings),
            _ => Err(SettingsInvalid { source_name: source_name.to_owned(), complaints }),
        }
    }

    /// The zone by which months and weeks of the whole organisation begin: that of the first policy.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.policies.first().map_or(chrono_tz::Tz::UTC, |policy| policy.schedule.zone())
    }

    /// Things that are allowed and that the operator should know, as `check` prints them.
    pub fn warnings(&self, now: DateTime<Utc>) -> Vec<String> {
        let mut warnings = Vec::new();
        for calendar in self.calendars.values() {
            if let Some(last) = calendar.last_covered().filter(|last| (*last - now.date_naive()).num_days() < WARN_DAYS)
            {
                warnings.push(format!(
                    "calendar `{}` has holidays until {last}; after that nothing under it is stopped or started",
                    calendar.name
                ));
            }
        }
        if self.run.armed && self.run.record.is_none() {
            warnings
                .push("`armed = true` without `record`: nothing is acted on until a record is configured".to_owned());
        }
        let enforced = self.policies.iter().any(|policy| policy.stage == Stage::Enforce);
        if self.run.armed && !enforced {
            warnings.push("`armed = true`, and no policy has `stage = \"enforce\"`: nothing is acted on".to_owned());
        }
        if self.never.needs_names() && self.scope.accounts != Accounts::Organization {
            warnings.push(
                "`[never]` names accounts, and names are known with `accounts = \"organization\"` only: everything counts as \
                 listed; write account ids instead"
                    .to_owned(),
            );
        }
        for policy in self.policies.iter().filter(|policy| policy.matcher.needs_names()) {
            if self.scope.accounts != Accounts::Organization {
                warnings.push(format!(
                    "policy `{}` matches accounts by name, and names are known with `accounts = \"organization\"` only: \
                     what its other keys fit is never stopped (`match-unknown`), not by a later policy either; write \
                     account ids instead",
                    policy.name
                ));
            }
        }
        if self.owners.needs_names() && self.scope.accounts != Accounts::Organization {
            warnings.push(
                "`[owners]` maps accounts by name, and names are known with `accounts = \"organization\"` only: what no \
                 tag gives an owner has none; write account ids instead"
                    .to_owned(),
            );
        }
        if !self.channels.is_empty() && self.notify.operator.is_none() {
            warnings.push(
                "`[notify]` has no `operator`: nobody is told of what has no owner, or an owner without a channel"
                    .to_owned(),
            );
        }
        if self.policies.is_empty() {
            warnings.push("there are no policies: every instance is out of scope".to_owned());
        }
        if enforced && self.busy.is_none() {
            let what = "`[busy]` is off: instances are stopped whatever they did in the last hour";
            warnings.push(what.to_owned());
        }
        for policy in &self.policies {
            if policy.matcher.selects_nothing() {
                warnings.push(format!("policy `{}` has an empty list in `match`: it matches nothing", policy.name));
            }
        }
        warnings
    }
}

/// What is no TOML. A table that is written twice, such as `[policies]`, has all of its keys twice, too: that is said once.
fn complain_of_syntax(source: &Source<'_>, text: &str, errors: &[toml::de::Error]) {
    let mut twice = None;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = text.get(..span.start).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
        let header = text.get(line..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim_start();
        let (duplicate, message) = (error.message().contains("duplicate key"), error.message().trim_end());
        let within = |from: usize| text.get(from..line).is_some_and(|rest| !rest.contains("\n["));
        if duplicate && header.starts_with('[') {
            let name = header.trim_matches(|c| c == '[' || c == ']');
            let hint = match name {
                "policies" => "write `[[policies]]`, with two brackets, at the head of each".to_owned(),
                name => format!("write all of its keys under one `[{name}]`"),
            };
            source.complain(span, format!("`[{name}]` is written more than once"), Some(hint));
            twice = Some(line);
        } else if !(duplicate && twice.is_some_and(within)) {
            source.complain(span, message.replace('\n', "; "), None);
        }
    }
}

fn read(source: &Source<'_>, name: &str, document: &DeTable<'_>) -> Option<Settings> {
    let top = Section::top(source, document);
    top.number("version", 1..=1);
    top.need("version", "`version` is missing", "begin the file with `version = 1`".to_owned());
    let run = run::read(&top);
    let scope = scope::read(&top);
    let tags = tag_names::read(&top);
    let channels = channels::read(&top);
    let owners = owners::read(&top, &tags, &channels);
    let notify = notify::read(&top, &channels);
    let never = never::read(&top);
    let caps = caps::read(&top);
    let restart = restart::read(&top);
    let busy = busy::read(&top);
    let money = money::read(&top);
    let idle = idle::read(&top);
    let calendars = calendars::read(&top);
    let schedules = schedules::read(&top, &calendars);
    let policies = policies::read(&top, &schedules, idle.is_some(), policies::Tellable(owners.has_channels()));
    top.finish();
    Some(Settings {
        source: name.to_owned(),
        hash: hash(source.text),
        run,
        scope,
        tags,
        channels: channels.into_iter().filter_map(|(name, channel)| Some((name, channel?))).collect(),
        owners,
        notify,
        never,
        caps,
        restart,
        busy,
        money,
        idle,
        calendars,
        schedules: schedules.into_iter().filter_map(|(name, schedule)| Some((name, schedule?))).collect(),
        policies,
    })
}

/// The first 16 hexadecimal digits of the text's SHA-256.
fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A name that users choose and that stands in tag values and paths.
fn check_name(section: &Section<'_>, what: &str, word: &reader::Word<'_>) {
    let fits = !word.text.is_empty()
        && word.text.len() <= 64
        && word.text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !fits {
        section.complain(
            word.span.clone(),
            format!("`{}` cannot be the name of a {what}", word.text),
            Some("use at most 64 letters, digits, `-`, `_` and `.`: the name stands in tags and reports".to_owned()),
        );
    }
}

/// Complains about a word that is not one of `known`.
fn complain_unknown<'k>(
    section: &Section<'_>,
    word: &reader::Word<'_>,
    what: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) {
    let list: Vec<&str> = known.clone().into_iter().collect();
    let hint = match did_you_mean(word.text, known) {
        Some(hint) => hint,
        None if list.is_empty() => "they have none yet".to_owned(),
        None => format!("known: {}", list.join(", ")),
    };
    section.complain(word.span.clone(), format!("`{}` is not {what}", word.text), hint);
}
