//! What a request selects.

use std::collections::BTreeSet;

use crate::engine::config::Settings;
use crate::engine::request::RequestInvalid;

/// What a request selects within the settings' scope. `None` selects everything; an empty list selects nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Account ids or names.
    pub accounts: Option<Vec<String>>,
    /// Regions.
    pub regions: Option<Vec<String>>,
    /// Instance ids.
    pub instances: Option<Vec<String>>,
    /// Policy names.
    pub policies: Option<Vec<String>>,
    /// Pairs of account id and Region that an AWS event names. They may be outside the settings' scope, because no
    /// user typed them. That is explained, and is not an error.
    pub places: Option<BTreeSet<(String, String)>>,
}

impl Scope {
    /// Checks the request against the settings.
    ///
    /// # Errors
    /// [`RequestInvalid`] for a policy or Region that is not in the settings: a typo must not look like a clean
    /// result.
    pub fn check(&self, settings: &Settings) -> Result<(), RequestInvalid> {
        for name in self.policies.iter().flatten() {
            if !settings.policies.iter().any(|policy| policy.name == *name) {
                let known: Vec<_> = settings.policies.iter().map(|policy| policy.name.as_str()).collect();
                return Err(RequestInvalid::UnknownPolicy { name: name.clone(), known: known.join(", ") });
            }
        }
        for name in self.regions.iter().flatten() {
            if !settings.scope.names_region(name) {
                let mend = "add it to `regions` in `[scope]`";
                return Err(RequestInvalid::OutOfScope { what: "Region", name: name.clone(), mend });
            }
        }
        Ok(())
    }

    /// Whether the request selects this Region.
    pub fn has_region(&self, region: &str) -> bool {
        self.regions.as_ref().is_none_or(|regions| regions.iter().any(|name| name == region))
    }

    /// Whether the request selects this account, by its id or by its name. The name is not case-sensitive.
    pub fn has_account(&self, id: &str, name: Option<&str>) -> bool {
        let named = |wanted: &String| wanted == id || name.is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        self.accounts.as_ref().is_none_or(|accounts| accounts.iter().any(named))
            && self.places.as_ref().is_none_or(|places| places.iter().any(|(account, _)| account == id))
    }

    /// Whether an event selects this Region of this account.
    pub fn has_place(&self, account: &str, region: &str) -> bool {
        let here = |(a, r): &(String, String)| a == account && r == region;
        self.places.as_ref().is_none_or(|places| places.iter().any(here))
    }

    /// Whether the request selects this instance.
    pub fn has_instance(&self, id: &str) -> bool {
        self.instances.as_ref().is_none_or(|ids| ids.iter().any(|wanted| wanted == id))
    }

    /// Whether the request selects this policy.
    pub fn has_policy(&self, name: &str) -> bool {
        self.policies.as_ref().is_none_or(|policies| policies.iter().any(|wanted| wanted == name))
    }

    /// Whether it is the settings' whole scope: no selector is set.
    pub fn is_whole(&self) -> bool {
        let Self { accounts, regions, instances, policies, places } = self;
        [accounts, regions, instances, policies].iter().all(|selector| selector.is_none()) && places.is_none()
    }

    /// Whether an empty list excludes everything.
    pub fn is_empty(&self) -> bool {
        [&self.accounts, &self.regions, &self.instances].iter().any(|list| list.as_ref().is_some_and(Vec::is_empty))
            || self.places.as_ref().is_some_and(BTreeSet::is_empty)
    }
}
