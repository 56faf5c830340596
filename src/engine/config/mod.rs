//! The settings: parsed from TOML, checked as a whole, and converted to types that cannot be invalid.
//!
//! Each section of the file has its own module here. After any mistake, nothing is scanned.

mod bill;
mod busy;
mod calendars;
mod caps;
mod channels;
mod databases;
mod diagnostic;
mod forgotten;
mod hints;
mod holidays;
mod idle;
mod include;
mod links;
mod matcher;
mod money;
mod never;
mod notify;
mod owners;
mod page;
mod patterns;
mod policies;
mod preferences;
mod proposal;
mod reader;
mod restart;
mod run;
mod schedules;
mod schema;
mod scope;
mod shape;
mod syntax;
mod tag_names;
mod values;
mod warnings;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use crate::engine::config::bill::BillSettings;
pub use crate::engine::config::busy::{Busy, Unmeasured};
pub use crate::engine::config::caps::Caps;
pub use crate::engine::config::channels::{Channel, Format, Secret, Topic, Way};
pub use crate::engine::config::databases::{Databases, ExpiringBackups};
pub use crate::engine::config::diagnostic::{Diagnostic, SettingsInvalid, Severity};
pub use crate::engine::config::forgotten::Forgotten;
pub use crate::engine::config::hints::most_similar;
pub use crate::engine::config::idle::{Idle, IdleDeed};
pub use crate::engine::config::include::{Find, Included};
pub(crate) use crate::engine::config::links::BY_ACCOUNT;
pub use crate::engine::config::links::Links;
pub use crate::engine::config::matcher::{Fit, Match};
pub use crate::engine::config::money::{Budget, Money};
pub use crate::engine::config::never::{Never, Unmatched};
pub use crate::engine::config::notify::{Mornings, Notify};
pub use crate::engine::config::owners::{ByAccount, ContactType, Owners};
pub use crate::engine::config::page::Page;
pub use crate::engine::config::policies::{AtOpening, Maintenance, Outside, Policy, Stage};
pub use crate::engine::config::preferences::{Preferences, SecondCurrency};
pub use crate::engine::config::proposal::{Counted, Proposal, doubt, propose};
pub use crate::engine::config::reader::Warning;
pub use crate::engine::config::restart::Restart;
pub use crate::engine::config::run::{Pause, Place, Run};
pub use crate::engine::config::schema::schema;
pub use crate::engine::config::scope::{Accounts, Regions, ScopeSettings, UNKNOWN};
pub use crate::engine::tags::names::TagNames;

use crate::engine::config::include::Files;
use crate::engine::config::reader::{Section, Source};
use crate::engine::config::shape::Form;
use crate::engine::model::Kind;
use crate::engine::schedule::{Calendar, Schedule};

/// The format of a name that [`check_name`] accepts.
const NAME: Form = Form::Like("^[A-Za-z0-9._-]{1,64}$");

/// Finds no included file.
const NO_FILES: Find<'_> =
    &|_| Err("names files beside the settings, and there are none; write everything into one file".to_owned());

/// Valid settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Their source, as the user wrote it.
    pub source: String,
    /// The files that they include, by name.
    pub included: Vec<String>,
    /// SHA-256 of all texts, the first 16 hexadecimal digits.
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
    /// `[databases]`
    pub databases: Databases,
    /// `[busy]`; `None` where it is off: then the last hour is not measured.
    pub busy: Option<Busy>,
    /// `[money]`
    pub money: Money,
    /// `[bill]`; without it Cost Explorer is not asked.
    pub bill: Option<BillSettings>,
    /// `[idle]`; without it nothing is found idle.
    pub idle: Option<Idle>,
    /// `[links]`; without it nothing is linked.
    pub links: Option<Arc<Links>>,
    /// `[forgotten]`; without it only instances are scanned.
    pub forgotten: Option<Forgotten>,
    /// `[page]`
    pub page: Page,
    /// `[calendars.…]`
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    /// `[schedules.…]`
    pub schedules: BTreeMap<String, Arc<Schedule>>,
    /// `[[policies]]`, in the order of the file.
    pub policies: Vec<Arc<Policy>>,
    /// Warnings for `check`; [`Settings::warnings`] returns those that apply on a given day.
    pub warnings: Vec<Warning>,
}

