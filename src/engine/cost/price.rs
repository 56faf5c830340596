//! List prices: the requests to the price list, the parsing of its responses, and the prices that are known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::cost::query::Query;
use crate::engine::model::{Instance, Product, Usd, json_lines, sane};

/// A price older than this is requested again. AWS rarely changes the on-demand price of an instance type.
const ASK_DAYS: i64 = 30;

/// A price that could not be requested again is used for this many days. After that it is unknown.
const TRUST_DAYS: i64 = 90;

/// A price that the list did not have is requested again after this many days: new types appear in the list late.
const UNKNOWN_DAYS: i64 = 1;

/// `UsageOperation` by `PlatformDetails`, from "AMI billing information fields" in the EC2 user guide. For responses
/// that contain only the latter.
const OPERATIONS: [(&str, &str); 19] = [
    ("Linux/UNIX", "RunInstances"),
    ("Red Hat BYOL Linux", "RunInstances:00g0"),
    ("Red Hat Enterprise Linux", "RunInstances:0010"),
    ("Red Hat Enterprise Linux with HA", "RunInstances:1010"),
    ("Red Hat Enterprise Linux with SQL Server Standard and HA", "RunInstances:1014"),
    ("Red Hat Enterprise Linux with SQL Server Enterprise and HA", "RunInstances:1110"),
    ("Red Hat Enterprise Linux with SQL Server Standard", "RunInstances:0014"),
    ("Red Hat Enterprise Linux with SQL Server Web", "RunInstances:0210"),
    ("Red Hat Enterprise Linux with SQL Server Enterprise", "RunInstances:0110"),
    ("SQL Server Enterprise", "RunInstances:0100"),
    ("SQL Server Standard", "RunInstances:0004"),
    ("SQL Server Web", "RunInstances:0200"),
    ("SUSE Linux", "RunInstances:000g"),
    ("Ubuntu Pro", "RunInstances:0g00"),
    ("Windows", "RunInstances:0002"),
    ("Windows BYOL", "RunInstances:0800"),
    ("Windows with SQL Server Enterprise", "RunInstances:0102"),
    ("Windows with SQL Server Standard", "RunInstances:0006"),
    ("Windows with SQL Server Web", "RunInstances:0202"),
];

/// The values on which a list price depends. Two instances with the same key need one lookup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PriceKey {
    /// What is sold.
    #[serde(default, skip_serializing_if = "Product::is_implied")]
    pub product: Product,
    /// Its type: an instance type, `gp3`, `application`; empty where the product has none.
    pub kind: Box<str>,
    /// The code of the Region or Local Zone.
    pub region: Box<str>,
    /// `UsageOperation`: the operating system and licences; of a database its engine, edition, licence, deployment and
    /// usage type; empty for other products.
    pub operation: Box<str>,
    /// Whether it runs on dedicated hardware.
    pub tenancy: Tenancy,
}

/// The tenancies that have their own price. Instances on a Dedicated Host have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenancy {
    /// `default`
    Shared,
    /// `dedicated`
    Dedicated,
}

impl Tenancy {
    /// The name in the price list.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "Shared",
            Self::Dedicated => "Dedicated",
        }
    }
}

/// A list price, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Price {
    /// US dollars per hour; for a product that is sold by the month, per month.
    Hourly(Usd),
    /// Unknown, for this cause. It never counts as zero.
    Unknown(String),
}

impl Price {
    /// US dollars per hour, if known.
    pub fn known(&self) -> Option<Usd> {
        match self {
            Self::Hourly(usd) => Some(*usd),
            Self::Unknown(_) => None,
        }
    }

    /// The cost of a month, if known.
    pub fn monthly(&self) -> Option<Usd> {
        self.known().map(Usd::monthly)
    }
}

impl PriceKey {
    /// The key of the list price of an EC2 instance.
    ///
    /// # Errors
    /// Why it has none, as text.
    pub fn of(instance: &Instance) -> Result<Self, String> {
        if let Some(lifecycle) = &instance.lifecycle {
            return Err(format!("the price list has no price for the lifecycle `{lifecycle}`"));
        }
        let tenancy = match instance.tenancy.as_deref() {
            Some("default") => Tenancy::Shared,
            Some("dedicated") => Tenancy::Dedicated,
            Some(other) => return Err(format!("the price list has no price for the tenancy `{other}`")),
            None => return Err("its tenancy is unknown".to_owned()),
        };
        if instance.outpost.is_some() {
            return Err("it runs on an Outpost, which is billed as a whole".to_owned());
        }
        if instance.kind.is_empty() {
            return Err("its type is unknown".to_owned());
        }
        let operation = operation(instance)?;
        let product = Product::Instance;
        Ok(Self { product, kind: instance.kind.clone(), region: place(instance)?, operation, tenancy })
    }

