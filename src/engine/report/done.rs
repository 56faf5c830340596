//! The result of executing a plan.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Action, MarkEnd, MarkStep, Notes, Outcome, OutcomeKind, ResourceId, StopTag};
use crate::engine::plan::Plan;

/// The result of a plan, or of a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Done {
    /// How each of its steps ended.
    pub outcomes: Vec<Outcome>,
    /// The results of its marks.
    pub marks: Vec<MarkEnd>,
    /// Other notes. `troubled` if something was held back that should not have been.
    #[serde(flatten)]
    pub notes: Notes,
    /// The tags of services that were stopped, and `None` of those that were started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_tags: Vec<StopTag>,
}

impl Done {
    /// The same failed outcome for every step and mark of `plan`.
    pub fn none(plan: &Plan, kind: OutcomeKind, why: &str, at: DateTime<Utc>) -> Self {
        let mark = |mark: &MarkStep| MarkEnd { step: mark.clone(), failed: Some(why.to_owned()) };
        let outcomes = Outcome::all(&plan.steps, kind, why, at);
        Self {
            outcomes,
            marks: plan.marks.iter().map(mark).collect(),
            notes: Notes { lines: Vec::new(), troubled: true },
            stop_tags: Vec::new(),
        }
    }

    /// Adds the result of another part.
    pub fn add(&mut self, other: Self) {
        let Self { outcomes, marks, notes, stop_tags } = other;
        self.outcomes.extend(outcomes);
        self.marks.extend(marks);
        self.notes.add(notes);
        self.stop_tags.extend(stop_tags);
    }

    /// The same result, with outcomes and marks in the order of the plan.
    pub fn in_order(mut self, plan: &Plan) -> Self {
        let step: HashMap<(&ResourceId, Action), usize> =
            plan.steps.iter().enumerate().map(|(place, step)| ((&step.id, step.action), place)).collect();
        let mark: HashMap<&ResourceId, usize> =
            plan.marks.iter().enumerate().map(|(place, mark)| (&mark.id, place)).collect();
        self.outcomes.sort_by_key(|outcome| step.get(&(&outcome.id, outcome.action)).copied());
        self.marks.sort_by_key(|end| mark.get(&end.step.id).copied());
        self
    }
}
