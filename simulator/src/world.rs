//! The simulated organisation: its accounts, its instances and its sessions. What calls do is in `calls`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Timelike, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::database::Database;
use crate::database_fields::Fields;
use crate::faults::{Fault, Faults};
use crate::fleet;
use crate::hub::Hub;
use crate::instance::Instance;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::organizations::Organization;
use crate::request::Call;
use crate::service::Service;
use crate::service_fields::ServiceFields;
use crate::spec::{Entry, Spec, entry};
use crate::unused::{Left, Leftovers};

/// The longest hang, in seconds, so that no test waits forever.
pub(crate) const LONGEST_HANG: f64 = 60.0;

/// One Region of one account.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub(crate) instances: Vec<Instance>,
    pub(crate) by_id: HashMap<Box<str>, usize>,
    /// Instances behind load balancers of this place.
    pub(crate) balanced: Vec<String>,
    /// DB instances and clusters.
    pub(crate) databases: Vec<Database>,
    /// ECS services.
    pub(crate) services: Vec<Service>,
    /// What is left here beside instances.
    pub(crate) left: Leftovers,
    /// Instances on which somebody has an active session of Session Manager, once for each session.
    pub(crate) sessions: Vec<String>,
}

/// Account, Region and id of an instance.
pub(crate) type Where = (Arc<str>, Arc<str>, Box<str>);

/// A session: the owner of an access key.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) account: String,
    pub(crate) role: Option<String>,
}

/// The simulated organisation.
pub struct World {
    pub(crate) spec: Spec,
    pub(crate) meter: Meter,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) now: Option<DateTime<Utc>>,
    pub(crate) regions: Vec<Arc<str>>,
    /// Account ids by name.
    pub(crate) accounts: BTreeMap<String, String>,
    pub(crate) known: HashSet<String>,
    /// Accounts that refuse every session.
    pub(crate) closed: HashSet<String>,
    pub(crate) hub_account: String,
    pub(crate) organization: Organization,
    pub(crate) places: HashMap<(Arc<str>, Arc<str>), Place>,
    /// The location of each named instance.
    pub(crate) stories: BTreeMap<String, Where>,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) hub: Hub,
}