    /// The key of the list price of one unit of another product.
    pub fn unit(product: Product, kind: &str, region: &str) -> Self {
        let (kind, region, operation) = (kind.into(), region.into(), Box::default());
        Self { product, kind, region, operation, tenancy: Tenancy::Shared }
    }
}

/// The price list's `regionCode`. A Local Zone has its own, the zone's name without its letter: `us-west-2-lax-1` for
/// `us-west-2-lax-1a`. The code of a Wavelength Zone cannot be derived from its name.
fn place(instance: &Instance) -> Result<Box<str>, String> {
    let region = &*instance.id.place.region;
    let Some(zone) = instance.details.zone.as_deref() else { return Ok(region.into()) };
    let code = zone.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let beneath = zone.strip_prefix(region).and_then(|rest| rest.strip_prefix('-'));
    match beneath {
        None if code == region && zone.len() == region.len() + 1 => Ok(region.into()),
        Some(rest) if rest.split('-').count() == 2 && zone.len() == code.len() + 1 => Ok(code.into()),
        Some(_) | None => Err(format!("the price list's code for the zone `{zone}` is not known")),
    }
}

/// The price list's value for the operating system and licences.
fn operation(instance: &Instance) -> Result<Box<str>, String> {
    if let Some(usage) = &instance.details.usage {
        return Ok(usage.clone());
    }
    let Some(platform) = &instance.details.platform else {
        return Err("its platform is unknown".to_owned());
    };
    let known = OPERATIONS.iter().find(|(details, _)| **details == **platform);
    known.map(|(_, operation)| (*operation).into()).ok_or_else(|| format!("the platform `{platform}` is not known"))
}

/// Every known price, as stored in the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    asked: BTreeMap<PriceKey, (Price, DateTime<Utc>)>,
    /// Prices that could not be requested in this run, with the cause. They are not stored in the record.
    failed: BTreeMap<PriceKey, String>,
    /// Prices of the operator's price file, which take precedence. They are not stored in the table.
    given: BTreeMap<PriceKey, Usd>,
    /// Prices that the release brings along, for what nothing else has. They are not stored in the table.
    bundled: BTreeMap<PriceKey, Usd>,
}

/// One line of the table in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    key: PriceKey,
    price: Price,
    #[serde(deserialize_with = "sane")]
    asked: DateTime<Utc>,
}

impl Prices {
    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.given.is_empty()
    }

    /// The key of the table in the record.
    pub const KEY: &str = "state/prices.jsonl";

    /// Reads a table, one JSON line per price. A price whose line cannot be read is requested again.
    pub fn parse(text: &str) -> Self {
        // Earlier releases accepted a list price of 0.
        let lines = json_lines::readable(text).filter(|line: &Line| line.price != Price::Hourly(Usd::ZERO));
        let asked = lines.map(|Line { key, price, asked }| (key, (price, asked))).collect();
        Self { asked, ..Self::default() }
    }

    /// Adds the prices of a price file.
    #[must_use]
    pub fn with(self, given: BTreeMap<PriceKey, Usd>) -> Self {
        Self { given, ..self }
    }

    /// Adds the prices that the release brings along.
    #[must_use]
    pub fn or_bundled(self, bundled: BTreeMap<PriceKey, Usd>) -> Self {
        Self { bundled, ..self }
    }

    /// Whether the price of this key is one that the release brings along.
    pub fn is_bundled(&self, key: &PriceKey) -> bool {
        !self.given.contains_key(key) && !self.asked.contains_key(key) && self.bundled.contains_key(key)
    }

    /// The text of the table in the record.
    pub fn text(&self) -> String {
        let line = |(key, (price, asked)): (&PriceKey, &(Price, DateTime<Utc>))| Line {
            key: key.clone(),
            price: price.clone(),
            asked: *asked,
        };
        json_lines::text(self.asked.iter().map(line))
    }

    /// The distinct `keys` that must be requested, because they are unknown here or too old. An entry in the future
    /// comes from a wrong clock, and counts as too old.
    pub fn missing(&self, keys: impl IntoIterator<Item = PriceKey>, now: DateTime<Utc>) -> BTreeSet<PriceKey> {
        let fresh = |key: &PriceKey| {
            self.asked.get(key).is_some_and(|(price, asked)| {
                let days = match price {
                    Price::Hourly(_) => ASK_DAYS,
                    Price::Unknown(_) => UNKNOWN_DAYS,
                };
                *asked <= now && now - *asked < Duration::days(days)
            })
        };
        keys.into_iter().filter(|key| !self.given.contains_key(key) && !fresh(key)).collect()
    }

    /// Stores a response of the price list, and drops prices that were not requested for a long time.
    pub fn learn(&mut self, key: PriceKey, price: Price, now: DateTime<Utc>) {
        self.asked.retain(|_, (_, asked)| now - *asked < Duration::days(TRUST_DAYS));
        self.failed.remove(&key);
        self.asked.insert(key, (price, now));
    }

    /// Records that the price list could not be queried. An old price stays in use, and is requested again in the next
    /// run.
    pub fn fail(&mut self, key: PriceKey, cause: String) {
        self.failed.insert(key, cause);
    }

    /// The price of this key.
    pub fn find(&self, key: &PriceKey, now: DateTime<Utc>) -> Price {
        if let Some(usd) = self.given.get(key) {
            return Price::Hourly(*usd);
        }
        match (self.asked.get(key), self.failed.get(key)) {
            (Some((Price::Hourly(usd), asked)), _) if now - *asked < Duration::days(TRUST_DAYS) => Price::Hourly(*usd),
            (_, Some(cause)) => Price::Unknown(cause.clone()),
            (Some((Price::Unknown(cause), _)), None) => Price::Unknown(cause.clone()),
            (Some((Price::Hourly(_), _)), None) => Price::Unknown("the price that is known is too old".to_owned()),
            (None, None) => match self.bundled.get(key) {
                Some(usd) => Price::Hourly(*usd),
                None => Price::Unknown("the price list was not asked".to_owned()),
            },
        }
    }
}

