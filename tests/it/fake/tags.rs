//! Tags of the fake world, which AWS may confirm and not write.

use idle_reaper::engine::model::{Tags, Target};

use super::shape::Shape;
use super::{Fault, Inner};

impl Inner {
    /// Writes a tag, where it is not ignored.
    pub(super) fn write_tag(&mut self, target: &Target, ids: &[Box<str>], key: &str, value: &str) {
        let faults = self.faults.clone();
        let ignores = [Fault::TagIgnored, Fault::TagIgnoredOnce];
        self.each(target, ids, |instance| {
            if !ignores.iter().any(|fault| faults.suffers(&instance.id.name, *fault)) {
                *instance = instance.clone().tag(key, value);
            }
        });
        self.faults.pass(ids, Fault::TagIgnoredOnce);
    }

    /// Removes a tag, where it is not ignored.
    pub(super) fn remove_tag(&mut self, target: &Target, ids: &[Box<str>], key: &str) {
        let faults = self.faults.clone();
        let without = |tags: &Tags| Tags::new(tags.iter().filter(|(found, _)| *found != key));
        let ignores = [Fault::UntagIgnored, Fault::ProtectedUntagIgnored, Fault::ProtectedUntagIgnoredOnce];
        self.each(target, ids, |instance| {
            if !ignores.iter().any(|fault| faults.suffers(&instance.id.name, *fault)) {
                instance.tags = without(&instance.tags);
            }
        });
        for id in ids.iter().filter(|id| faults.suffers(id, Fault::ProtectedUntagIgnoredOnce)) {
            self.faults.instances.insert(id.clone(), Fault::Protected);
        }
    }
}
