//! Whether an instance has instance store volumes. A stop erases their data.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::engine::model::{Instance, Marker};

/// Family → whether its types have instance store. DescribeInstances returns EBS volumes only, so the type decides.
static FAMILIES: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    let rows = include_str!("../../../data/instance-families.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once('\t')).map(|(family, store)| (family, store == "store")).collect()
});

/// Why the instance has, or may have, instance store.
pub(crate) fn instance_store(instance: &Instance) -> Option<Marker> {
    let root = instance.root.as_deref().unwrap_or_default();
    if root != "ebs" {
        return Some(Marker::RootDevice(root.to_owned()));
    }
    if instance.ephemeral {
        return Some(Marker::EphemeralVolumes);
    }
    let kind = &*instance.kind;
    if kind.starts_with("mac") {
        return None; // `no-saving` is the better reason
    }
    match FAMILIES.get(kind.split('.').next().unwrap_or(kind)) {
        Some(false) => None,
        Some(true) => Some(Marker::HasStore(kind.to_owned())),
        None => Some(Marker::UnknownType(kind.to_owned())),
    }
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
