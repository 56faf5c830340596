//! The part of a plan that writes and removes marks.

use crate::engine::judge::Marking;
use crate::engine::model::{Instance, MarkStep, MarkVerb};

impl MarkStep {
    /// The step for a marking.
    pub fn of(instance: &Instance, marking: &Marking) -> Self {
        let (verb, value, because) = match marking {
            Marking::Put(mark) => (MarkVerb::Put, Some(mark.to_string()), None),
            Marking::Lift(why) => (MarkVerb::Lift, None, Some(*why)),
        };
        Self { id: instance.id.clone(), verb, value, because }
    }

    /// The step that removes the tag of an earlier stop.
    pub fn untag(instance: &Instance) -> Self {
        Self { id: instance.id.clone(), verb: MarkVerb::Untag, value: None, because: None }
    }
}
