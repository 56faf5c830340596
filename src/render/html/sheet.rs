//! What a page shows of a report: fields of its JSON. A page of the record is therefore the page of the run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::engine::model::{
    Counts, Health, Kind, Locale, NotDue, Outcome, OutcomeKind, ResourceId, SkippedAccount, Target, Unlisted,
    Unreachable, Usd, sane, sane_option,
};
use crate::engine::plan::Plan;
use crate::engine::report::past::{PastUnreadable, versioned};
use crate::engine::report::{Report, Row, UNLISTED};
use crate::engine::request::Mode;
use crate::engine::undo::Undo;
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Sentence, voice};
use crate::render::html::forgotten::{Forgotten, followed};
use crate::render::html::sums::{Money, Wasted};
use crate::render::money::{caveat, caveat_by};
use crate::render::{json, undo_json};

/// The most rows that a page has: 4 MB, which a browser opens in a second or two.
pub(super) const ROWS: usize = 20_000;

/// A report, as far as a page shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sheet {
    pub(crate) run: String,
    pub(crate) mode: Mode,
    /// Whether an undo was carried out.
    #[serde(default)]
    applied: bool,
    /// The run that an undo undoes.
    #[serde(default)]
    pub(super) undoes: Option<String>,
    #[serde(deserialize_with = "sane")]
    pub(crate) at: DateTime<Utc>,
    pub(crate) health: Health,
    pub(crate) counts: Counts,
    pub(crate) notes: Vec<String>,
    /// Earlier reports call them `instances`.
    #[serde(alias = "instances")]
    pub(crate) resources: Vec<Line>,
    /// Whether the report has other resources than instances.
    #[serde(skip)]
    pub(crate) has_others: bool,
    /// How many rows need a person, those that are left out included.
    #[serde(skip)]
    pub(super) for_people: usize,
    pub(super) plan: Plan,
    pub(super) outcomes: Vec<Outcome>,
    #[serde(default)]
    pub(super) money: Option<Money>,
    #[serde(default)]
    pub(super) forgotten: Option<Forgotten>,
    pub(super) unreachable: Vec<Unreachable>,
    #[serde(default)]
    pub(super) unlisted: Vec<Unlisted>,
    #[serde(default)]
    pub(super) denied: Vec<Target>,
    #[serde(default)]
    pub(super) not_due: Vec<NotDue>,
    #[serde(default)]
    pub(super) not_in_scope: Vec<SkippedAccount>,
    #[serde(default)]
    pub(super) views: Views,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Views {
    pub(super) accounts: Vec<Group>,
    pub(super) regions: Vec<IgnoredAny>,
}

/// The instances of an account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Group {
    account: String,
    name: Option<String>,
    outside_hours: usize,
    idle: usize,
}

/// One instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Line {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
    #[serde(default, deserialize_with = "sane_option")]
    pub(crate) launched: Option<DateTime<Utc>>,
    pub(crate) policy: Option<String>,
    pub(crate) verdict: String,
    pub(crate) armed: bool,
    #[serde(default)]
    pub(crate) owner: Option<String>,
    pub(crate) reason: String,
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) usd_month: Option<Usd>,
    #[serde(default)]
    pub(crate) attention: bool,
    /// Its page in the AWS console.
    #[serde(default)]
    pub(crate) link: Option<String>,
    #[serde(default)]
    pub(super) remarks: Vec<Remark>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Remark {
    remark: String,
    #[serde(default)]
    pub(super) by: Option<String>,
    pub(super) detail: String,
}

impl Line {
    /// Whether it runs outside its hours or is idle.
    pub(crate) fn is_waste(&self) -> bool {
        matches!(self.verdict.as_str(), "stop" | "hibernate" | "report")
    }

    /// The remarks that a person has to look at.
    pub(super) fn remarked(&self) -> impl Iterator<Item = &Remark> {
        self.remarks.iter().filter(|one| one.remark != "holds")
    }

    /// Its page in the AWS console.
    pub(crate) fn href(&self) -> Option<String> {
        followed(self.link.as_ref())
    }

    pub(super) fn place(&self) -> Place<'_> {
        (&self.account, &self.region, &self.id)
    }

    /// Whether a person has to do something about it.
    pub(crate) fn is_for_people(&self) -> bool {
        self.attention || self.remarked().next().is_some()
    }
}

