//! The list price of a database: the attributes by which the price list tells databases apart. Storage, I/O and backups are
//! not in it. Storage and backups are billed while it is stopped, too, so a stop saves what is in it and no more.

use crate::engine::cost::price::{PriceKey, Tenancy};
use crate::engine::model::{Database, Instance, Product};

/// The names of an engine in the price list: the engine and its edition. Engines with other ways of licensing are not
/// here, and have no price.
const ENGINES: [(&str, &str, &str); 16] = [
    ("postgres", "PostgreSQL", ""),
    ("mysql", "MySQL", ""),
    ("mariadb", "MariaDB", ""),
    ("oracle-ee", "Oracle", "Enterprise"),
    ("oracle-ee-cdb", "Oracle", "Enterprise"),
    ("oracle-se2", "Oracle", "Standard Two"),
    ("oracle-se2-cdb", "Oracle", "Standard Two"),
    ("sqlserver-ex", "SQL Server", "Express"),
    ("sqlserver-web", "SQL Server", "Web"),
    ("sqlserver-se", "SQL Server", "Standard"),
    ("sqlserver-ee", "SQL Server", "Enterprise"),
    ("aurora", "Aurora MySQL", ""),
    ("aurora-mysql", "Aurora MySQL", ""),
    ("aurora-postgresql", "Aurora PostgreSQL", ""),
    (DOCDB, DOCDB, ""),
    (NEPTUNE, NEPTUNE, ""),
];

/// DocumentDB has a service code of its own in the price list.
pub(crate) const DOCDB: &str = "docdb";

/// Neptune, too.
pub(crate) const NEPTUNE: &str = "neptune";

/// The parts of [`PriceKey::operation`] of a database, in this order.
const PARTS: &str = "|";

/// The attributes of a database in the price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Priced<'a> {
    pub(crate) engine: &'a str,
    pub(crate) edition: &'a str,
    pub(crate) license: &'a str,
    pub(crate) deployment: &'a str,
    /// How its usage type begins: I/O-Optimized clusters have another than others.
    pub(crate) usage: &'a str,
}

impl<'a> Priced<'a> {
    /// The attributes in `operation`.
    pub(crate) fn parse(operation: &'a str) -> Self {
        let mut parts = operation.split(PARTS);
        let mut next = || parts.next().unwrap_or_default();
        Self { engine: next(), edition: next(), license: next(), deployment: next(), usage: next() }
    }
}

/// The key of the list price of a DB instance, or of one member of a cluster.
///
/// # Errors
/// Why it has none, as text.
pub(crate) fn key(instance: &Instance, facts: &Database) -> Result<PriceKey, String> {
    let (class, is_cluster) = (&*instance.kind, instance.id.is_db_cluster());
    if class.is_empty() {
        return Err("the classes of its instances are unknown".to_owned());
    }
    if class.contains('+') {
        return Err(format!("its instances have several classes: {class}"));
    }
    if class == "db.serverless" {
        return Err("the price of a serverless database depends on its capacity".to_owned());
    }
    let found = ENGINES.iter().find(|(name, ..)| **name == *facts.engine);
    let Some((_, engine, edition)) = found else {
        return Err(format!("the price of the engine `{}` is not known", facts.engine));
    };
    let license = match (*engine, facts.license.as_deref()) {
        ("Oracle", Some("bring-your-own-license")) => "Bring your own license",
        ("Oracle" | "SQL Server", Some("license-included")) => "License included",
        ("Oracle" | "SQL Server", other) => {
            return Err(format!("the price of the licence model `{}` is not known", other.unwrap_or_default()));
        }
        (_, _) => "",
    };
    // The members of a cluster are billed one by one.
    let deployment = match (is_cluster, facts.multi_az) {
        (true, _) | (false, Some(false)) => "Single-AZ",
        (false, Some(true)) => "Multi-AZ",
        (false, None) => return Err("whether it has a standby is unknown".to_owned()),
    };
    let usage = match (engine.starts_with("Aurora"), facts.storage.as_deref()) {
        (true, Some("aurora-iopt1")) => "InstanceUsageIOOptimized",
        (true, _) => "InstanceUsage",
        (false, Some("iopt1")) => return Err("the price of I/O-optimized storage is not known".to_owned()),
        (false, _) => "",
    };
    let operation = [*engine, *edition, license, deployment, usage].join(PARTS).into();
    let (kind, region) = (class.into(), (&*instance.id.place.region).into());
    Ok(PriceKey { product: Product::Database, kind, region, operation, tenancy: Tenancy::Shared })
}

/// How many units of its key a resource costs: a cluster has several instances.
pub fn units(instance: &Instance) -> u32 {
    let members = instance.database.as_ref().map_or(1, |facts| facts.members.len());
    u32::try_from(members).unwrap_or(u32::MAX).max(1)
}
