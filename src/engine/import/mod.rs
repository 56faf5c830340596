//! Moving in from another tool: what its tags, definitions and policies become here, what is left over, and where both
//! tools would differ. Nothing here writes a tag, and the proposed settings observe only.

mod caveat;
pub mod custodian;
pub mod instance_scheduler;
pub mod week;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::engine::config::Settings;
use crate::engine::model::{Instance, Target};
use crate::engine::schedule::Expr;
use crate::engine::schedule::dialects::{Dialect, Meaning};

pub use crate::engine::import::caveat::Caveat;

/// The default hours of Cloud Custodian.
const CUSTODIAN_HOURS: &str = "mon-fri 07:00-19:00 @ America/New_York";

/// Tags of tools whose values are not read.
const NOT_READ: [&str; 8] = [
    "scheduler:ec2-startstop",
    "sched-start",
    "sched-stop",
    "auto:start",
    "auto:stop",
    "autostart",
    "autostop",
    "cloudaware:scheduler",
];

/// Another tool, by what is known of it.
#[derive(Debug)]
pub struct Import {
    /// The keys of its tags.
    pub tags: Vec<PeerTag>,
    /// The definitions of its schedules.
    pub schedules: Vec<Defined>,
    /// What has no translation, or only a part of one: each is for a person to decide.
    pub left: BTreeSet<String>,
    /// The accounts and Regions of the inventory.
    pub places: BTreeSet<Arc<Target>>,
    /// How many instances have which tags, by key in lower case and by value.
    found: BTreeMap<(String, String), usize>,
}

/// A tag that the other tool reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerTag {
    /// Its key, and other spellings of it in the inventory.
    pub keys: BTreeSet<String>,
    /// The default hours of its policy, for a tag of Cloud Custodian; `None` for one that names a schedule.
    pub hours: Option<String>,
    /// Whether the other tool starts what has the tag.
    pub starts: bool,
    /// Whether it is certain that the tool reads it. Otherwise it is left out if no instance has it.
    pub is_certain: bool,
}

/// A schedule of the other tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// Its name, which is the value of the tag.
    pub name: String,
    /// Its hours with their zone, or why they have no translation.
    pub hours: Result<String, String>,
    /// Whether it hibernates.
    pub hibernates: bool,
}

/// One value of a tag.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Value {
    /// The key of the tag.
    pub tag: String,
    /// The value.
    pub value: String,
    /// How many instances have it.
    pub instances: usize,
    /// Its notation, if it is not an expression or a schedule's name.
    pub dialect: Option<&'static str>,
    /// What it means here.
    pub means: Option<String>,
    /// Why it has no translation. Instances with it are skipped.
    pub why_not: Option<String>,
}

impl PeerTag {
    /// A tag of Cloud Custodian, under a policy with these default hours.
    pub fn custodian(key: &str, hours: &str, starts: bool) -> Self {
        Self { hours: Some(hours.to_owned()), starts, ..Self::schedule(key) }
    }

    /// A tag that names a schedule.
    pub fn schedule(key: &str) -> Self {
        Self { keys: BTreeSet::from([key.to_owned()]), hours: None, starts: true, is_certain: true }
    }

    /// A tag that the command line names: `KEY=schedule`, `KEY=c7n`, or `KEY=c7n HOURS @ ZONE`.
    pub fn parse(text: &str) -> Option<Self> {
        let (key, dialect) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
        if dialect == "schedule" {
            return Some(Self::schedule(key));
        }
        Dialect::parse(dialect).ok()?;
        let hours = dialect.strip_prefix("c7n ").unwrap_or(CUSTODIAN_HOURS);
        Some(Self::custodian(key, hours, true))
    }

    /// Whether it has this key, in any case.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own.eq_ignore_ascii_case(key))
    }

    /// How the settings name its notation; `None` for one that names a schedule.
    pub fn dialect(&self) -> Option<String> {
        let hours = self.hours.as_ref()?;
        Some(if hours == CUSTODIAN_HOURS { "c7n".to_owned() } else { format!("c7n {hours}") })
    }
}

