//! The list of instances: which instances, in which order, with which columns.

use std::cmp::Reverse;

use chrono_tz::Tz;

use crate::engine::model::{Reason, Verdict, named};
use crate::engine::report::{Report, Row};
use crate::engine::request::Mode;
use crate::render::catalogue::{Label, voice};
use crate::render::page::{Fit, Head, Shown, Tone};
use crate::render::words::why;

/// The selection and format of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Include the skipped instances.
    pub all: bool,
    /// Only instances decided by these rules, skipped or not; if empty, every rule.
    pub reasons: Vec<Reason>,
    /// The order; by default by cost and then by age.
    pub sort: Option<Column>,
    /// The columns; if empty, those that contain something.
    pub columns: Vec<Column>,
    /// The time zone of every instant.
    pub zone: Tz,
}

named! {
    /// A column of the list. Each one except `age` is a field of the JSON.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Column {
        /// The action that would be taken.
        Verdict = "verdict",
        /// The rule that decided.
        Reason = "reason",
        /// The instance.
        Id = "id",
        /// The kind of resource.
        Kind = "kind",
        /// Its `Name` tag.
        Name = "name",
        /// The owner.
        Owner = "owner",
        /// Instance type.
        Type = "type",
        /// US dollars per month.
        UsdMonth = "usd-month",
        /// Time since its last start.
        Age = "age",
        /// Account.
        Account = "account",
        /// Region.
        Region = "region",
        /// The first policy that matches.
        Policy = "policy",
        /// State.
        State = "state",
        /// The last start.
        Launched = "launched",
        /// The reason, as a sentence.
        Detail = "detail",
        /// Its page in the AWS console.
        Link = "link",
    }
}

impl Column {
    fn head(self, report: &Report) -> Head {
        let word = |label| voice(report.locale).label(label);
        match self {
            Self::Verdict => Head::new(word(Label::Verdict), Fit::Whole),
            Self::Reason => Head::new(word(Label::Reason), Fit::Optional(3)),
            Self::Id => Head::id(word(Label::of_ids(report.has_others()))),
            Self::Kind => Head::new(word(Label::Kind), Fit::Optional(12)),
            Self::Name => Head::new(word(Label::Name), Fit::Cut),
            Self::Owner => Head::new(word(Label::Owner), Fit::Optional(4)),
            Self::Type => Head::new(word(Label::Type), Fit::Optional(5)),
            Self::UsdMonth => Head::figure(word(Label::UsdMonth), Fit::Optional(1)),
            Self::Age => Head::figure(word(Label::Age), Fit::Optional(2)),
            Self::Account => Head::new(word(Label::Account), Fit::Optional(6)),
            Self::Region => Head::new(word(Label::Region), Fit::Optional(7)),
            Self::Policy => Head::new(word(Label::Policy), Fit::Optional(8)),
            Self::State => Head::new(word(Label::State), Fit::Optional(9)),
            Self::Launched => Head::new(word(Label::Launched), Fit::Optional(10)),
            Self::Detail => Head::new(word(Label::Why), Fit::Beneath),
            Self::Link => Head::new(word(Label::Console), Fit::Optional(11)),
        }
    }

    fn shown(self, row: &Row, report: &Report, zone: Tz) -> Shown {
        let voice = voice(report.locale);
        match self {
            Self::Verdict => Shown::toned(verdict(row, report), tone(&row.verdict)),
            Self::Reason => row.verdict.reason().as_str().into(),
            Self::Id => Shown::from(&*row.id.name).linked(report.link(&row.id)),
            Self::Kind => row.id.kind.as_str().into(),
            Self::Name => (&*row.name).into(),
            Self::Owner => row.owner.known().unwrap_or_default().into(),
            Self::Type => (&*row.kind).into(),
            Self::UsdMonth => {
                row.monthly.map(|monthly| format!("{:.2}", monthly.0.round_dp(2))).unwrap_or_default().into()
            }
            Self::Age => row.launch.map(|at| voice.age(report.at.signed_duration_since(at))).unwrap_or_default().into(),
            Self::Account => account(report, &row.id.place.account).into(),
            Self::Region => (&*row.id.place.region).into(),
            Self::Policy => row.policy.as_ref().map_or("", |policy| policy.name.as_str()).into(),
            Self::State => row.state.to_string().into(),
            Self::Launched => row.launch.map(|at| voice.at(at, zone)).unwrap_or_default().into(),
            Self::Detail => why(row, report.locale).into(),
            Self::Link => report.link(&row.id).unwrap_or_default().into(),
        }
    }
}

