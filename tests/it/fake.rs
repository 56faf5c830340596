//! A fake world behind the three ports: accounts, Regions and instances in memory, handed out in an order that a
//! seed shuffles, with faults on demand and a log of every call. What is done to it stays done, so that a plan, an
//! apply and another plan can be told as one story.

mod dice;
mod faults;
mod meter;
mod ports;
mod run;
mod shape;
mod tags;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use idle_reaper::engine::cost::bill::{About, Group};
use idle_reaper::engine::evidence::idle::Evidence;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::model::{
    Account, DatabaseEvent, Happened, Instance, Message, ReportOnly, ResourceId, State, Tags, Target, TaskSize,
};
use idle_reaper::engine::plan::restart::Volumes;
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::ports::{FoundAccount, Switch};

pub use dice::Dice;
pub use faults::{Change, Fault, Faults};
pub use meter::{Hour, Hours};
pub use run::{
    Ask, Back, KILLED, Parts, Stage, apply, apply_both, apply_killed, block_on, handle_anomaly, in_parts, plan,
    plan_over, try_apply, try_plan, try_undo,
};
pub use shape::{
    EVENING, HERE, NO_DAILY_CAPS, SETTINGS, Shape, THERE, at, db, db_cluster, db_facts, for_databases, for_every_kind,
    here, instance, judge, judge_with, keys, outcome_of, outcomes_of, planned, row, service, settings, with, without,
};

/// What a call of a port did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    ListAccounts,
    ListAccountTags,
    ListRegions,
    LookAt,
    /// A look at named instances: a re-check, or the verification of an act.
    LookAgain,
    Measure,
    /// Weeks of metrics; the text is how many.
    Gather,
    AskBalancers,
    AskVolumes,
    /// A look at the events of databases.
    AskEvents,
    /// The size of a task definition, which the text names.
    AskTaskSize,
    /// A scan of kinds that are only reported.
    AskReported,
    Tag,
    Untag,
    /// What is suspended of a scalable target; the text has its three flags.
    Suspend,
    Stop,
    Hibernate,
    Start,
    ReadSwitch,
    ReadRecord,
    WriteRecord,
    CreateRecord,
    SwapRecord,
    RemoveRecord,
    Pause,
}

impl Deed {
    /// Whether it changes something in an account that is looked at.
    pub fn acts(self) -> bool {
        match self {
            Self::Tag | Self::Untag | Self::Suspend | Self::Stop | Self::Hibernate | Self::Start => true,
            Self::ListAccounts
            | Self::ListAccountTags
            | Self::ListRegions
            | Self::LookAt
            | Self::LookAgain
            | Self::Measure
            | Self::Gather
            | Self::AskBalancers
            | Self::AskVolumes
            | Self::AskEvents
            | Self::AskTaskSize
            | Self::AskReported
            | Self::ReadSwitch
            | Self::ReadRecord
            | Self::WriteRecord
            | Self::CreateRecord
            | Self::SwapRecord
            | Self::RemoveRecord
            | Self::Pause => false,
        }
    }

    /// Whether it changes something anywhere, the hub's record included.
    pub fn writes(self) -> bool {
        self.acts()
            || matches!(
                self,
                Self::WriteRecord | Self::CreateRecord | Self::SwapRecord | Self::RemoveRecord | Self::Pause
            )
    }

    /// Whether it stops or starts something.
    pub fn switches(self) -> bool {
        matches!(self, Self::Stop | Self::Hibernate | Self::Start)
    }
}

/// One call of a port, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub deed: Deed,
    /// Where, for calls that go to an account.
    pub target: Target,
    /// Which instances, for calls that name some.
    pub ids: Vec<Box<str>>,
    /// The tag's value, the record's key, or the switch's answer.
    pub text: String,
    /// Whether the port answered that it went well.
    pub ok: bool,
}

impl Call {
    /// Whether the call names this instance.
    pub fn names(&self, id: &str) -> bool {
        self.ids.iter().any(|named| **named == *id)
    }
}

/// The world. One value plays all three ports.
pub struct World {
    state: RefCell<Inner>,
}

