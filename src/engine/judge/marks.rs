//! The part of a plan that writes and removes marks.

use crate::engine::judge::marking::Marking;
use crate::engine::model::{Instance, MarkStep, MarkVerb, Target};

impl MarkStep {
    /// The step that a marking asks for.
    pub fn of(instance: &Instance, marking: &Marking) -> Self {
        let (verb, value, because) = match marking {
            Marking::Put(mark) => (MarkVerb::Put, Some(mark.to_string()), None),
            Marking::Lift(why) => (MarkVerb::Lift, None, Some(*why)),
        };
        let Target { account, region } = instance.target.clone();
        Self { id: instance.id.clone(), account, region, verb, value, because }
    }

    /// Where the instance is.
    pub fn target(&self) -> Target {
        Target { account: self.account.clone(), region: self.region.clone() }
    }
}
