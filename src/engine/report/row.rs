//! One line of the report: a resource and its verdict.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::engine::config::{Notify, Policy};
use crate::engine::cost::parts::{Part, parts};
use crate::engine::cost::price::{Price, PriceKey, Prices};
use crate::engine::cost::waste::Wasted;
use crate::engine::evidence::idle::Missing;
use crate::engine::judge::Ruling;
use crate::engine::judge::interner::Interner;
use crate::engine::judge::marking::Marking;
use crate::engine::judge::owner::Owner;
use crate::engine::judge::topics::Talk;
use crate::engine::model::{Instance, NotArmed, Remark, ResourceId, State, Usd, Verdict};
use crate::engine::report::{groups, host};
use crate::engine::schedule::Schedule;

/// One line: an instance and its verdict.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which instance.
    pub id: ResourceId,
    /// The `Name` tag; empty if there is none.
    pub name: Box<str>,
    /// The first policy that matches.
    pub policy: Option<Arc<Policy>>,
    /// What to do, or why not.
    pub verdict: Verdict,
    /// Whether the action is enabled in both places (`armed` and `stage`), for a verdict that acts.
    pub armed: bool,
    /// Why it is not enabled, for a verdict that would act.
    pub not_armed: Option<NotArmed>,
    /// Whether it is in state `running`.
    pub running: bool,
    /// Whether it counts as running in scope, for the cap in percent.
    pub running_in_scope: bool,
    /// Its owner, and the source of that information.
    pub owner: Arc<Owner>,
    /// Instance type.
    pub kind: Arc<str>,
    /// State when found.
    pub state: State,
    /// When it was started last.
    pub launch: Option<DateTime<Utc>>,
    /// Whether the reaper stopped it and it has not been touched since.
    pub ours: bool,
    /// What manages it besides its owner, if it is stopped: its verdict does not say that.
    pub managed: Option<Arc<str>>,
    /// Who launched it, if an event showed that.
    pub launched_by: Option<Arc<str>>,
    /// Whether it lacks the `launched-by` tag. False if the instance was not read completely.
    pub unlabelled: bool,
    /// Remarks about it.
    pub remarks: Vec<Remark>,
    /// Which evidence is missing to decide whether it is idle, if weeks of evidence were requested.
    pub undetermined: Option<Box<Missing>>,
    /// The time zone of its hours.
    pub zone: Tz,
    /// Its hours; `None` where no policy matches, or they are not known at the time.
    pub schedule: Option<Arc<Schedule>>,
    /// Whether a mark is to be written.
    pub marks: bool,
    /// The messages about it.
    pub talk: Talk,
    /// Its value of the tag by which costs are grouped.
    pub group: Option<Arc<str>>,
    /// Its Auto Scaling group or node group, where the settings report those and it runs.
    pub member: Option<Arc<groups::Member>>,
    /// The weight of its cost.
    pub weight: Decimal,
    /// What it costs, or why that is unknown; for what runs.
    pub parts: Option<Arc<Result<Box<[Part]>, String>>>,
    /// Its monthly cost by list price; `None` if unknown or not requested.
    pub monthly: Option<Usd>,
}

impl Row {
    /// The line for a ruling.
    pub fn new(instance: &Instance, ruling: Ruling, notify: &Notify, interner: &mut Interner) -> Self {
        let Ruling {
            verdict,
            policy,
            armed,
            not_armed,
            not_after: _,
            gate: _,
            marking,
            talk,
            owner,
            zone,
            schedule,
            kept: _,
            ours,
            remarks,
            undetermined,
        } = ruling;
        let in_scope = !matches!(verdict, Verdict::OutOfScope(_));
        let running = instance.state == State::Running;
        Self {
            id: instance.id.clone(),
            name: instance.name().into(),
            policy,
            verdict,
            armed,
            not_armed,
            running,
            running_in_scope: in_scope && running,
            owner: interner.owner(owner),
            kind: interner.name(&instance.kind),
            state: instance.state,
            launch: instance.launch,
            ours,
            managed: host::manager(instance).map(|by| interner.name(&by)),
            launched_by: None,
            unlabelled: false,
            remarks,
            undetermined: undetermined.map(Box::new),
            zone,
            schedule,
            marks: matches!(marking, Some(Marking::Put(_))),
            talk,
            group: None,
            member: None,
            weight: notify.weight(&instance.tags),
            parts: (running && in_scope).then(|| interner.parts(parts(instance))),
            monthly: None,
        }
    }
}

impl Row {
    /// Its list price, or why it is unknown; `None` for what does not run.
    pub fn price_in(&self, prices: &Prices, at: DateTime<Utc>) -> Option<Price> {
        match self.parts.as_deref()? {
            Ok(parts) => Some(prices.total(parts, at)),
            Err(why) => Some(Price::Unknown(why.clone())),
        }
    }

    /// The keys of the prices that it needs.
    pub fn price_keys(&self) -> impl Iterator<Item = &PriceKey> {
        let parts = self.parts.as_deref().and_then(|parts| parts.as_deref().ok());
        parts.into_iter().flatten().map(|part| &part.key)
    }

    /// What it wastes, if it is idle or runs outside its hours.
    pub(super) fn wasted(&self) -> Option<Wasted<'_>> {
        match &self.verdict {
            Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Report(_) | Verdict::Idle(_) => Some(Wasted {
                account: &self.id.place.account,
                owner: self.owner.known(),
                policy: self.policy.as_ref().map(|policy| policy.name.as_str()),
                group: self.group.as_deref(),
                monthly: self.monthly,
            }),
            Verdict::Start(_) | Verdict::Skip(_) | Verdict::OutOfScope(_) => None,
        }
    }
}
