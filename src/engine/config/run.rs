//! `[run]`: `armed`, the pause switch, the record, and the concurrency.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::Duration;

use crate::engine::config::reader::Section;
use crate::engine::config::shape::Form;
use crate::engine::config::{NAME, check_name};
use crate::engine::model::{FURTHER_METRICS, Locale, WATCHED_METRICS};

/// `[run]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first of the two places where acting is enabled; the second is a policy's `stage`.
    pub armed: bool,
    /// The location of the pause switch.
    pub pause: Option<Pause>,
    /// The location of the record. Without a record, the run acts on nothing.
    pub record: Option<Place>,
    /// After this time what the record keeps in its own files has pseudonyms in place of people; `None`: never.
    pub keep_people: Option<Duration>,
    /// If more than this percentage of the targets is unreachable, the run acts on nothing.
    pub max_unreachable_percent: u32,
    /// The maximum number of concurrent calls.
    pub width: usize,
    /// The metrics that a run in Lambda emits: those of the alarms, and what the settings name.
    pub metrics: BTreeSet<&'static str>,
    /// The language of reports and explanations.
    pub locale: Locale,
    /// The hub's name, which appears in its tags. A tag with another name belongs to another hub.
    pub hub: Option<String>,
}

impl Run {
    /// Whether this hub wrote a tag with the hub name `hub`. A tag without a name counts as its own: an older release
    /// wrote it, or settings without a name, and the instances that they stopped must still be started.
    pub fn wrote(&self, hub: Option<&str>) -> bool {
        hub.is_none() || hub == self.hub.as_deref()
    }
}

/// The pause switch: the name of an SSM parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause(pub String);

/// The format that [`pause`] accepts.
const PAUSE: Form = Form::Like("^ssm:.");

/// A location for files.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Place {
    /// A bucket, and a prefix without slashes at its ends; the prefix may be empty.
    S3 { bucket: String, prefix: String },
    /// A folder.
    Folder(PathBuf),
}

impl Place {
    /// `s3://bucket/prefix`, or the path of a folder.
    ///
    /// # Errors
    /// The error, as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err(format!("`{text}` names no bucket"));
            }
            return Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() });
        }
        if text.is_empty() || text.contains("://") {
            return Err(format!("`{text}` is neither `s3://bucket/prefix` nor a folder"));
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }
}

pub(crate) fn read(section: &Section<'_>) -> Run {
    let unreachable = section.number("max-unreachable-percent", 0..=100);
    Run {
        armed: section.flag("armed").unwrap_or(false),
        pause: pause(section),
        record: section.text("record").and_then(|word| match Place::parse(word.text) {
            Ok(place) => Some(place),
            Err(wrong) => {
                section.complain(word.span, wrong, Some("write `s3://bucket/prefix` or a folder".to_owned()));
                None
            }
        }),
        keep_people: section.number("keep-people-days", 1..=1827).map(|days| Duration::days(days.into())),
        max_unreachable_percent: unreachable.unwrap_or(20),
        width: section.number("width", 1..=1024).map_or(64, |width| width as usize),
        metrics: metrics(section),
        locale: section.one_of("locale", Locale::ALL).unwrap_or_default(),
        hub: section.text_like("hub", NAME).map(|word| {
            check_name(section, "hub", &word);
            word.text.to_owned()
        }),
    }
}

/// Those of the alarms are always among them.
fn metrics(section: &Section<'_>) -> BTreeSet<&'static str> {
    let known = [&WATCHED_METRICS[..], &FURTHER_METRICS[..]].concat();
    let chosen = section.some_of("metrics", "a metric", &known).unwrap_or_default();
    WATCHED_METRICS.into_iter().chain(chosen).collect()
}

fn pause(section: &Section<'_>) -> Option<Pause> {
    let hint = "write `ssm:` and the parameter's name, such as `ssm:/idle-reaper/pause`";
    let parse =
        |text: &str| text.strip_prefix("ssm:").filter(|name| !name.is_empty()).map(|name| Pause(name.to_owned()));
    section.parsed("pause", PAUSE, parse, "is not a pause parameter", hint)
}