/// Account, Region and id.
pub(super) type Place<'a> = (&'a str, &'a str, &'a str);

pub(super) fn place(id: &ResourceId) -> Place<'_> {
    (&id.place.account, &id.place.region, &id.name)
}

fn has_failed(one: &Outcome) -> bool {
    matches!(one.outcome, OutcomeKind::Failed | OutcomeKind::Unverified)
}

/// What a run tried to stop or start, and whether that failed.
fn tried(outcomes: &[Outcome]) -> HashMap<Place<'_>, bool> {
    let mut tried = HashMap::new();
    outcomes.iter().for_each(|one| *tried.entry(place(&one.id)).or_default() |= has_failed(one));
    tried
}

/// What comes first has the least: what needs a person, what is stopped or started or would be, what is only reported,
/// what costs more.
type Rank = (bool, bool, bool, Reverse<Option<Decimal>>);

fn rank(is_for_people: bool, verdict: &str, failed: Option<&bool>, usd: Option<Decimal>) -> Rank {
    let acts = failed.is_some() || matches!(verdict, "stop" | "hibernate" | "start");
    (!is_for_people && failed != Some(&true), !acts, verdict != "report", Reverse(usd))
}

/// The rows that a page has, in their order, and how many of all need a person.
fn chosen<T>(rows: Vec<T>, rank: impl Fn(&T) -> Rank) -> (Vec<T>, usize) {
    let mut rows: Vec<(Rank, usize, T)> = rows.into_iter().enumerate().map(|(n, row)| (rank(&row), n, row)).collect();
    let for_people = rows.iter().filter(|(rank, ..)| !rank.0).count();
    if rows.len() > ROWS {
        rows.sort_by_key(|(rank, n, _)| (*rank, *n));
        rows.truncate(ROWS);
        rows.sort_by_key(|(_, n, _)| *n);
    }
    (rows.into_iter().map(|(.., row)| row).collect(), for_people)
}

impl Sheet {
    /// What a page shows of `report`. Of very many rows it has those that matter.
    ///
    /// # Errors
    /// The error of the serializer; no report causes one.
    pub fn of(report: &Report) -> serde_json::Result<Self> {
        let tried = tried(&report.outcomes);
        let (rows, for_people) = chosen(report.rows.iter().collect(), |row: &&Row| {
            let is_for_people = json::wants_attention(row) || row.remarks.iter().any(|one| one.wants_attention());
            let usd = row.monthly.map(|monthly| monthly.0.round_dp(2));
            rank(is_for_people, row.verdict.as_str(), tried.get(&place(&row.id)), usd)
        });
        let line = |row: &&Row| serde_json::from_value(serde_json::to_value(json::line(row, report))?);
        let resources = rows.iter().map(line).collect::<serde_json::Result<_>>()?;
        let sheet: Self = serde_json::from_value(serde_json::to_value(json::without_rows(report))?)?;
        Ok(Self { resources, for_people, has_others: report.has_others(), ..sheet })
    }

    /// The same of an undo.
    ///
    /// # Errors
    /// The error of the serializer.
    pub fn of_undo(undo: &Undo) -> serde_json::Result<Self> {
        Ok(serde_json::from_str::<Self>(&undo_json(undo, false)?)?.fitting())
    }

    /// The same of a recorded report.
    ///
    /// # Errors
    /// [`PastUnreadable`] for a text that is no report, or one of another version.
    pub fn parse(text: &str) -> Result<Self, PastUnreadable> {
        Ok(versioned::<Self>(text)?.fitting())
    }

    /// The same with no more rows than a page has.
    fn fitting(mut self) -> Self {
        let (lines, tried) = (std::mem::take(&mut self.resources), tried(&self.outcomes));
        let has_others = lines.iter().any(|line| Kind::of(&line.id) != Kind::Instance);
        let (resources, for_people) = chosen(lines, |line| {
            let usd = line.usd_month.map(|usd| usd.0);
            rank(line.is_for_people(), &line.verdict, tried.get(&line.place()), usd)
        });
        Self { resources, for_people, has_others, ..self }
    }

