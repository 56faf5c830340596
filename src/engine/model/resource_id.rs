//! Identifies a resource: its kind, its account and Region, and its name there.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::engine::model::{Target, named};

named! {
    /// The kinds of resources that can be stopped and started. Those that are only reported are in
    /// [`ReportOnly`](crate::engine::model::ReportOnly).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        /// An EC2 instance. An entry of the record without a kind is about an instance.
        #[default]
        Instance = "instance",
        /// An RDS DB instance, or a cluster of Aurora, Neptune or DocumentDB.
        Database = "database",
        /// An ECS service.
        Service = "service",
    }
}

/// How the name of a DB instance begins.
const DB: &str = "db:";

/// How the name of a DB cluster begins.
const CLUSTER: &str = "cluster:";

/// How the name of a service begins.
const SERVICE: &str = "service:";

impl Kind {
    /// The kinds that are listed only where a policy names them.
    pub const NAMED: [Self; 2] = [Self::Database, Self::Service];

    /// Whether a stop or a start takes minutes. Then a later run finds out how it ended.
    pub fn takes_minutes(self) -> bool {
        match self {
            Self::Instance => false,
            Self::Database | Self::Service => true,
        }
    }

    /// Whether files omit the kind.
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde passes references
    fn is_implied(&self) -> bool {
        *self == Self::default()
    }

    /// The kind of the resource with this name. The name of a database or a service is the end of its ARN, because a DB instance and a
    /// cluster may have the same identifier, and an identifier may look like the id of an EC2 instance.
    pub(crate) fn of(name: &str) -> Self {
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        if begins(&[DB, CLUSTER]) {
            Self::Database
        } else if begins(&[SERVICE]) {
            Self::Service
        } else {
            Self::Instance
        }
    }
}

/// The key of every map, and of every line of the record. A name alone is not unique: databases in two Regions or two
/// accounts may have the same name. Ids sort by account, Region, kind and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Flat", into = "Flat")]
pub struct ResourceId {
    /// Account and Region, shared by the resources of one target.
    pub place: Arc<Target>,
    /// The kind of resource.
    pub kind: Kind,
    /// Its name there: `i-…` of an instance, `db:…` or `cluster:…` of a database, `service:CLUSTER/NAME` of a service.
    pub name: Arc<str>,
}

/// The form of an id in files. Lines of older releases lack account and Region.
#[derive(Serialize, Deserialize)]
struct Flat {
    id: Arc<str>,
    #[serde(default)]
    account: Arc<str>,
    #[serde(default)]
    region: Arc<str>,
    #[serde(default, skip_serializing_if = "Kind::is_implied")]
    kind: Kind,
}

impl From<Flat> for ResourceId {
    fn from(Flat { id, account, region, kind }: Flat) -> Self {
        Self { place: Arc::new(Target { account, region }), kind, name: id }
    }
}

impl From<ResourceId> for Flat {
    fn from(ResourceId { place, kind, name }: ResourceId) -> Self {
        let Target { account, region } = &*place;
        Self { id: name, account: account.clone(), region: region.clone(), kind }
    }
}

/// The account and Region of resources that older releases recorded by name only.
static NOWHERE: LazyLock<Arc<Target>> = LazyLock::new(Arc::default);

impl ResourceId {
    /// The id of an instance.
    pub fn instance(place: impl Into<Arc<Target>>, name: impl Into<Arc<str>>) -> Self {
        Self { place: place.into(), kind: Kind::Instance, name: name.into() }
    }

    /// The id of the resource with this name, which shows its kind.
    pub fn named(place: impl Into<Arc<Target>>, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Self { place: place.into(), kind: Kind::of(&name), name }
    }

    /// The id of a DB instance.
    pub fn db_instance(place: impl Into<Arc<Target>>, identifier: &str) -> Self {
        Self { place: place.into(), kind: Kind::Database, name: format!("{DB}{identifier}").into() }
    }

    /// The id of a DB cluster.
    pub fn db_cluster(place: impl Into<Arc<Target>>, identifier: &str) -> Self {
        Self { place: place.into(), kind: Kind::Database, name: format!("{CLUSTER}{identifier}").into() }
    }

    /// The id of a service in the cluster with this ARN. Names of services are unique only within their cluster.
    pub fn service(place: impl Into<Arc<Target>>, cluster: &str, name: &str) -> Self {
        let (_, cluster) = cluster.rsplit_once('/').unwrap_or(("", cluster));
        // Without both, it cannot be told from others.
        let identifier =
            if cluster.is_empty() || name.is_empty() { String::new() } else { format!("{cluster}/{name}") };
        Self { place: place.into(), kind: Kind::Service, name: format!("{SERVICE}{identifier}").into() }
    }

