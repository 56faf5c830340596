//! What is only reported besides instances: each resource with its owner, since when it was found so, what it costs, and
//! the command that would end it.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::engine::config::Money;
use crate::engine::cost::waste::Cost;
use crate::engine::model::{Locale, ReportOnly, Usd, sane};
use crate::engine::report::forgotten::{NotScanned, Standing};
use crate::render::catalogue::forgotten::{Remnant, remnant};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::catalogue::{Label, Term, term, voice};
use crate::render::forgotten::{Beside, ForgottenData, besides, headline_of, not_scanned, since_of};
use crate::render::html::document::{Cell, Head, Table};
use crate::render::html::people::People;
use crate::render::html::trend::UNKNOWN;
use crate::render::money::figure;

/// The most resources of a run's page, which stays small: twelve elements each. A stocktake has all of its account.
pub(super) const MOST: usize = 50;

/// Those that stay on a page with very many instances until a reader asks for the others.
pub(super) const FIRST: usize = 3;

/// The part of a report, or of a stocktake, as its JSON has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Forgotten {
    pub(super) forgotten: usize,
    usd_month: Usd,
    #[serde(default)]
    unknown_prices: usize,
    #[serde(default)]
    after_hours: Option<u32>,
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    not_scanned: Vec<NotScanned>,
    #[serde(default)]
    waiting: usize,
}

/// One resource.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Resource {
    account: String,
    region: String,
    kind: String,
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    size: String,
    detail: String,
    standing: String,
    #[serde(default)]
    managed: Option<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    usd_month: Option<Usd>,
    #[serde(deserialize_with = "sane")]
    first_seen: DateTime<Utc>,
    #[serde(default)]
    at_least: bool,
    #[serde(default)]
    command: String,
    #[serde(default)]
    link: Option<String>,
}

/// How its fields are shown.
pub(super) struct Shown<'a> {
    pub(super) people: &'a People,
    pub(super) money: &'a Money,
    pub(super) zone: Tz,
    pub(super) locale: Locale,
    /// An account, with its name where it has one.
    pub(super) account: &'a dyn Fn(&str) -> String,
}

/// Only an address of the web may be followed: the record is a file.
pub(super) fn followed(link: Option<&String>) -> Option<String> {
    link.filter(|link| link.starts_with("https://")).cloned()
}

impl Forgotten {
    /// The same of a stocktake.
    ///
    /// # Errors
    /// The error of the serializer.
    pub(super) fn of(data: &ForgottenData<'_>) -> serde_json::Result<Self> {
        serde_json::from_value(serde_json::to_value(data)?)
    }

    /// Whose the resources are.
    pub(super) fn owners(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().filter_map(|one| one.owner.as_deref())
    }

    /// The number that is forgotten, and what it costs.
    pub(super) fn sum(&self) -> Cost {
        Cost { instances: self.forgotten, monthly: self.usd_month, unknown: self.unknown_prices }
    }

    /// What could not be scanned, in sentences.
    pub(super) fn not_scanned(&self, locale: Locale) -> Vec<String> {
        not_scanned(&self.not_scanned, self.waiting, locale)
    }

    /// The dearest `most`, with what is not in the sum; `None` where there is neither. Where there is a script, it keeps
    /// the `first` and brings the others back.
    pub(super) fn table(&self, shown: &Shown<'_>, most: usize, first: Option<usize>) -> Option<Table> {
        let Shown { people, money, zone: _, locale, account: _ } = *shown;
        let word = |label| voice(locale).label(label).to_owned();
        let heads = [
            (Label::Resource, ""),
            (Label::Why, ""),
            (Label::Owner, ""),
            (Label::Account, "w"),
            (Label::Since, "w"),
            (Label::UsdMonth, "n"),
        ];
        let is_forgotten = |one: &&Resource| one.standing == Standing::Forgotten.as_str();
        let rows: Vec<_> = self.resources.iter().filter(is_forgotten).take(most).map(|one| one.cells(shown)).collect();
        let after = self.after_hours.map(|hours| Duration::hours(hours.into()));
        let besides = besides(self.resources.iter().map(Resource::beside), after, money, locale);
        if rows.is_empty() && besides.is_empty() {
            return None;
        }
        let first = first.filter(|first| rows.len() > *first);
        let folded = first.map(|first| say(locale, Text::Others { count: rows.len().saturating_sub(first) }));
        let further = self.forgotten.saturating_sub(rows.len());
        let further = (further > 0).then(|| say(locale, Text::ForgottenFurther { count: further }));
        let head = headline_of(&self.sum(), money, locale);
        let about = (!rows.is_empty()).then(|| say(locale, Text::ForgottenAbout));
        let terminates = self.resources.iter().filter(is_forgotten).take(most).any(Resource::is_group);
        let about = about.into_iter().chain(terminates.then(|| remnant(locale, Remnant::Terminates)));
        Some(Table {
            class: "forgotten",
            heading: say(locale, Text::ForgottenTitle { count: self.forgotten }),
            heads: heads.map(|(label, class)| Head(word(label), class)).into(),
            rows,
            most: first.map(|first| (first, "")),
            further: [folded, None],
            notes: further
                .into_iter()
                .chain([head])
                .chain(about)
                .chain(besides)
                .map(|line| people.text(&line))
                .collect(),
        })
    }
}

impl Resource {
    fn is_group(&self) -> bool {
        ReportOnly::ALL.iter().any(|kind| kind.is_group() && kind.as_str() == self.kind)
    }

    fn beside(&self) -> Beside<'_> {
        Beside { standing: &self.standing, managed: self.managed.as_deref(), usd: self.usd_month }
    }

    fn cells(&self, shown: &Shown<'_>) -> Vec<Cell> {
        let Shown { people, money, zone, locale, account } = *shown;
        let named = if self.name.is_empty() { (&self.id, None) } else { (&self.name, Some(self.id.clone())) };
        let (text, code) = named;
        let detail = people.text(&self.detail);
        let why = if self.size.is_empty() { detail } else { format!("{}, {detail}", self.size) };
        let owner = self.owner.as_ref().map_or_else(|| term(locale, Term::Nobody).to_owned(), |one| people.owner(one));
        let command = Some(self.command.clone()).filter(|command| !command.is_empty());
        let amount = |usd: Usd| if money.second.is_some() { figure(usd, money, locale) } else { usd.to_string() };
        let usd = self.usd_month.map_or_else(|| UNKNOWN.to_owned(), amount);
        vec![
            Cell { href: followed(self.link.as_ref()), code, small: Some(self.kind.clone()), ..text.as_str().into() },
            Cell { code: command, ..why.into() },
            owner.into(),
            Cell { small: Some(self.region.clone()), ..account(&self.account).into() },
            since_of(self.first_seen, self.at_least, zone, locale).into(),
            usd.into(),
        ]
    }
}