/// Reads the GetProducts response for `key`: each product is a JSON text in the documented format. Prices of other
/// products, and of reserved capacity, are ignored.
pub fn price_of(key: &PriceKey, products: &[String]) -> Price {
    let mut prices = BTreeSet::new();
    for product in products {
        let Ok(product) = serde_json::from_str::<Value>(product) else {
            return Price::Unknown("the price list's answer cannot be read".to_owned());
        };
        let attributes = product.pointer("/product/attributes").unwrap_or(&Value::Null);
        if is_of(attributes, key) {
            collect(product.pointer("/terms/OnDemand"), key.product, &mut prices);
        }
    }
    let mut prices = prices.into_iter();
    match (prices.next(), prices.count()) {
        // Products that are sold in another way, or not yet, are in the list with a price of 0.
        (Some(usd), 0) if usd == Usd::ZERO => {
            Price::Unknown("the price list has 0 for it, which is no price".to_owned())
        }
        (Some(usd), 0) => Price::Hourly(usd),
        (Some(_), more) => Price::Unknown(format!("the price list has {} different prices for it", more + 1)),
        (None, _) if products.is_empty() => Price::Unknown("the price list does not have it".to_owned()),
        (None, _) if key.product.is_hourly() => {
            Price::Unknown("the price list has no hourly price in US dollars for it".to_owned())
        }
        (None, _) => Price::Unknown("the price list has no price in US dollars for its unit".to_owned()),
    }
}

/// Whether a product's attributes match `key`. The filters of the request are checked again, because a wrong price is
/// worse than none. A missing attribute is not a mismatch, except for the usage type of what is told apart by it.
fn is_of(attributes: &Value, key: &PriceKey) -> bool {
    let (query, text) = (Query::of(key), |name: &str| attributes.get(name).and_then(Value::as_str));
    let is_wanted = |(name, value): &(&str, &str)| text(name).is_none_or(|found| found.eq_ignore_ascii_case(value));
    query.attributes.iter().all(is_wanted) && query.has_usage(text("usagetype").unwrap_or_default())
}

/// Collects every price in US dollars for the product's unit.
fn collect(on_demand: Option<&Value>, product: Product, prices: &mut BTreeSet<Usd>) {
    fn members(value: Option<&Value>) -> impl Iterator<Item = &Value> {
        value.and_then(Value::as_object).into_iter().flat_map(|members| members.values())
    }
    fn text<'v>(dimension: &'v Value, pointer: &str) -> Option<&'v str> {
        dimension.pointer(pointer).and_then(Value::as_str)
    }
    for dimension in members(on_demand).flat_map(|term| members(term.get("priceDimensions"))) {
        let is_unit = text(dimension, "/unit").is_some_and(|unit| unit.eq_ignore_ascii_case(product.unit()));
        let usd = text(dimension, "/pricePerUnit/USD").and_then(Usd::parse);
        prices.extend(usd.filter(|_| is_unit));
    }
}
