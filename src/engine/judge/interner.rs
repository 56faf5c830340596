//! Values that many lines of a report share, stored once: 100,000 lines have only some dozens of types, owners and
//! prices.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::engine::cost::parts::Part;
use crate::engine::judge::Owner;

/// All shared values of a run.
#[derive(Debug, Default)]
pub struct Interner {
    names: HashSet<Arc<str>>,
    owners: HashSet<Arc<Owner>>,
    prices: HashSet<Arc<Result<Box<[Part]>, String>>>,
}

impl Interner {
    /// An instance type, or the name of a policy.
    pub fn name(&mut self, name: &str) -> Arc<str> {
        one(&mut self.names, name)
    }

    /// An owner.
    pub fn owner(&mut self, owner: Owner) -> Arc<Owner> {
        one(&mut self.owners, owner)
    }

    /// What a resource costs, or why that is unknown.
    pub fn parts(&mut self, parts: Result<Box<[Part]>, String>) -> Arc<Result<Box<[Part]>, String>> {
        one(&mut self.prices, parts)
    }
}

fn one<T, V>(known: &mut HashSet<Arc<T>>, value: V) -> Arc<T>
where
    T: Eq + Hash + ?Sized,
    V: Borrow<T>,
    Arc<T>: From<V>,
{
    if let Some(kept) = known.get(value.borrow()) {
        return kept.clone();
    }
    let new: Arc<T> = Arc::from(value);
    known.insert(new.clone());
    new
}