impl Settings {
    /// Reads and checks settings that include no other file.
    ///
    /// # Errors
    /// [`SettingsInvalid`] with every mistake, in the order of the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, SettingsInvalid> {
        Self::parse_with(file, text, NO_FILES)
    }

    /// Reads and checks settings and the files that they include.
    ///
    /// # Errors
    /// [`SettingsInvalid`] with every mistake, in the order of the files.
    pub fn parse_with(file: &str, text: &str, find: Find<'_>) -> Result<Self, SettingsInvalid> {
        let source = Source::new(file, text);
        let (document, errors) = DeTable::parse_recoverable(text);
        syntax::complain(&source, &errors);
        let settings = if errors.is_empty() { read(&source, document.get_ref(), find) } else { None };
        let (mistakes, warnings) = source.into_found();
        match settings {
            Some(settings) if mistakes.is_empty() => Ok(Self { warnings, ..settings }),
            _ => Err(SettingsInvalid { file: file.to_owned(), mistakes }),
        }
    }

    /// The time zone for months and weeks of the whole organisation: that of the first policy.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.policies.first().map_or(chrono_tz::Tz::UTC, |policy| policy.schedule.zone())
    }

    /// Every organisational unit that they name, in `[scope]`, `[never]` and the policies.
    pub fn units(&self) -> impl Iterator<Item = &String> {
        let policies = self.policies.iter().flat_map(|policy| policy.matcher.units.iter().flatten());
        self.scope.organizational_units.iter().chain(&self.never.organizational_units).chain(policies)
    }

    /// Whether a policy matches accounts by their tags.
    pub fn need_account_tags(&self) -> bool {
        self.policies.iter().any(|policy| policy.matcher.needs_account_tags())
    }

    /// Whether a policy is for this kind of resource. A kind that no policy names is not scanned.
    pub fn has_kind(&self, kind: Kind) -> bool {
        self.policies.iter().any(|policy| policy.matcher.kinds().contains(&kind))
    }

    /// The kinds besides instances that a policy names. They are listed; no others are.
    pub fn listed_kinds(&self) -> Vec<Kind> {
        Kind::NAMED.into_iter().filter(|kind| self.has_kind(*kind)).collect()
    }

    /// The time zones of the policies' schedules; without policies, those of all schedules.
    pub fn zones(&self) -> Vec<chrono_tz::Tz> {
        match self.policies.as_slice() {
            [] => self.schedules.values().flat_map(|schedule| schedule.zones()).collect(),
            policies => policies.iter().flat_map(|policy| policy.schedule.zones()).collect(),
        }
    }

    /// Settings that are allowed but probably not intended, as `check` shows them, in the order of the file.
    pub fn warnings(&self, now: DateTime<Utc>) -> Vec<&Diagnostic> {
        let current = self.warnings.iter().filter(|warning| warning.days.contains(&now.date_naive()));
        current.map(|warning| &warning.diagnostic).collect()
    }
}

fn read(source: &Source<'_>, document: &DeTable<'_>, find: Find<'_>) -> Option<Settings> {
    let top = Section::top(source, document);
    let included = include::files(&top, find);
    let sources: Vec<Source<'_>> = included.iter().map(|file| Source::new(&file.name, &file.text)).collect();
    let documents = include::documents(&sources);
    let settings = documents.as_ref().map(|documents| read_all(Files::new(top, &sources, documents)));
    let hash = hash(std::iter::once(source.text).chain(included.iter().map(|file| file.text.as_str())));
    sources.into_iter().for_each(|included| source.adopt(included));
    let included = included.iter().map(|file| file.name.clone()).collect();
    Some(Settings { source: source.name.to_owned(), hash, included, ..settings? })
}

fn read_all(files: Files<'_>) -> Settings {
    let top = &files.main;
    top.number("version", 1..=1);
    top.need("version", "`version` is missing", "begin the file with `version = 1`".to_owned());
    let run = top.read("run", run::read);
    let scope = top.read("scope", scope::read);
    let tags = top.read("tags", tag_names::read);
    let money = top.read("money", money::read);
    let channels = channels::read(top, &money);
    let owners = top.read("owners", |section| owners::read(section, &tags, &channels));
    let notify = top.read("notify", |section| notify::read(section, &channels));
    let never = top.read("never", never::read);
    let caps = top.read("caps", caps::read);
    let restart = top.read("restart", restart::read);
    let databases = top.read("databases", databases::read);
    let busy = top.read("busy", busy::read);
    let bill = top.read_if_any("bill", bill::read);
    let idle = top.read_if_any("idle", idle::read);
    let links = top.read_if_any("links", |section| links::read(section, &run)).flatten();
    let forgotten = top.read_if_any("forgotten", forgotten::read).flatten();
    let page = top.read("page", page::read);
    let calendars = calendars::read(&files, &holidays::read(&files));
    let schedules = schedules::read(&files, &calendars);
    let given = policies::Given {
        schedules: &schedules,
        measured: idle.is_some(),
        can_notify: owners.has_channels(),
        named: scope.accounts == Accounts::Organization,
    };
    let policies = policies::read(&files, &given);
    let settings = Settings {
        source: String::new(),
        included: Vec::new(),
        hash: String::new(),
        run,
        scope,
        tags,
        channels: channels.into_iter().filter_map(|(name, channel)| Some((name, channel?))).collect(),
        owners,
        notify,
        never,
        caps,
        restart,
        databases,
        busy,
        money,
        bill,
        idle,
        links,
        forgotten,
        page,
        calendars,
        schedules: schedules.into_iter().filter_map(|(name, schedule)| Some((name, schedule?))).collect(),
        policies,
        warnings: Vec::new(),
    };
    warnings::warn(top, &settings);
    files.finish();
    settings
}

/// The first 16 hexadecimal digits of the SHA-256 of all texts.
fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for (n, text) in texts.enumerate() {
        // No text contains this byte, so that moving a line from one file to the next changes the hash.
        digest.update(if n == 0 { &[][..] } else { &[0xff] });
        digest.update(text);
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Checks a name that users choose, and that appears in tag values and paths.
fn check_name(section: &Section<'_>, what: &str, word: &reader::Value<'_>) {
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
