//! The monthly stocktake: for each account, everything that runs or is kept, what it costs, and what is unconfirmed.
//! It is complete every time, whether or not this was news before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::engine::config::{BY_ACCOUNT, Links, Money};
use crate::engine::cost::bill::Bill;
use crate::engine::cost::budgets::{GroupCost, Running, with_budgets};
use crate::engine::cost::price::Price;
use crate::engine::cost::waste::Cost;
use crate::engine::history::findings::{Finding, Life};
use crate::engine::model::month::Month;
use crate::engine::model::{Instance, Kind, ResourceId, State, Unreachable, Usd};
use crate::engine::report::forgotten::Forgotten;
use crate::engine::tags::{KeepUntil, Kept};

/// Who owns an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Name or address.
    pub name: String,
    /// The source of that information, as text.
    pub how: String,
    /// Known from the default only: no specific owner.
    pub by_default: bool,
}

/// One instance of the stocktake.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Which instance.
    pub id: ResourceId,
    /// The `Name` tag; empty if there is none.
    pub name: Box<str>,
    /// Instance type.
    pub kind: Box<str>,
    /// State when found.
    pub state: State,
    /// When it was first launched.
    pub created: Option<DateTime<Utc>>,
    /// When it was last started.
    pub started: Option<DateTime<Utc>>,
    /// Its owner.
    pub owner: Option<Owner>,
    /// Who launched it, if known.
    pub launched_by: Option<String>,
    /// The first policy that matches.
    pub policy: Option<String>,
    /// Its value of the tag by which costs are grouped.
    pub group: Option<Box<str>>,
    /// Whether it is kept, and until when.
    pub kept: Kept,
    /// A person confirmed recently that the instance is known.
    pub seen: bool,
    /// Its cost per hour while it runs.
    pub price: Price,
}

impl Line {
    /// The line of `instance`, still without owner, policy and price.
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
            group: None,
            kept,
            seen: false,
            price: Price::Unknown("the price list was not asked".to_owned()),
        }
    }

    /// Whether it runs, or is starting and so about to be billed.
    pub fn runs(&self) -> bool {
        match self.state {
            State::Running | State::Pending | State::Changing => true,
            State::ShuttingDown | State::Terminated | State::Stopping | State::Stopped | State::Unknown => false,
        }
    }

    /// Whether a tag keeps it. A terminated instance is never kept.
    pub fn is_kept(&self) -> bool {
        self.kept != Kept::No && !matches!(self.state, State::Terminated | State::ShuttingDown)
    }

    /// Whether it runs and is unconfirmed: no keep tag, no specific owner, and no recent confirmation.
    pub fn unconfirmed(&self) -> bool {
        let owned = self.owner.as_ref().is_some_and(|owner| !owner.by_default);
        self.runs() && !self.is_kept() && !owned && !self.seen
    }

    /// What budgets need to know of it.
    fn as_running(&self) -> Running<'_> {
        let owner = self.owner.as_ref().map(|owner| owner.name.as_str());
        Running { owner, tag: self.group.as_deref(), monthly: self.monthly() }
    }

    /// Its monthly cost in its current state; `None` if the price is unknown.
    pub fn monthly(&self) -> Option<Usd> {
        if self.runs() { self.price.monthly() } else { Some(Usd::ZERO) }
    }
}

/// The stocktake of one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Stocktake {
    /// Account id.
    pub account: Arc<str>,
    /// Its name, if known.
    pub name: Option<String>,
    /// The month of the stocktake.
    pub month: Month,
    /// When everything was scanned.
    pub at: DateTime<Utc>,
    /// The time zone for display.
    pub zone: Tz,
    /// The account's monthly budget.
    pub budget: Option<Usd>,
    /// Everything that runs or is kept, by Region and id.
    pub lines: Vec<Line>,
    /// Regions that were unreachable, with the cause. Their instances are missing here.
    pub unreachable: Vec<(Arc<str>, String)>,
    /// The owners and the groups of its running instances whose budget is exceeded, by what runs in all accounts.
    pub over: Vec<GroupCost>,
    /// The account's part of the bill, if it was asked for and is known.
    pub bill: Option<Bill>,
    /// What is only reported besides instances, if the settings name anything.
    pub forgotten: Option<Forgotten>,
    /// What people of the account had or have to mend, and what became of it.
    pub findings: Vec<(Finding, Life)>,
    /// How resources are linked, if they are.
    pub links: Option<Arc<Links>>,
}

/// The parameters of a stocktake.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// The month.
    pub month: Month,
    /// When everything was scanned.
    pub at: DateTime<Utc>,
    /// The time zone for display.
    pub zone: Tz,
    /// Budgets.
    pub money: &'a Money,
    /// Names of accounts, if known.
    pub names: &'a BTreeMap<Arc<str>, String>,
    /// How resources are linked, if they are.
    pub links: Option<&'a Arc<Links>>,
}

