//! In which order an organisation is looked at.

use crate::words::Target;

/// Targets in the order of looking: one Region of every account before the next Region of any. Whoever looks into an
/// account first waits for its session, and the rest of the account would wait with it, a seat each: in an organisation
/// of a thousand accounts and seventeen Regions that was half of the run.
pub(super) fn across(mut targets: Vec<Target>) -> Vec<Target> {
    targets.sort_by(|a, b| (&a.region, &a.account).cmp(&(&b.region, &b.account)));
    targets
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_account_is_looked_into_twice_before_every_account_was() {
        let all = ["1", "2", "3"].into_iter().flat_map(|account| ["a", "b"].map(|region| Target::new(account, region)));
        let order = across(all.collect());
        let accounts: HashSet<&str> = order[..3].iter().map(|target| &*target.account).collect();
        assert_eq!((accounts.len(), order.len()), (3, 6));
    }
}