    /// Whether targets, or kinds of resources in them, were not scanned, although they could be reached.
    pub(super) fn is_partial(&self) -> bool {
        let forgotten = self.forgotten.as_ref().is_some_and(|one| !one.not_scanned(Locale::En).is_empty());
        forgotten || !(self.denied.is_empty() && self.not_due.is_empty() && self.unlisted.is_empty())
    }

    /// The notes, without what [`Self::left_unscanned`] says.
    pub(crate) fn other_notes(&self) -> impl Iterator<Item = &String> {
        self.notes.iter().filter(|note| self.unlisted.is_empty() || !note.contains(UNLISTED))
    }

    /// What was not scanned although it could be reached, in sentences.
    pub(crate) fn left_unscanned(&self, zone: Tz, locale: Locale) -> Vec<String> {
        let Self { denied, not_due, unlisted, forgotten, .. } = self;
        let denied = denied.first().map(|first| {
            let accounts = denied.iter().map(|one| &one.account).collect::<BTreeSet<_>>().len();
            say(locale, Text::Denied { targets: denied.len(), accounts, example: &first.to_string() })
        });
        let not_due = not_due.iter().map(|one| one.last_scan).min().map(|oldest| {
            let accounts = not_due.iter().map(|one| &one.account).collect::<BTreeSet<_>>().len();
            voice(locale).say(Sentence::NotDue { targets: not_due.len(), accounts, oldest, zone })
        });
        let mut causes: BTreeMap<(Kind, &str), (usize, &Unlisted)> = BTreeMap::new();
        unlisted.iter().for_each(|one| causes.entry((one.kind, &one.cause)).or_insert((0, one)).0 += 1);
        let unlisted = causes.into_iter().map(|((kind, cause), (targets, first))| {
            say(locale, Text::Unlisted { kind: kind.as_str(), targets, example: &first.target().to_string(), cause })
        });
        let kinds = forgotten.as_ref().map(|one| one.not_scanned(locale)).unwrap_or_default();
        denied.into_iter().chain(not_due).chain(unlisted).chain(kinds).collect()
    }

    /// Whether something was or could have been done.
    pub(crate) fn carried_out(&self) -> bool {
        match self.mode {
            Mode::Plan => false,
            Mode::Apply => true,
            Mode::Undo => self.applied,
        }
    }

    /// What the amounts are.
    pub(super) fn caveat(&self, locale: Locale) -> Option<String> {
        let Money { note, bundled_prices, .. } = self.money.as_ref()?;
        let is_known = bundled_prices.is_some() || note == caveat(Locale::En);
        Some(if is_known { caveat_by(*bundled_prices, locale) } else { note.clone() })
    }

    /// The names of accounts, where they are known.
    pub(super) fn names(&self) -> BTreeMap<&str, &str> {
        self.views.accounts.iter().filter_map(|one| Some((one.account.as_str(), one.name.as_deref()?))).collect()
    }

    /// How many run outside their hours or are idle, the rows that are left out included.
    pub(super) fn count(&self) -> usize {
        self.views.accounts.iter().map(|one| one.outside_hours + one.idle).sum()
    }

    /// What runs without being needed: the dearest first, or, where no price is known, the longest running.
    pub(super) fn dearest(&self) -> Vec<&Line> {
        let mut lines: Vec<&Line> = self.waste().collect();
        lines.sort_by_key(|line| (Reverse(line.usd_month), line.launched.is_none(), line.launched));
        lines
    }

    /// What went wrong with steps.
    pub(super) fn failures(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|one| has_failed(one))
    }

    /// Whether anything was done, or a person has to do something.
    pub fn matters(&self) -> bool {
        let done = self.outcomes.iter().any(|one| !matches!(one.outcome, OutcomeKind::NotTried | OutcomeKind::Already));
        done || self.health == Health::Degraded || self.resources.iter().any(Line::is_for_people)
    }

    /// What runs outside its hours or is idle.
    pub(super) fn waste(&self) -> impl Iterator<Item = &Line> {
        self.resources.iter().filter(|line| line.is_waste())
    }

    /// What that costs, where a price is known.
    pub(super) fn wasted(&self) -> Option<&Wasted> {
        self.money.as_ref()?.waste.as_ref()
    }
}
