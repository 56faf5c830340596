//! The monthly stocktake: for each account everything that runs, everything that is kept, what it costs, and what
//! nobody has confirmed, whatever else was news.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::engine::config::Money;
use crate::engine::cost::price::Price;
use crate::engine::cost::waste::Cost;
use crate::engine::model::Unreachable;
use crate::engine::model::month::Month;
use crate::engine::model::{Instance, ResourceId, State, Usd};
use crate::engine::tags::keep::Kept;
use crate::engine::tags::keep_until::KeepUntil;

/// Who owns an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Name or address.
    pub name: String,
    /// How that is known, in words.
    pub how: String,
    /// Known by default only: nobody in particular.
    pub by_default: bool,
}

/// One instance of the stocktake.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which instance.
    pub id: ResourceId,
    /// The `Name` tag, or nothing.
    pub name: Box<str>,
    /// Instance type.
    pub kind: Box<str>,
    /// State when seen.
    pub state: State,
    /// When it was launched first.
    pub created: Option<DateTime<Utc>>,
    /// When it was started last.
    pub started: Option<DateTime<Utc>>,
    /// Who owns it.
    pub owner: Option<Owner>,
    /// Who launched it, where that is known.
    pub launched_by: Option<String>,
    /// The policy that matches first.
    pub policy: Option<String>,
    /// Whether and until when it is kept.
    pub kept: Kept,
    /// Somebody has said of late that it is known.
    pub seen: bool,
    /// What it costs an hour while it runs.
    pub price: Price,
}

impl Line {
    /// The line of `instance`, of which neither owner nor policy nor price is known yet.
    pub fn of(instance: &Instance, kept: Kept) -> Self {
        Self {
            id: instance.id.clone(),
            name: instance.name().into(),
            kind: instance.kind.clone(),
            state: instance.state,
            created: instance.details.created,
            started: instance.launch,
            owner: None,
            launched_by: None,
            policy: None,
            kept,
            seen: false,
            price: Price::Unknown("the price list was not asked".to_owned()),
        }
    }

    /// Whether it runs, or is about to: from then on it is paid for.
    pub fn runs(&self) -> bool {
        match self.state {
            State::Running | State::Pending => true,
            State::ShuttingDown | State::Terminated | State::Stopping | State::Stopped | State::Unknown => false,
        }
    }

    /// Whether a tag keeps it. What was terminated is kept by nobody.
    pub fn is_kept(&self) -> bool {
        self.kept != Kept::No && !matches!(self.state, State::Terminated | State::ShuttingDown)
    }

    /// Whether it runs and nobody has confirmed it: no keep, no owner in particular, and nobody has seen it.
    pub fn unconfirmed(&self) -> bool {
        let owned = self.owner.as_ref().is_some_and(|owner| !owner.by_default);
        self.runs() && !self.is_kept() && !owned && !self.seen
    }

    /// What it costs a month as it stands now; `None` where the price is unknown.
    pub fn monthly(&self) -> Option<Usd> {
        if self.runs() { self.price.monthly() } else { Some(Usd::ZERO) }
    }
}

/// The stocktake of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Stocktake {
    /// Account id.
    pub account: Arc<str>,
    /// Its name, where known.
    pub name: Option<String>,
    /// The month for which it is taken.
    pub month: Month,
    /// When everything was seen.
    pub at: DateTime<Utc>,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// What the account may cost a month.
    pub budget: Option<Usd>,
    /// Everything that runs or is kept, by Region and id.
    pub lines: Vec<Line>,
    /// Regions that could not be looked at, with the cause: what is there stands nowhere here.
    pub unreachable: Vec<(Arc<str>, String)>,
}

/// When and in which terms stock is taken.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// The month.
    pub month: Month,
    /// When everything was seen.
    pub at: DateTime<Utc>,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// Budgets.
    pub money: &'a Money,
    /// Names of accounts, where known.
    pub names: &'a BTreeMap<Arc<str>, String>,
}

impl Stocktake {
    /// One stocktake for each account in which something runs or is kept or could not be seen, by id.
    pub fn all(taking: Taking<'_>, lines: impl IntoIterator<Item = Line>, unreachable: &[Unreachable]) -> Vec<Self> {
        let mut accounts: BTreeMap<Arc<str>, Self> = BTreeMap::new();
        for line in lines.into_iter().filter(|line| line.runs() || line.is_kept()) {
            let account = line.id.place.account.clone();
            accounts.entry(account.clone()).or_insert_with(|| taking.empty(account)).lines.push(line);
        }
        for Unreachable { account, region, cause } in unreachable {
            let stocktake = accounts.entry(account.clone()).or_insert_with(|| taking.empty(account.clone()));
            stocktake.unreachable.push((region.clone(), cause.clone()));
        }
        let mut all: Vec<Self> = accounts.into_values().collect();
        for stocktake in &mut all {
            stocktake.lines.sort_by(|a, b| a.id.cmp(&b.id));
            stocktake.unreachable.sort();
        }
        all
    }

    /// Everything that runs.
    pub fn running(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.runs())
    }

    /// Everything that is kept, running or not.
    pub fn kept(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_kept())
    }

    /// What runs and nobody has confirmed.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.unconfirmed())
    }

    /// What everything that runs now comes to if it runs for a month.
    pub fn cost(&self) -> Cost {
        self.running().map(Line::monthly).collect()
    }

    /// Where a file of it stands in the record; `kind` is `md`, `csv` or `json`.
    pub fn key(&self, kind: &str) -> String {
        format!("stocktake/month={}/{}.{kind}", self.month, self.account)
    }
}

impl Taking<'_> {
    fn empty(&self, account: Arc<str>) -> Stocktake {
        let name = self.names.get(&account).cloned();
        let budget = self.money.budget_of(&account, name.as_deref());
        let Taking { month, at, zone, .. } = *self;
        Stocktake { account, name, month, at, zone, budget, lines: Vec::new(), unreachable: Vec::new() }
    }
}

/// The month for which stock is to be taken by this run, if it is the first one of its month. A month in the record
/// that lies ahead is the work of a clock that was wrong, and puts nothing off.
pub fn is_due(last_done: Option<Month>, now: DateTime<Utc>, zone: Tz) -> Option<Month> {
    let month = Month::at(now, zone);
    (last_done != Some(month)).then_some(month)
}

/// Where the last month of which stock was taken stands in the record, as `2026-11`.
pub const DONE: &str = "state/stocktake";

/// The date until which a line is kept, where its tag says one.
pub fn kept_until(line: &Line, zone: Tz) -> Option<NaiveDate> {
    match &line.kept {
        Kept::Until { until: KeepUntil::Date(date), .. } => Some(*date),
        Kept::Until { until: KeepUntil::Instant(at), .. } => Some(at.with_timezone(&zone).date_naive()),
        Kept::No | Kept::ForGood { .. } | Kept::Unreadable { .. } | Kept::Mistyped { .. } => None,
    }
}