    /// The cluster and the name of a service.
    pub fn service_parts(&self) -> Option<(&str, &str)> {
        self.name.strip_prefix(SERVICE)?.split_once('/')
    }

    /// Whether it is a DB cluster.
    pub fn is_db_cluster(&self) -> bool {
        self.name.starts_with(CLUSTER)
    }

    /// The identifier of a database; the cluster and name of a service; the whole name of an instance.
    pub fn identifier(&self) -> &str {
        let name = &*self.name;
        [DB, CLUSTER, SERVICE].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
    }

    /// The id as an older release recorded it: without account and Region.
    #[must_use]
    pub fn unplaced(&self) -> Self {
        Self { place: NOWHERE.clone(), ..self.clone() }
    }

    /// Whether it has one of these names, which are of its kind and its account and Region.
    pub fn is_among(&self, names: &[Box<str>]) -> bool {
        names.iter().any(|name| **name == *self.name)
    }

    /// Whether its account and Region are known.
    pub fn is_placed(&self) -> bool {
        *self.place != **NOWHERE
    }
}

/// `111111111111/eu-west-1/instance/i-1`: a key where only text is possible.
impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.place, self.kind.as_str(), self.name)
    }
}

/// Reads the same form.
impl FromStr for ResourceId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(4, '/');
        let (Some(account), Some(region), Some(kind), Some(name)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        let kind = Kind::ALL.iter().copied().find(|known| known.as_str() == kind).ok_or(())?;
        Ok(Self { place: Target::new(account, region).into(), kind, name: name.into() })
    }
}

/// Reads an id that must have account and Region, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// If account or Region is missing.
pub(crate) fn placed<'de, D: Deserializer<'de>>(from: D) -> Result<ResourceId, D::Error> {
    let id = ResourceId::deserialize(from)?;
    if id.is_placed() { Ok(id) } else { Err(serde::de::Error::custom("the account and the Region are missing")) }
}

/// An id in a list for one target. The list has account and Region beside it, so only the name is stored.
pub(crate) mod name {
    use super::{Arc, Deserialize, Deserializer, NOWHERE, ResourceId, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(id: &ResourceId, serializer: S) -> Result<S::Ok, S::Error> {
        id.name.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ResourceId, D::Error> {
        Ok(ResourceId::named(NOWHERE.clone(), Arc::<str>::deserialize(from)?))
    }
}

/// The names alone, for calls to one target.
pub(crate) fn names<'a>(ids: impl IntoIterator<Item = &'a ResourceId>) -> Vec<Box<str>> {
    ids.into_iter().map(|id| Box::from(&*id.name)).collect()
}

/// The locations of the resources that `ids` name without account and Region. A name that was found twice has no
/// location.
pub(crate) fn places<'a, 'f>(
    ids: impl IntoIterator<Item = &'a ResourceId>,
    found: impl IntoIterator<Item = &'f ResourceId>,
) -> HashMap<ResourceId, ResourceId> {
    let unplaced = ids.into_iter().filter(|id| !id.is_placed());
    let mut known: HashMap<ResourceId, BTreeSet<&ResourceId>> =
        unplaced.map(|id| (id.clone(), BTreeSet::new())).collect();
    if known.is_empty() {
        return HashMap::new();
    }
    for id in found.into_iter().filter(|id| id.is_placed()) {
        if let Some(places) = known.get_mut(&id.unplaced()) {
            places.insert(id);
        }
    }
    let one = |(id, mut places): (ResourceId, BTreeSet<&ResourceId>)| {
        let first = places.pop_first()?;
        places.is_empty().then(|| (id, first.clone()))
    };
    known.into_iter().filter_map(one).collect()
}

/// Prepares the ids of one file. Each account and Region is stored once. An id without them takes those of another
/// line with the same name.
pub(crate) fn settle<'a>(ids: impl IntoIterator<Item = &'a mut ResourceId>) {
    let (mut ids, mut shared): (Vec<&mut ResourceId>, HashSet<Arc<Target>>) =
        (ids.into_iter().collect(), HashSet::new());
    let known = places(ids.iter().map(|id| &**id), ids.iter().map(|id| &**id));
    for id in &mut ids {
        if let Some(placed) = known.get(id) {
            **id = placed.clone();
        }
        match shared.get(&id.place) {
            Some(place) => id.place = place.clone(),
            None => drop(shared.insert(id.place.clone())),
        }
    }
}
