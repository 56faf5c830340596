//! The life of what a person has to mend: when it was found, when somebody was notified, since when it is not found any
//! more, and whether a later scan confirmed that.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::Links;
use crate::engine::model::{Kind, ReportOnly, ResourceId, Target, UnusedId, json_lines, sane, sane_option};

/// The file in the record.
pub const FILE: &str = "state/findings.jsonl";

/// How long a verified finding is kept: for more than a month, so that the next stocktake shows it.
const KEEP_DAYS: i64 = 40;

/// A finding that no scan has reached for so long is dropped: its account has left.
const FORGET_DAYS: i64 = 400;

/// What was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// Account and Region.
    #[serde(flatten)]
    pub place: Target,
    /// The resource.
    pub id: Arc<str>,
    /// The rule or the remark that a person has to look at, such as `tag-unknown`, or the kind of a resource that is only
    /// reported.
    pub what: Box<str>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Life {
    /// The first run that found it.
    #[serde(deserialize_with = "sane")]
    pub found: DateTime<Utc>,
    /// When somebody was notified.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub notified: Option<DateTime<Utc>>,
    /// The first scan that did not find it any more.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub mended: Option<DateTime<Utc>>,
    /// A later scan that did not find it either.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub verified: Option<DateTime<Utc>>,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    finding: Finding,
    #[serde(flatten)]
    life: Life,
}

/// Every finding, with its life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(BTreeMap<Finding, Life>);

impl Finding {
    /// The kind of what is only reported.
    pub fn reported(&self) -> Option<ReportOnly> {
        ReportOnly::ALL.iter().copied().find(|kind| kind.as_str() == &*self.what)
    }

    /// The console page of its resource.
    pub fn page(&self, links: &Links) -> Option<String> {
        let (place, id) = (Arc::new(self.place.clone()), self.id.clone());
        match self.reported() {
            Some(kind) => links.reported(&UnusedId { place, kind, id }),
            None => links.resource(&ResourceId { place, kind: Kind::of(&id), name: id }),
        }
    }
}

impl Life {
    fn begun(found: DateTime<Utc>) -> Self {
        Self { found, notified: None, mended: None, verified: None }
    }
}

impl Findings {
    /// Reads the file. What a line that cannot be read says begins anew.
    pub fn parse(text: &str) -> Self {
        Self(json_lines::readable(text).map(|Line { finding, life }| (finding, life)).collect())
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        json_lines::text(self.0.iter().map(|(finding, life)| Line { finding: finding.clone(), life: *life }))
    }

    /// Adds what a run at `now` found, and since when somebody is notified of it. `scanned`: when the place of a finding was
    /// scanned last, if this run knows that. What no scan has reached stays as it is.
    pub fn observe(
        &mut self,
        found: &BTreeMap<Finding, Option<DateTime<Utc>>>,
        scanned: impl Fn(&Finding) -> Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) {
        for (finding, notified) in found {
            let life = self.0.entry(finding.clone()).or_insert_with(|| Life::begun(now));
            if life.mended.is_some() {
                *life = Life::begun(now); // it is there again
            }
            life.notified = life.notified.or(*notified);
        }
        for (finding, life) in self.0.iter_mut().filter(|(finding, _)| !found.contains_key(*finding)) {
            match (scanned(finding), life.mended, life.verified) {
                (Some(at), None, _) if at > life.found => life.mended = Some(at),
                (Some(at), Some(mended), None) if at > mended => life.verified = Some(at),
                _ => {}
            }
        }
        let is_current = |at: DateTime<Utc>, days| now - at < Duration::days(days);
        self.0.retain(|finding, life| {
            life.verified.is_none_or(|at| is_current(at, KEEP_DAYS))
                && (found.contains_key(finding) || is_current(life.found, FORGET_DAYS))
        });
    }

    /// Those of one account, by Region and resource.
    pub fn of_account<'a>(&'a self, account: &'a str) -> impl Iterator<Item = (&'a Finding, &'a Life)> {
        self.0.iter().filter(move |(finding, _)| *finding.place.account == *account)
    }
}