struct Inner {
    now: DateTime<Utc>,
    has_versions: bool,
    dice: Dice,
    runs: u32,
    accounts: BTreeMap<Arc<str>, FoundAccount>,
    account_tags: BTreeMap<Arc<str>, Tags>,
    targets: BTreeSet<Target>,
    instances: Vec<Instance>,
    cpu: HashMap<Box<str>, Activity>,
    weeks: HashMap<Box<str>, Evidence>,
    hours: HashMap<Box<str>, Hours>,
    behind: BTreeSet<Box<str>>,
    volumes: HashMap<Box<str>, Volumes>,
    usable: BTreeSet<String>,
    reported: BTreeMap<(Target, ReportOnly), Result<Vec<Facts>, String>>,
    /// What AWS says of databases; `None` where it is not asked to.
    events: Option<Vec<DatabaseEvent>>,
    /// The sizes of task definitions; `None` where they may not be read.
    task_sizes: Option<BTreeMap<String, TaskSize>>,
    faults: Faults,
    switch_reads: usize,
    paused: Option<String>,
    record: BTreeMap<String, String>,
    log: Vec<Call>,
    said: Vec<(String, Message)>,
    mute: BTreeSet<String>,
    /// What Cost Explorer answers. It denies what is not here.
    costs: BTreeMap<About, Result<Vec<Group>, String>>,
    asked_costs: Vec<(About, Option<String>)>,
}

