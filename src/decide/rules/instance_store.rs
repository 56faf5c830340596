//! `instance-store`: a stop is refused where the root is instance store, and erases the data where other
//! volumes are.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Instance, Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::InstanceStore, judge, inputs, mend: "an instance type without instance store" };

/// Family → whether its types have instance store. DescribeInstances shows EBS volumes only, so the type has
/// to tell.
static FAMILIES: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    let rows = include_str!("../../../data/instance-families.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once('\t')).map(|(family, store)| (family, store == "store")).collect()
});

fn tell(instance: &Instance) -> Option<String> {
    let root = instance.root.as_deref().unwrap_or_default();
    if root != "ebs" {
        return Some(format!("root device type `{root}`"));
    }
    if instance.ephemeral {
        return Some("instance-store volumes in its block device mappings".to_owned());
    }
    let kind = &*instance.kind;
    if kind.starts_with("mac") {
        return None; // `no-saving` says it better
    }
    match FAMILIES.get(kind.split('.').next().unwrap_or(kind)) {
        Some(false) => None,
        Some(true) => Some(format!("type `{kind}` has instance store, and a stop erases it")),
        None => Some(format!("whether type `{kind}` has instance store is unknown to this release")),
    }
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::InstanceStore { tell }))
}

fn inputs(case: &Case<'_>) -> String {
    told(tell(case.instance), "EBS root, no instance store")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_old_and_new_families() {
        assert_eq!(FAMILIES.get("t3"), Some(&false));
        assert_eq!(FAMILIES.get("m5d"), Some(&true));
        assert_eq!(FAMILIES.get("i3"), Some(&true));
        assert_eq!(FAMILIES.get("p3"), Some(&false));
        assert!(FAMILIES.len() > 180);
    }
}
