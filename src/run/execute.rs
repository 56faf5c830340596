//! Carries out a plan in its order: marks, then stops and starts, then labels.

use crate::engine::model::{MarkEnd, Notes};
use crate::engine::plan::Plan;
use crate::engine::report::done::Done;
use crate::ports::{Act, Pause, Scan};
use crate::run::act::{Acting, Noted, carry_out};
use crate::run::contained::contained;
use crate::run::mark::{Marking, mark};
use crate::run::recheck::Recheck;
use crate::run::warrant::Warrant;
use crate::run::{Order, launches};

/// The inputs of the execution.
pub(crate) struct Executor<'a, L, A, P> {
    pub(crate) order: &'a Order<'a>,
    pub(crate) recheck: Recheck<'a>,
    pub(crate) scanner: &'a L,
    pub(crate) act: &'a A,
    pub(crate) pause: &'a P,
    pub(crate) warrant: &'a Warrant,
}

impl<L: Scan, A: Act, P: Pause> Executor<'_, L, A, P> {
    /// Carries out `plan`.
    pub(crate) async fn execute(self, plan: &Plan) -> Done {
        let Self { order, recheck, scanner, act, pause, warrant } = self;
        let (settings, clock) = (order.settings, order.clock);
        let marking =
            Marking { act, pause, clock, key: &settings.tags.marked, stopped: &settings.tags.stopped, warrant };
        let marks = contained("mark", "", mark(&marking, &plan.marks)).await;
        let marks = marks.unwrap_or_else(|panic| {
            plan.marks.iter().map(|step| MarkEnd { step: step.clone(), failed: Some(panic.clone()) }).collect()
        });
        let noted = Noted::default();
        let acting = Acting { run: order.run, settings, recheck, clock, scanner, act, pause, warrant, noted };
        let outcomes = carry_out(&acting, &plan.steps).await;
        let labelling = Marking { key: &settings.tags.launched_by, ..marking };
        let label = contained("label", "", launches::label(&labelling, &plan.labels)).await;
        let lines = label.unwrap_or_else(Some).into_iter().collect();
        let notes = Notes { lines, troubled: acting.noted.troubled.get() };
        Done { outcomes, marks, notes, stop_tags: acting.noted.stop_tags.into_inner() }
    }
}