impl World {
    /// From now on these task definitions may be read.
    pub fn task_sizes(&self, sizes: impl IntoIterator<Item = (&'static str, TaskSize)>) {
        let sizes = sizes.into_iter().map(|(name, size)| (name.to_owned(), size));
        self.state.borrow_mut().task_sizes = Some(sizes.collect());
    }

    /// Every message that a channel has accepted, with the channel's name, in order.
    pub fn said(&self) -> Vec<(String, Message)> {
        self.state.borrow().said.clone()
    }

    /// From now on this channel accepts nothing.
    pub fn mute(&self, channel: &str) {
        self.state.borrow_mut().mute.insert(channel.to_owned());
    }

    /// From now on every channel accepts messages again.
    pub fn unmute(&self) {
        self.state.borrow_mut().mute.clear();
    }

    /// A world that holds these instances, their accounts and their Regions. Every instance is quiet.
    pub fn of(instances: impl IntoIterator<Item = Instance>) -> Self {
        let world = Self {
            state: RefCell::new(Inner {
                now: at(EVENING),
                has_versions: false,
                dice: Dice::new(1),
                runs: 0,
                accounts: BTreeMap::new(),
                account_tags: BTreeMap::new(),
                targets: BTreeSet::new(),
                instances: Vec::new(),
                cpu: HashMap::new(),
                weeks: HashMap::new(),
                hours: HashMap::new(),
                behind: BTreeSet::new(),
                volumes: HashMap::new(),
                usable: BTreeSet::new(),
                reported: BTreeMap::new(),
                events: None,
                task_sizes: None,
                faults: Faults::default(),
                switch_reads: 0,
                paused: None,
                record: BTreeMap::new(),
                log: Vec::new(),
                said: Vec::new(),
                mute: BTreeSet::new(),
                costs: BTreeMap::new(),
                asked_costs: Vec::new(),
            }),
        };
        for instance in instances {
            world.add(instance);
        }
        world
    }

    /// The same world, with a record that tells the versions of its files, as S3 does.
    pub fn with_versions(self) -> Self {
        self.state.borrow_mut().has_versions = true;
        self
    }

    /// The same world, handing things out in the order of another seed.
    pub fn shuffled_by(self, seed: u64) -> Self {
        self.state.borrow_mut().dice = Dice::new(seed);
        self
    }

    /// The same world with these faults.
    pub fn with_faults(self, faults: Faults) -> Self {
        self.state.borrow_mut().faults = faults;
        self
    }

    /// From now on there are these faults and no others.
    pub fn set_faults(&self, faults: Faults) {
        self.state.borrow_mut().faults = faults;
    }

    /// Takes every fault away.
    pub fn mend(&self) {
        self.state.borrow_mut().faults = Faults::default();
    }

    /// The same world with one more account, which may hold nothing.
    pub fn with_account(self, id: &str, name: Option<&str>, inactive: Option<&str>) -> Self {
        let account = Account { name: name.map(str::to_owned), ..Account::bare(id) };
        let found = FoundAccount { account, inactive: inactive.map(str::to_owned) };
        self.state.borrow_mut().accounts.insert(id.into(), found);
        self
    }

    /// The same world, in which Organizations tells the tags of an account. Those of others it refuses.
    pub fn with_account_tags(self, id: &str, tags: Tags) -> Self {
        self.state.borrow_mut().account_tags.insert(id.into(), tags);
        self
    }

    /// The same world with one more target, which may hold nothing.
    pub fn with_target(self, account: &str, region: &str) -> Self {
        self.open(&Target::new(account, region));
        self
    }

    /// The same world, in which an instance's last hour was like this.
    pub fn with_activity(self, id: &str, activity: Activity) -> Self {
        self.state.borrow_mut().cpu.insert(id.into(), activity);
        self
    }

    /// The same world, in which an instance's last weeks were like this. Of others CloudWatch has nothing.
    pub fn with_weeks(self, id: &str, evidence: Evidence) -> Self {
        self.state.borrow_mut().weeks.insert(id.into(), evidence);
        self
    }

    /// From now on an instance's last hour is like this.
    pub fn now_is(&self, id: &str, activity: Activity) {
        self.state.borrow_mut().cpu.insert(id.into(), activity);
    }

    /// From now on its last weeks are like this.
    pub fn now_measures(&self, id: &str, evidence: Evidence) {
        self.state.borrow_mut().weeks.insert(id.into(), evidence);
    }

    /// The same world, in which a load balancer sends to this instance.
    pub fn behind_load_balancer(self, id: &str) -> Self {
        self.state.borrow_mut().behind.insert(id.into());
        self
    }

    /// The same world, in which this is known of the volumes of an instance. Of others none is encrypted.
    pub fn with_volumes(self, id: &str, volumes: Volumes) -> Self {
        self.state.borrow_mut().volumes.insert(id.into(), volumes);
        self
    }

    /// From now on this is what a scan of one kind in one target answers. Of others there is nothing.
    pub fn now_holds(&self, target: &Target, kind: ReportOnly, answer: Result<Vec<Facts>, &str>) {
        self.state.borrow_mut().reported.insert((target.clone(), kind), answer.map_err(str::to_owned));
    }

    /// The same world, in which the acting role may use these customer-managed keys and licence configurations.
    pub fn with_usable(self, arns: &[&str]) -> Self {
        self.state.borrow_mut().usable.extend(arns.iter().map(|arn| (*arn).to_owned()));
        self
    }

    /// From now on AWS says this of starts and stops.
    pub fn now_says(&self, events: &[(&str, &str, Happened)]) {
        let event = |(name, when, what): &(&str, &str, Happened)| {
            let id = ResourceId::named(Target::new(HERE.0, HERE.1), *name);
            DatabaseEvent { id, at: at(when), what: *what }
        };
        self.state.borrow_mut().events = Some(events.iter().map(event).collect());
    }

    /// How many metrics were asked for.
    pub fn metrics(&self) -> usize {
        self.calls(|deed| deed == Deed::Gather).iter().filter_map(|call| call.text.parse::<usize>().ok()).sum()
    }

    /// One more instance.
    pub fn add(&self, instance: Instance) {
        self.open(&instance.id.place);
        self.state.borrow_mut().instances.push(instance);
    }

    /// Changes an instance behind the reaper's back.
    pub fn change(&self, id: &str, change: impl FnOnce(Instance) -> Instance) {
        let id = self.get(id).id;
        self.change_one(&id, change);
    }

    /// The same where several have the name.
    pub fn change_one(&self, id: &ResourceId, change: impl FnOnce(Instance) -> Instance) {
        let mut state = self.state.borrow_mut();
        let place = state.instances.iter().position(|instance| instance.id == *id).expect("no such instance");
        let changed = change(state.instances[place].clone());
        state.instances[place] = changed;
    }

    fn open(&self, target: &Target) {
        let mut state = self.state.borrow_mut();
        let bare = FoundAccount { account: Account::bare(target.account.clone()), inactive: None };
        state.accounts.entry(target.account.clone()).or_insert(bare);
        state.targets.insert(target.clone());
    }

    /// An instance as it is now.
    pub fn get(&self, id: &str) -> Instance {
        let state = self.state.borrow();
        state.instances.iter().find(|instance| *instance.id.name == *id).expect("no such instance").clone()
    }

    /// Everything there is.
    pub fn all(&self) -> Vec<Instance> {
        self.state.borrow().instances.clone()
    }

    /// Every target there is.
    pub fn targets(&self) -> BTreeSet<Target> {
        self.state.borrow().targets.clone()
    }

    /// Whether the account of a target can be asked for its Regions.
    pub fn tells_regions(&self, target: &Target) -> bool {
        let whole = Target::new(target.account.clone(), "*");
        let faults = &self.state.borrow().faults;
        !faults.unreachable.contains(&whole) && !faults.closed.contains(&whole)
    }

    /// The state of an instance once everything under way has ended.
    pub fn rests(&self, id: &str) -> State {
        match self.get(id).state {
            State::Stopping | State::Stopped => State::Stopped,
            State::Pending | State::Running => State::Running,
            state @ (State::ShuttingDown | State::Terminated | State::Changing | State::Unknown) => state,
        }
    }

    /// Every call so far, in order.
    pub fn log(&self) -> Vec<Call> {
        self.state.borrow().log.clone()
    }

    /// The calls so far for which `wanted` holds, in order.
    pub fn calls(&self, wanted: impl Fn(Deed) -> bool) -> Vec<Call> {
        self.log().into_iter().filter(|call| wanted(call.deed)).collect()
    }

    /// Forgets the calls so far.
    pub fn forget(&self) {
        self.state.borrow_mut().log.clear();
    }

    /// Puts a file into the record.
    pub fn put(&self, key: &str, text: &str) {
        self.state.borrow_mut().record.insert(key.to_owned(), text.to_owned());
    }

    /// Takes a file out of the record.
    pub fn lose(&self, key: &str) {
        self.state.borrow_mut().record.remove(key);
    }

    /// The record's files whose keys hold `part`.
    pub fn recorded(&self, part: &str) -> Vec<(String, String)> {
        let state = self.state.borrow();
        state.record.iter().filter(|(key, _)| key.contains(part)).map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Cost Explorer answers with this from now on.
    pub fn now_costs(&self, about: About, answer: Result<Vec<Group>, String>) {
        self.state.borrow_mut().costs.insert(about, answer);
    }

    /// The questions to Cost Explorer, each with the billing view.
    pub fn asked_costs(&self) -> Vec<(About, Option<String>)> {
        self.state.borrow().asked_costs.clone()
    }

    /// Sets the pause switch, or takes it off.
    pub fn set_pause(&self, why: Option<&str>) {
        self.state.borrow_mut().paused = why.map(str::to_owned);
    }

    fn note(&self, deed: Deed, target: &Target, ids: &[Box<str>], text: impl Into<String>, ok: bool) {
        let call = Call { deed, target: target.clone(), ids: ids.to_vec(), text: text.into(), ok };
        self.state.borrow_mut().log.push(call);
    }

    fn shuffle<T>(&self, items: &mut [T]) {
        self.state.borrow_mut().dice.shuffle(items);
    }

    /// What the pause switch says this time.
    fn next_switch(&self) -> Switch {
        let mut state = self.state.borrow_mut();
        state.switch_reads += 1;
        match &state.faults.switch {
            Some((reads, switch)) if state.switch_reads > *reads => switch.clone(),
            Some(_) | None => state.paused.clone().map_or(Switch::Off, Switch::On),
        }
    }
}
