//! Data about resources, by their ids.

use std::collections::BTreeMap;

use crate::engine::model::{ResourceId, places};

/// A value for each resource. Older releases recorded no account and Region. Such an entry applies to every resource
/// of that kind and name, until the resource's location is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByResource<V>(BTreeMap<ResourceId, V>);

impl<V> Default for ByResource<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<V> FromIterator<(ResourceId, V)> for ByResource<V> {
    fn from_iter<I: IntoIterator<Item = (ResourceId, V)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<V> ByResource<V> {
    /// The values for `id`. Values that are known by name only come last.
    pub fn all(&self, id: &ResourceId) -> impl Iterator<Item = &V> {
        let by_name = if self.0.is_empty() { None } else { self.0.get(&id.unplaced()) };
        self.0.get(id).into_iter().chain(by_name.filter(|_| id.is_placed()))
    }

    /// The first of these values.
    pub fn get(&self, id: &ResourceId) -> Option<&V> {
        self.all(id).next()
    }

    /// The entry of exactly `id`.
    pub fn entry(&mut self, id: ResourceId) -> &mut V
    where
        V: Default,
    {
        self.0.entry(id).or_default()
    }

    /// The entry of exactly `id`, if there is one.
    pub fn get_mut(&mut self, id: &ResourceId) -> Option<&mut V> {
        self.0.get_mut(id)
    }

    /// Replaces the value of exactly `id`.
    pub fn insert(&mut self, id: ResourceId, value: V) {
        self.0.insert(id, value);
    }

    /// Removes the value of exactly `id`.
    pub fn remove(&mut self, id: &ResourceId) {
        self.0.remove(id);
    }

    /// Every entry, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&ResourceId, &V)> {
        self.0.iter()
    }

    /// Every value, in the same order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values()
    }

    /// Whether an entry has no known account and Region.
    pub fn has_unplaced(&self) -> bool {
        self.0.keys().any(|id| !id.is_placed())
    }

    /// Gives entries without account and Region those of the resources that were found. `merge` combines such an entry
    /// with one that exists already.
    pub fn place<'a>(&mut self, found: impl IntoIterator<Item = &'a ResourceId>, merge: impl Fn(&mut V, V)) {
        for (old, new) in places(self.0.keys(), found) {
            let Some(value) = self.0.remove(&old) else { continue };
            match self.0.get_mut(&new) {
                Some(known) => merge(known, value),
                None => drop(self.0.insert(new, value)),
            }
        }
    }
}
