//! Carries out what a plan says, in its order: marks, then stops and starts, then labels.

use std::cell::Cell;

use super::act::{Acting, carry_out};
use super::contained::contained;
use super::launches;
use super::mark::{Marking, mark};
use super::order::Order;
use super::recheck::Again;
use super::warrant::Warrant;
use crate::decide::done::Done;
use crate::decide::marks::MarkEnd;
use crate::decide::plan::Plan;
use crate::ports::{Act, Look, Pause};

/// Everything that doing needs.
pub(super) struct Doing<'a, L, A, P> {
    pub(super) order: &'a Order<'a>,
    pub(super) again: Again<'a>,
    pub(super) look: &'a L,
    pub(super) act: &'a A,
    pub(super) pause: &'a P,
    pub(super) warrant: &'a Warrant,
}

impl<L: Look, A: Act, P: Pause> Doing<'_, L, A, P> {
    /// Carries out `plan`.
    pub(super) async fn carry(self, plan: &Plan) -> Done {
        let Self { order, again, look, act, pause, warrant } = self;
        let (settings, clock) = (order.settings, order.clock);
        let marking = Marking { act, pause, clock, key: &settings.tags.marked, warrant };
        let marks = contained("mark", "", mark(&marking, &plan.marks)).await;
        let marks = marks.unwrap_or_else(|panic| {
            plan.marks.iter().map(|step| MarkEnd { step: step.clone(), failed: Some(panic.clone()) }).collect()
        });
        let troubled = Cell::new(false);
        let acting = Acting { run: order.run, settings, again, clock, look, act, pause, warrant, troubled };
        let outcomes = carry_out(&acting, &plan.steps).await;
        let labelling = Marking { key: &settings.tags.launched_by, ..marking };
        let label = contained("label", "", launches::label(&labelling, &plan.labels)).await;
        let notes = label.unwrap_or_else(Some).into_iter().collect();
        Done { outcomes, marks, notes, troubled: acting.troubled.get() }
    }
}