impl Import {
    /// These tags, and those that are usual.
    pub fn new(tags: Vec<PeerTag>, schedules: Vec<Defined>, left: BTreeSet<String>) -> Self {
        let usual = ["maid_offhours", "custodian_downtime", "maid_downtime"];
        let usual = usual.map(|key| PeerTag::custodian(key, CUSTODIAN_HOURS, true)).into_iter();
        let usual = usual.chain([PeerTag::schedule("Schedule")]).map(|tag| PeerTag { is_certain: false, ..tag });
        let mut all: Vec<PeerTag> = Vec::new();
        for tag in tags.into_iter().chain(usual) {
            if !all.iter().any(|known| tag.keys.iter().any(|key| known.has(key))) {
                all.push(tag);
            }
        }
        Self { tags: all, schedules, left, places: BTreeSet::new(), found: BTreeMap::new() }
    }

    /// Counts the tags of an inventory, and forgets the usual ones that no instance has.
    pub fn count<'a>(&mut self, instances: impl Iterator<Item = &'a Instance>) {
        let mut others: BTreeMap<String, usize> = BTreeMap::new();
        let tags = instances.flat_map(|instance| {
            self.places.insert(instance.id.place.clone());
            instance.tags.iter()
        });
        for (key, value) in tags {
            if let Some(tag) = self.tags.iter_mut().find(|tag| tag.has(key)) {
                // A policy matches keys exactly.
                tag.keys.insert(key.to_owned());
                *self.found.entry((key.to_lowercase(), value.to_owned())).or_default() += 1;
            } else if NOT_READ.iter().any(|known| key.to_lowercase().starts_with(known)) {
                *others.entry(key.to_owned()).or_default() += 1;
            }
        }
        let found = &self.found;
        self.tags.retain(|tag| tag.is_certain || found.keys().any(|(key, _)| tag.has(key)));
        let not_read =
            |(key, count)| format!("the tag `{key}` of {count} instances belongs to a tool that is not read");
        self.left.extend(others.into_iter().map(not_read));
    }

    /// Every value of these tags that instances have, read as under `settings`.
    pub fn values(&self, settings: &Settings) -> Vec<Value> {
        let one = |((key, value), instances): (&(String, String), &usize)| {
            let tag = self.tags.iter().find(|tag| tag.has(key)).and_then(|tag| tag.keys.first());
            let dialect = settings.tags.dialects.iter().find(|(own, _)| own.eq_ignore_ascii_case(key));
            let (means, why_not) = match self.meaning(key, value, dialect.map(|(_, dialect)| dialect)) {
                Ok(means) => (Some(means), None),
                Err(why) => (None, Some(why)),
            };
            let (tag, value) = (tag.unwrap_or(key).clone(), value.clone());
            let dialect = dialect.map(|(_, dialect)| dialect.name());
            Value { tag, value, instances: *instances, dialect, means, why_not }
        };
        self.found.iter().map(one).collect()
    }

    fn meaning(&self, key: &str, value: &str, dialect: Option<&Dialect>) -> Result<String, String> {
        if let Some(dialect) = dialect {
            return match dialect.read(value).map_err(|wrong| wrong.to_string())? {
                Meaning::Keep => Ok("kept: never stopped".to_owned()),
                Meaning::Policy(None) => Ok("the hours of the policy".to_owned()),
                Meaning::Policy(Some(zone)) => Ok(format!("the hours of the policy @ {zone}")),
                Meaning::Hours(text) => Ok(text),
            };
        }
        let defined = self.schedules.iter().find(|schedule| schedule.name == value);
        let expression = || match Expr::parse(value) {
            Ok(_) => Ok(value.to_owned()),
            Err(_) => Err(format!(
                "no schedule of this name is known; give its definition with `import instance-scheduler FILE`, or, if it \
                 means never stopped, write `also-keep = [\"{key}={value}\"]`"
            )),
        };
        defined.map_or_else(expression, |schedule| schedule.hours.clone())
    }

    /// Whether something has no translation, or only a part of one.
    pub fn is_incomplete(&self, values: &[Value]) -> bool {
        !self.left.is_empty() || values.iter().any(|value| value.why_not.is_some())
    }

    /// The words of what no translation can hide.
    pub fn caveats(&self) -> BTreeSet<Caveat> {
        let mut words = BTreeSet::from([Caveat::EdgesAndLevels, Caveat::Mornings, Caveat::TwoTools]);
        words.extend(self.tags.iter().any(|tag| !tag.starts).then_some(Caveat::OneSided));
        words.extend(self.schedules.iter().any(|one| one.hours.is_err()).then_some(Caveat::OneSided));
        words
    }
}