fn digest(name: &str) -> String {
    Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Twelve digits, the first of them not 0, as in `tests/world.py`.
fn account_id(name: &str) -> String {
    let number =
        Sha256::digest(name).iter().fold(0_u128, |sum, byte| (sum * 256 + u128::from(*byte)) % 900_000_000_000);
    (100_000_000_000 + number).to_string()
}

impl World {
    /// Builds the world that the spec describes.
    pub(crate) fn of(spec: &Value) -> Result<Self, String> {
        let spec: Spec = serde_json::from_value(spec.clone()).map_err(|error| format!("the spec is wrong: {error}"))?;
        let mut accounts = BTreeMap::from([(spec.hub.clone(), account_id(&spec.hub))]);
        for account in &spec.accounts {
            accounts.insert(account.name.clone(), account.id.clone().unwrap_or_else(|| account_id(&account.name)));
        }
        accounts.extend(spec.fleet.iter().flat_map(fleet::accounts));
        let shut = |state: &Option<String>| state.as_deref().is_some_and(|state| state != "ACTIVE");
        let shut = spec.accounts.iter().filter(|account| account.refuses || shut(&account.state));
        let mut world = Self {
            meter: Meter::default(),
            faults: Faults::default(),
            limits: Limits::default(),
            now: spec.now,
            regions: spec.regions.iter().map(|region| region.as_str().into()).collect(),
            closed: shut.filter_map(|account| accounts.get(&account.name).cloned()).collect(),
            known: accounts.values().cloned().collect(),
            hub_account: accounts[&spec.hub].clone(),
            organization: Organization::of(&spec, &accounts),
            places: HashMap::new(),
            stories: BTreeMap::new(),
            sessions: HashMap::new(),
            hub: Hub::of(&spec),
            accounts,
            spec,
        };
        let owner = Session { account: world.hub_account.clone(), role: None };
        world.sessions.insert(world.hub_key(), owner);
        world.fill()?;
        Ok(world)
    }

    fn hub_key(&self) -> String {
        format!("AKIA{}", self.hub_account)
    }

    fn fill(&mut self) -> Result<(), String> {
        for fields in self.spec.instances.clone() {
            let entry = entry(&self.spec.defaults, &fields)?;
            let base = entry.story.clone().ok_or("an instance needs a `story`")?;
            let count = entry.count.unwrap_or(1);
            for n in 1..=count {
                let story = if count == 1 { base.clone() } else { format!("{base}-{n}") };
                self.run(&story, &entry)?;
            }
        }
        self.leave(self.spec.volumes.clone(), |left| &mut left.volumes)?;
        self.leave(self.spec.addresses.clone(), |left| &mut left.addresses)?;
        self.leave(self.spec.nat_gateways.clone(), |left| &mut left.nat_gateways)?;
        self.leave(self.spec.load_balancers.clone(), |left| &mut left.load_balancers)?;
        self.leave(self.spec.eks_clusters.clone(), |left| &mut left.eks_clusters)?;
        for fields in self.spec.databases.clone() {
            self.add_database(&Fields::read(&self.spec.defaults, &fields)?)?;
        }
        for fields in self.spec.services.clone() {
            self.add_service(&ServiceFields::read(&self.spec.defaults, &fields)?)?;
        }
        if let Some(fleet) = self.spec.fleet.clone() {
            let made = fleet::instances(&fleet, &self.regions, self.now())?;
            for (account, region, instance) in made {
                self.put(account.into(), region, instance);
            }
        }
        Ok(())
    }

    fn leave(&mut self, entries: Vec<Left>, list: fn(&mut Leftovers) -> &mut Vec<Left>) -> Result<(), String> {
        for one in entries {
            let id = self.accounts.get(&one.account).ok_or_else(|| format!("there is no account `{}`", one.account))?;
            let place = (id.as_str().into(), one.region.as_str().into());
            list(&mut self.places.entry(place).or_default().left).push(one);
        }
        Ok(())
    }

    fn add_database(&mut self, fields: &Fields) -> Result<(), String> {
        let name = fields.database.as_deref().ok_or("a database needs a `database`, its identifier")?;
        let made = Database::new(name, fields, self.now());
        self.place_of(name, fields.account.as_ref(), fields.region.as_deref())?.databases.push(made);
        Ok(())
    }

    fn add_service(&mut self, fields: &ServiceFields) -> Result<(), String> {
        let name = fields.service.as_deref().ok_or("a service needs a `service`, its name")?;
        let cluster = fields.cluster.as_deref().ok_or_else(|| format!("service `{name}` needs a `cluster`"))?;
        let made = Service::new(cluster, name, fields, self.now());
        self.place_of(name, fields.account.as_ref(), fields.region.as_deref())?.services.push(made);
        Ok(())
    }

    /// The place of a new resource.
    fn place_of(&mut self, name: &str, account: Option<&String>, region: Option<&str>) -> Result<&mut Place, String> {
        let account = account.ok_or_else(|| format!("`{name}` needs an `account`"))?;
        let account = self.accounts.get(account).ok_or_else(|| format!("there is no account `{account}`"))?;
        let region = region.ok_or_else(|| format!("`{name}` needs a `region`"))?;
        Ok(self.places.entry((account.as_str().into(), region.into())).or_default())
    }

    pub(crate) fn run(&mut self, story: &str, entry: &Entry) -> Result<(), String> {
        let name = entry.account.clone().ok_or_else(|| format!("`{story}` needs an `account`"))?;
        let account = self.accounts.get(&name).ok_or_else(|| format!("there is no account `{name}`"))?;
        let account: Arc<str> = account.as_str().into();
        let region: Arc<str> = entry.region.clone().ok_or_else(|| format!("`{story}` needs a `region`"))?.into();
        let id = entry.id.clone().unwrap_or_else(|| format!("i-{}", &digest(story)[..17]));
        let mut instance = Instance::new(id.as_str().into(), Some(story.into()), self.now());
        instance.put_tag("Name", story);
        let launch = entry.launch_time.unwrap_or_else(|| self.now());
        instance.created = launch;
        instance.change(entry)?;
        if self.stories.insert(story.to_owned(), (account.clone(), region.clone(), id.into())).is_some() {
            return Err(format!("two instances are called `{story}`"));
        }
        self.put(account, region, instance);
        Ok(())
    }

    fn put(&mut self, account: Arc<str>, region: Arc<str>, instance: Instance) {
        let place = self.places.entry((account, region)).or_default();
        place.by_id.insert(instance.id.clone(), place.instances.len());
        place.instances.push(instance);
    }

    /// The answer to every request that builds a world.
    pub(crate) fn about(&self) -> Value {
        let stories = self.stories.iter().map(|(story, (account, region, id))| {
            (story.clone(), json!({"account": &**account, "region": &**region, "id": id}))
        });
        json!({
            "hub": {"account": self.hub_account, "access-key": self.hub_key(), "secret-key": "simulated"},
            "accounts": self.accounts,
            "organizational-units": self.organization.paths(),
            "instances": stories.collect::<serde_json::Map<_, _>>(),
        })
    }

    /// The timestamp for starts and stops.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let now = self.now.unwrap_or_else(Utc::now);
        now.with_nanosecond(0).unwrap_or(now)
    }

    pub(crate) fn passing(&self) -> Duration {
        Duration::from_secs_f64(self.spec.transition_seconds.clamp(0.0, LONGEST_HANG))
    }

    /// How long a stop or a start of a database takes, by the world's clock.
    pub(crate) fn database_takes(&self) -> chrono::Duration {
        #[allow(clippy::cast_possible_truncation)]
        chrono::Duration::seconds((self.spec.database_minutes.clamp(0.0, 1440.0) * 60.0) as i64)
    }

    /// How long a call takes.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_secs_f64(self.spec.latency_ms.clamp(0.0, 60_000.0) / 1000.0)
    }

    /// The place that a call applies to.
    pub(crate) fn place(&mut self, call: &Call) -> &mut Place {
        let place = (call.account.as_str().into(), call.region.as_str().into());
        let (clock, takes) = (self.now(), self.database_takes());
        let place = self.places.entry(place).or_default();
        place.databases.iter_mut().for_each(|one| one.advance(clock, takes));
        place.services.iter_mut().for_each(|one| one.advance(clock));
        // Only then are there transitional states. Otherwise a hundred thousand instances would be checked at each
        // call.
        if self.spec.transition_seconds > 0.0 {
            let now = Instant::now();
            place.instances.iter_mut().for_each(|instance| instance.settle(now));
        }
        place
    }

    /// Ends all transitions.
    pub(crate) fn settle(&mut self) {
        let later = Instant::now() + Duration::from_secs_f64(LONGEST_HANG);
        let instances = self.places.values_mut().flat_map(|place| &mut place.instances);
        instances.for_each(|instance| instance.settle(later));
        let now = self.now();
        self.databases().for_each(|(_, _, one)| one.settle(now));
    }

    /// Every database as it is now, with its account and Region.
    pub(crate) fn databases(&mut self) -> impl Iterator<Item = (Arc<str>, Arc<str>, &mut Database)> {
        let (now, takes) = (self.now(), self.database_takes());
        self.places.iter_mut().flat_map(move |((account, region), place)| {
            let of = (account.clone(), region.clone());
            place.databases.iter_mut().map(move |one| {
                one.advance(now, takes);
                (of.0.clone(), of.1.clone(), one)
            })
        })
    }

    /// Every service as it is now, with its account and Region.
    pub(crate) fn services(&mut self) -> impl Iterator<Item = (Arc<str>, Arc<str>, &mut Service)> {
        let now = self.now();
        self.places.iter_mut().flat_map(move |((account, region), place)| {
            let of = (account.clone(), region.clone());
            place.services.iter_mut().map(move |one| {
                one.advance(now);
                (of.0.clone(), of.1.clone(), one)
            })
        })
    }

    /// An apply of infrastructure code over databases and services that knows nothing of what was changed since. Answers
    /// what AWS refused.
    pub(crate) fn declare(&mut self, ignores_sizes: bool) -> Vec<String> {
        let now = self.now();
        self.services().for_each(|(_, _, one)| one.declare(ignores_sizes, now));
        self.databases().filter_map(|(_, _, one)| one.declare(ignores_sizes, now)).collect()
    }

    /// The calls so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Adds a fault.
    pub fn add_fault(&mut self, fault: Fault) {
        self.faults.add(fault);
    }

    /// Every instance, with its account and Region.
    pub fn instances(&mut self) -> impl Iterator<Item = (&str, &str, &Instance)> {
        let now = Instant::now();
        for instance in self.places.values_mut().flat_map(|place| &mut place.instances) {
            instance.settle(now);
        }
        let places = self.places.iter();
        places.flat_map(|((account, region), place)| place.instances.iter().map(|one| (&**account, &**region, one)))
    }

    /// One instance, by its id.
    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Instance> {
        let place = self.places.values_mut().find(|place| place.by_id.contains_key(id))?;
        place.by_id.get(id).map(|n| &mut place.instances[*n])
    }
}