impl Stocktake {
    /// One stocktake for each account, by id, if an instance there runs or is kept or if a part was unreachable.
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
        let running = all.iter().flat_map(Self::running);
        let mut over = with_budgets(taking.money, running.map(Line::as_running));
        over.retain(GroupCost::is_over);
        for stocktake in &mut all {
            let is_here = |group: &&GroupCost| stocktake.running().any(|line| line.as_running().is_of(group));
            stocktake.over = over.iter().filter(is_here).cloned().collect();
            stocktake.lines.sort_by(|a, b| a.id.cmp(&b.id));
            stocktake.unreachable.sort();
        }
        all
    }

    /// The same stocktakes with each account's part of the bill. An account of `scanned` in which nothing runs, but which
    /// has a bill, gets a stocktake, too.
    #[must_use]
    pub fn with_bill<'a>(
        all: Vec<Self>,
        taking: Taking<'_>,
        bill: &Bill,
        scanned: impl IntoIterator<Item = &'a Arc<str>>,
    ) -> Vec<Self> {
        let mut all: BTreeMap<Arc<str>, Self> = all.into_iter().map(|one| (one.account.clone(), one)).collect();
        for account in scanned {
            if let Some(part) = bill.of_account(account) {
                let one = all.entry(account.clone()).or_insert_with(|| taking.empty(account.clone()));
                one.bill = Some(part);
            }
        }
        all.into_values().collect()
    }

    /// Everything that runs.
    pub fn running(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.runs())
    }

    /// Whether other resources than instances are in it.
    pub fn has_others(&self) -> bool {
        self.lines.iter().any(|line| line.id.kind != Kind::Instance)
    }

    /// Everything that is kept, running or not.
    pub fn kept(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_kept())
    }

    /// Everything that runs and is unconfirmed.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.unconfirmed())
    }

    /// The monthly cost of everything that runs now, by the tag by which costs are grouped.
    pub fn by_group(&self) -> BTreeMap<Option<&str>, Cost> {
        let mut groups: BTreeMap<Option<&str>, Cost> = BTreeMap::new();
        self.running().for_each(|line| groups.entry(line.group.as_deref()).or_default().add(line.monthly()));
        groups
    }

    /// The monthly cost of everything that runs now.
    pub fn cost(&self) -> Cost {
        self.running().map(Line::monthly).collect()
    }

    /// Adds to each account's stocktake what is forgotten there. An account with nothing else gets one for it.
    pub fn add_forgotten(all: &mut Vec<Self>, taking: Taking<'_>, found: &Forgotten) {
        let accounts: BTreeSet<&Arc<str>> = found.lines.iter().map(|line| &line.id().place.account).collect();
        for account in accounts {
            if !all.iter().any(|one| one.account == *account) {
                all.push(taking.empty(account.clone()));
            }
        }
        all.sort_by(|a, b| a.account.cmp(&b.account));
        for one in all {
            one.forgotten = Some(found.within(&one.account));
        }
    }

    /// The path of its file in the record; `kind` is `md`, `csv` or `json`.
    pub fn key(&self, kind: &str) -> String {
        format!("stocktake/month={}/{}.{kind}", self.month, self.account)
    }

    /// The path of the same file among those that the account may read.
    pub fn own_key(&self, kind: &str) -> String {
        format!("{BY_ACCOUNT}/{}/stocktake/month={}.{kind}", self.account, self.month)
    }
}

impl Taking<'_> {
    fn empty(&self, account: Arc<str>) -> Stocktake {
        let name = self.names.get(&account).cloned();
        let budget = self.money.budget_of(&account, name.as_deref());
        let Taking { month, at, zone, links, .. } = *self;
        Stocktake {
            account,
            name,
            month,
            at,
            zone,
            budget,
            lines: Vec::new(),
            unreachable: Vec::new(),
            over: Vec::new(),
            bill: None,
            forgotten: None,
            findings: Vec::new(),
            links: links.cloned(),
        }
    }
}

/// The month of the stocktake, if this run is the first of its month. A future month in the record comes from a wrong
/// clock and delays nothing.
pub fn is_due(last_done: Option<Month>, now: DateTime<Utc>, zone: Tz) -> Option<Month> {
    let month = Month::at(now, zone);
    (last_done != Some(month)).then_some(month)
}

/// The path of the month of the last stocktake in the record, as `2026-11`.
pub const DONE: &str = "state/stocktake";

/// The date until which a line is kept, if its tag has one.
pub fn kept_until(line: &Line, zone: Tz) -> Option<NaiveDate> {
    match &line.kept {
        Kept::Until { until: KeepUntil::Date(date), .. } => Some(*date),
        Kept::Until { until: KeepUntil::Instant(at), .. } => Some(at.with_timezone(&zone).date_naive()),
        Kept::No | Kept::ForGood { .. } | Kept::Unreadable { .. } | Kept::Mistyped { .. } => None,
    }
}
