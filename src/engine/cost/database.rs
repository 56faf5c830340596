//! The list price of a database: the attributes by which the price list tells databases apart. Storage, I/O and backups are
//! not in it. Storage and backups are billed while it is stopped, too, so a stop saves what is in it and no more.

use crate::engine::cost::parts::Part;
use crate::engine::cost::price::{PriceKey, Tenancy};
use crate::engine::model::{Database, Instance, Member, Product};

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

/// The storage type of I/O-Optimized clusters of Aurora.
const IO_OPTIMIZED: &str = "aurora-iopt1";

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

/// What a DB instance costs, or the members of a cluster, which are billed one by one.
///
/// # Errors
/// Why that is unknown, as text.
pub(crate) fn parts(instance: &Instance, facts: &Database) -> Result<Box<[Part]>, String> {
    let (is_cluster, region) = (instance.id.is_db_cluster(), &*instance.id.place.region);
    let key = |class: Option<&str>| key(class.unwrap_or_default(), is_cluster, facts, region);
    if facts.members.is_empty() {
        return key(Some(&instance.kind)).map(|key| Part::count([key]));
    }
    let keys = facts.members.iter().map(|Member { class, .. }| key(class.as_deref()));
    keys.collect::<Result<Vec<_>, _>>().map(Part::count)
}

/// The key for a line of a price file: the class, and an engine with what else its price depends on, such as
/// `oracle-se2 license-included multi-az`.
///
/// # Errors
/// What of it is not known, as text.
pub(crate) fn key_of_line(class: &str, region: &str, operation: &str) -> Result<PriceKey, String> {
    let mut words = operation.split_whitespace();
    let engine = words.next().ok_or("write the engine as its operation, such as `postgres`")?;
    let mut facts = Database { engine: engine.into(), multi_az: Some(false), ..Database::default() };
    for word in words {
        match word {
            "multi-az" => facts.multi_az = Some(true),
            "license-included" | "bring-your-own-license" => facts.license = Some(word.into()),
            "io-optimized" if engine.starts_with("aurora") => facts.storage = Some(IO_OPTIMIZED.into()),
            _ => return Err(format!("`{word}` says nothing of the price of `{engine}`")),
        }
    }
    key(class, false, &facts, region)
}

/// The key of the list price of one instance of this class.
///
/// # Errors
/// Why it has none, as text.
pub(crate) fn key(class: &str, is_cluster: bool, facts: &Database, region: &str) -> Result<PriceKey, String> {
    if class.is_empty() {
        return Err("the classes of its instances are unknown".to_owned());
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
    let deployment = match (is_cluster, facts.multi_az) {
        (true, _) | (false, Some(false)) => "Single-AZ",
        (false, Some(true)) => "Multi-AZ",
        (false, None) => return Err("whether it has a standby is unknown".to_owned()),
    };
    let usage = match (engine.starts_with("Aurora"), facts.storage.as_deref()) {
        (true, Some(IO_OPTIMIZED)) => "InstanceUsageIOOptimized",
        (true, _) => "InstanceUsage",
        (false, Some("iopt1")) => return Err("the price of I/O-optimized storage is not known".to_owned()),
        (false, _) => "",
    };
    let operation = [*engine, *edition, license, deployment, usage].join(PARTS).into();
    Ok(PriceKey {
        product: Product::Database,
        kind: class.into(),
        region: region.into(),
        operation,
        tenancy: Tenancy::Shared,
    })
}