impl View {
    /// The rows to show, in order. `every` includes the skipped ones, regardless of the view.
    pub(crate) fn rows<'a>(&self, report: &'a Report, every: bool) -> Vec<&'a Row> {
        let wanted = |row: &&Row| match &*self.reasons {
            [] => every || self.all || speaks(&row.verdict),
            reasons => reasons.contains(&row.verdict.reason()),
        };
        let mut rows: Vec<&Row> = report.rows.iter().filter(wanted).collect();
        match self.sort {
            None if every => {}
            None => rows.sort_by_key(|row| (Reverse(row.monthly), row.launch.is_none(), row.launch)),
            Some(Column::UsdMonth) => rows.sort_by_key(|row| Reverse(row.monthly)),
            Some(Column::Age | Column::Launched) => rows.sort_by_key(|row| (row.launch.is_none(), row.launch)),
            Some(column) => rows.sort_by_cached_key(|row| column.shown(row, report, self.zone).text),
        }
        rows
    }

    /// The list as a table.
    pub(crate) fn grid(&self, report: &Report, rows: &[&Row]) -> (Vec<Head>, Vec<Vec<Shown>>) {
        let skipped = rows.iter().any(|row| !speaks(&row.verdict));
        let usual = |column: &Column| match column {
            Column::Kind | Column::State | Column::Launched | Column::Link => false,
            Column::Reason => skipped,
            Column::Name => rows.iter().any(|row| !row.name.is_empty()),
            Column::Owner => rows.iter().any(|row| row.owner.known().is_some()),
            Column::UsdMonth => rows.iter().any(|row| row.monthly.is_some()),
            Column::Policy => rows.iter().any(|row| row.policy.is_some()),
            Column::Verdict | Column::Id | Column::Type | Column::Age | Column::Account | Column::Region => true,
            Column::Detail => true,
        };
        let columns: Vec<Column> = match &*self.columns {
            [] => Column::ALL.iter().copied().filter(usual).collect(),
            columns => columns.to_vec(),
        };
        let line = |row: &&Row| columns.iter().map(|column| column.shown(row, report, self.zone)).collect();
        (columns.iter().map(|column| column.head(report)).collect(), rows.iter().map(line).collect())
    }
}

/// Whether an action is taken, or would be.
pub(crate) fn speaks(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Start(_) | Verdict::Idle(_) | Verdict::Report(_) => true,
        Verdict::Skip(_) | Verdict::OutOfScope(_) => false,
    }
}

/// An account by its name, if known, and its id.
pub(crate) fn account(report: &Report, id: &str) -> String {
    report.names.get(id).map_or_else(|| id.to_owned(), |name| format!("{name} {id}"))
}

fn verdict(row: &Row, report: &Report) -> String {
    match row.verdict.action() {
        Some(action) if report.mode == Mode::Plan || !row.armed => voice(report.locale).would(action),
        Some(_) | None => row.verdict.as_str().to_owned(),
    }
}

fn tone(verdict: &Verdict) -> Tone {
    match verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) => Tone::Bad,
        Verdict::Start(_) => Tone::Good,
        Verdict::Idle(found) if found.reported.is_none() => Tone::Bad,
        Verdict::Report(_) | Verdict::Idle(_) => Tone::Notice,
        Verdict::Skip(_) | Verdict::OutOfScope(_) => Tone::Plain,
    }
}
