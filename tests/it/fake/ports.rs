//! The three ports over the fake world.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use idle_reaper::engine::config::Channel;
use idle_reaper::engine::cost::bill::{About, Group};
use idle_reaper::engine::cost::price::{Price, PriceKey};
use idle_reaper::engine::cost::spent::Spent;
use idle_reaper::engine::evidence::idle::{Evidence, Wanted};
use idle_reaper::engine::evidence::last_hour::Recent;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::model::month::Month;
use idle_reaper::engine::model::{
    DatabaseEvent, Instance, Kind, Message, NO_CAPACITY, NOT_ALLOWED, ReportOnly, Scaling, Service, State, Suspended,
    Tags, Target, TaskSize, Usd,
};
use idle_reaper::engine::plan::restart::{Key, Volumes};
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::local::packed;
use idle_reaper::ports::{
    Act, ActError, Billing, Entry, FoundAccount, Messenger, NotScanned, Pause, PortError, PriceList, ReadRecord, Scan,
    SetPause, Switch, WriteRecord,
};

use super::shape::Shape;
use super::{Change, Deed, Fault, Inner, World};

impl World {
    /// Lets others go first: with the clock of the tests paused this costs nothing and shuffles who ends when.
    async fn wait(&self) {
        let millis = 1 + self.state.borrow_mut().dice.below(40);
        tokio::time::sleep(Duration::from_millis(millis as u64)).await;
    }

    fn not_scanned(&self, target: &Target, again: bool) -> Option<NotScanned> {
        let faults = &self.state.borrow().faults;
        if faults.closed.contains(target) {
            return Some(NotScanned::Denied);
        }
        let unreachable = faults.unreachable.contains(target) || (again && faults.unreachable_again.contains(target));
        unreachable.then(|| NotScanned::Unreachable("UnauthorizedOperation: may not look".to_owned()))
    }

    /// Hands these on, in any order.
    fn show(
        &self,
        target: &Target,
        mut places: Vec<usize>,
        only: Option<&[Box<str>]>,
        each: &mut impl FnMut(Instance),
    ) {
        self.shuffle(&mut places);
        for place in &places {
            let mut state = self.state.borrow_mut();
            if only.is_some() {
                state.meddle(*place);
            }
            let mut instance = state.instances[*place].clone();
            if only.is_some() {
                state.go_on(*place);
            }
            let own = instance.tags.get("idle-reaper:stopped").is_some();
            if own && instance.state.is_down() && state.faults.suffers(&instance.id.name, Fault::TagShownLate) {
                state.faults.instances.remove(&*instance.id.name);
                instance = instance.untagged("idle-reaper:stopped");
            }
            let twice = state.faults.suffers(&instance.id.name, Fault::ShownTwice);
            drop(state);
            if *instance.id.place == *target {
                if twice {
                    each(instance.clone());
                }
                each(instance);
            }
        }
    }
}

/// Whatever of them is stopped, alone or in company, is refused.
const PROTECTED: [Fault; 3] = [Fault::Protected, Fault::ProtectedUntagIgnored, Fault::ProtectedUntagIgnoredOnce];

impl Inner {
    /// Everything of one kind in a target, by place in the list.
    fn places(&self, target: &Target, kind: Kind, only: Option<&[Box<str>]>) -> Vec<usize> {
        let wanted = |instance: &Instance| {
            *instance.id.place == *target
                && instance.id.kind == kind
                && only.is_none_or(|only| instance.id.is_among(only))
        };
        (0..self.instances.len()).filter(|place| wanted(&self.instances[*place])).collect()
    }

    /// Whether all of these are there and none is of a kind that AWS refuses to stop or start.
    fn refuses(&self, target: &Target, ids: &[Box<str>], faults: &[Fault]) -> Option<ActError> {
        if let Some(fault) = faults.iter().find(|fault| self.faults.has(ids, **fault)) {
            return Some(ActError::Refused(format!("{fault:?}")));
        }
        let there = |id: &str| {
            let found =
                self.instances.iter().find(|instance| *instance.id.place == *target && *instance.id.name == *id);
            found.is_some_and(|instance| instance.state != State::Terminated && instance.lifecycle.is_none())
        };
        let missing = ids.iter().find(|id| !there(id))?;
        Some(ActError::Refused(format!("InvalidInstanceID.NotFound: {missing}")))
    }

    pub(super) fn each(&mut self, target: &Target, ids: &[Box<str>], mut act: impl FnMut(&mut Instance)) {
        let places: Vec<usize> =
            Kind::ALL.iter().copied().flat_map(|kind| self.places(target, kind, Some(ids))).collect();
        for place in places {
            act(&mut self.instances[place]);
        }
    }

    /// Changes what ECS knows of a service.
    fn change_service(&mut self, target: &Target, ids: &[Box<str>], change: impl Fn(&mut Service)) {
        self.each(target, ids, |one| *one = one.clone().service(&change));
    }

    /// RDS takes one database in a call, and only in the right state.
    fn refuses_database(&self, target: &Target, ids: &[Box<str>], wanted: State) -> Option<ActError> {
        let databases = self.places(target, Kind::Database, Some(ids));
        assert!(databases.is_empty() || ids.len() == 1, "one database a call: {ids:?}");
        let state = self.instances[*databases.first()?].state;
        let changes = self.faults.has(ids, Fault::InTransition);
        (changes || state != wanted).then(|| ActError::InTransition(format!("InvalidDBInstanceState: it is {state}")))
    }

    /// As the template has it: the acting role may scale only what has the tag of a stop.
    fn refuses_to_scale(&self, target: &Target, ids: &[Box<str>]) -> Option<ActError> {
        let bare = |place: &usize| self.instances[*place].tags.get("idle-reaper:stopped").is_none();
        let denied = self.places(target, Kind::Service, Some(ids)).iter().any(bare);
        denied.then(|| ActError::Refused("AccessDeniedException: ecs:UpdateService".to_owned()))
    }

    /// A database stops and starts within minutes, between two runs.
    pub(super) fn minutes_pass(&mut self, now: DateTime<Utc>) {
        let databases = |one: &&mut Instance| one.id.kind == Kind::Database;
        if now - self.now < chrono::Duration::minutes(5) {
            return;
        }
        let faults = self.faults.clone();
        for database in self.instances.iter_mut().filter(databases) {
            let suffers = |fault| faults.suffers(&database.id.name, fault);
            database.state = match database.state {
                State::Stopping if suffers(Fault::StopFallsBack) => State::Running,
                State::Stopping => State::Stopped,
                State::Pending if suffers(Fault::FallsBack) => State::Stopped,
                State::Pending => State::Running,
                other => other,
            };
        }
    }

    /// Whether the acting role may make no grant on a key of the instance's volumes.
    fn lacks_grant(&self, id: &str) -> bool {
        let lacking = |key: &Key| match key {
            Key::AwsManaged(_) => false,
            Key::CustomerManaged(arn) => !self.usable.contains(&**arn),
            Key::Unknown(_) => true,
        };
        match self.volumes.get(id) {
            None | Some(Volumes::NotAsked) => false,
            Some(Volumes::Keys(keys)) => keys.iter().any(lacking),
            Some(Volumes::Unknown(_)) => true,
        }
    }

    /// Whether it uses a licence configuration that the acting role may not use.
    fn lacks_license(&self, target: &Target, ids: &[Box<str>]) -> bool {
        let named = |one: &&Instance| *one.id.place == *target && one.id.is_among(ids);
        let mut licenses = self.instances.iter().filter(named).flat_map(|one| one.details.licenses.iter());
        licenses.any(|arn| !self.usable.contains(&**arn))
    }

    /// What somebody does before a second look.
    fn meddle(&mut self, place: usize) {
        let instance = self.instances[place].clone();
        let Some(change) = self.faults.changes.remove(&*instance.id.name) else { return };
        let (now, keep, schedule) = (self.now, "idle-reaper:keep", "idle-reaper:schedule");
        self.instances[place] = match change {
            Change::Restarted | Change::Started => {
                Instance { state: State::Running, launch: Some(now), transition: None, ..instance }
            }
            Change::Kept => instance.tag(keep, ""),
            Change::Rescheduled => instance.tag(schedule, "always"),
            Change::Terminated => Instance { state: State::Terminated, transition: Some(now), ..instance },
            Change::Gone => instance.account("gone").region("gone"),
            Change::Stopped => Instance { state: State::Stopped, transition: Some(now), ..instance },
        };
    }

    /// What is under way goes one step on once it has been looked at again; a first look changes nothing.
    fn go_on(&mut self, place: usize) {
        let id = &self.instances[place].id.name;
        let falls = [Fault::FallsBack, Fault::FallsBackUnclear].iter().any(|fault| self.faults.suffers(id, *fault))
            || self.lacks_grant(id);
        let instance = &mut self.instances[place];
        if instance.id.kind != Kind::Instance {
            return;
        }
        instance.state = match instance.state {
            State::Stopping => State::Stopped,
            State::Pending if falls => State::Stopped,
            State::Pending => State::Running,
            state @ (State::Running
            | State::Stopped
            | State::ShuttingDown
            | State::Terminated
            | State::Changing
            | State::Unknown) => state,
        };
    }
}

impl Scan for World {
    async fn accounts(&self, mut each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        let mut accounts: Vec<FoundAccount> = self.state.borrow().accounts.values().cloned().collect();
        self.shuffle(&mut accounts);
        // In pages, and where it fails, it fails on the last.
        for page in accounts.chunks(2) {
            self.wait().await;
            page.iter().cloned().for_each(&mut each);
        }
        let failed = self.state.borrow().faults.no_accounts;
        self.note(Deed::ListAccounts, &Target::default(), &[], "", !failed);
        if failed { Err(PortError("ListAccounts was denied".to_owned())) } else { Ok(()) }
    }

    async fn account_tags(&self, account: &Arc<str>) -> Result<Tags, PortError> {
        self.wait().await;
        let known = self.state.borrow().account_tags.get(account).cloned();
        self.note(Deed::ListAccountTags, &Target::whole_account(account.clone()), &[], "", known.is_some());
        known.ok_or_else(|| PortError("ListTagsForResource was denied".to_owned()))
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        self.wait().await;
        let whole = Target::new(account.clone(), "*");
        let not_scanned = self.not_scanned(&whole, false);
        self.note(Deed::ListRegions, &whole, &[], "", not_scanned.is_none());
        if let Some(not_scanned) = not_scanned {
            return Err(not_scanned);
        }
        let mut targets: Vec<Target> = self.targets().into_iter().filter(|t| t.account == *account).collect();
        self.shuffle(&mut targets);
        Ok(targets.into_iter().map(|target| target.region).collect())
    }

    async fn alternate_contact(&self, _: &Arc<str>) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let slow = self.state.borrow().faults.slow;
        if !slow.is_zero() {
            std::thread::sleep(slow); // the runs' own clock counts real time
        }
        self.wait().await;
        if self.state.borrow().faults.hangs.contains(target) {
            std::future::pending::<()>().await;
        }
        let deed = if only.is_some() { Deed::LookAgain } else { Deed::LookAt };
        let not_scanned = self.not_scanned(target, only.is_some());
        let broken = self.state.borrow().faults.breaks_after.get(target).copied().filter(|_| only.is_none());
        let ok = not_scanned.is_none() && broken.is_none();
        self.note(deed, target, only.unwrap_or_default(), "", ok);
        if let Some(not_scanned) = not_scanned {
            return Err(not_scanned);
        }
        let mut places = self.state.borrow().places(target, Kind::Instance, only);
        places.truncate(broken.unwrap_or(usize::MAX));
        self.show(target, places, only, &mut each);
        if broken.is_some() { Err(NotScanned::Unreachable("the second page was denied".to_owned())) } else { Ok(()) }
    }

    async fn others(
        &self,
        target: &Target,
        kind: Kind,
        only: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), String> {
        self.wait().await;
        let deed = if only.is_some() { Deed::LookAgain } else { Deed::LookAt };
        let refused = self.state.borrow().faults.unlisted.contains(target);
        self.note(deed, target, only.unwrap_or_default(), kind.as_str(), !refused);
        if refused {
            return Err("AccessDenied: rds:DescribeDBInstances".to_owned());
        }
        let places = self.state.borrow().places(target, kind, only);
        self.show(target, places, only, &mut each);
        Ok(())
    }

    async fn database_events(&self, target: &Target) -> Result<Vec<DatabaseEvent>, String> {
        self.wait().await;
        self.note(Deed::AskEvents, target, &[], "", true);
        self.state.borrow().events.clone().ok_or_else(|| "AccessDenied: rds:DescribeEvents".to_owned())
    }

    async fn task_size(&self, target: &Target, definition: &str) -> Result<Option<TaskSize>, String> {
        self.wait().await;
        self.note(Deed::AskTaskSize, target, &[], definition, true);
        let state = self.state.borrow();
        let sizes = state.task_sizes.as_ref().ok_or_else(|| "AccessDenied: ecs:DescribeTaskDefinition".to_owned())?;
        Ok(sizes.get(definition).copied())
    }

    async fn activity(&self, target: &Target, asked: &[Recent], _: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        self.wait().await;
        let ids: Vec<Box<str>> = asked.iter().map(|one| one.id.clone()).collect();
        self.note(Deed::Measure, target, &ids, "", true);
        let state = self.state.borrow();
        if state.faults.unanswered {
            return HashMap::new();
        }
        let of = |id: &str| state.cpu.get(id).cloned().unwrap_or(Activity::of_cpu(0.5));
        ids.iter().map(|id| (id.clone(), of(id))).collect()
    }

    async fn evidence(&self, target: &Target, wanted: &[Wanted], _: DateTime<Utc>) -> HashMap<Box<str>, Evidence> {
        self.wait().await;
        self.gathered(target, wanted).await
    }

    async fn behind_load_balancer(&self, target: &Target) -> Result<HashSet<Box<str>>, PortError> {
        self.wait().await;
        let refused = self.state.borrow().faults.no_balancers.contains(target);
        self.note(Deed::AskBalancers, target, &[], "", !refused);
        if refused {
            return Err(PortError("AccessDenied: elasticloadbalancing:DescribeTargetGroups".to_owned()));
        }
        Ok(self.state.borrow().behind.iter().cloned().collect())
    }

    async fn reported(
        &self,
        target: &Target,
        kinds: &[ReportOnly],
        _: DateTime<Utc>,
    ) -> BTreeMap<ReportOnly, Result<Vec<Facts>, String>> {
        self.wait().await;
        self.note(Deed::AskReported, target, &[], "", true);
        let known = &self.state.borrow().reported;
        let answer = |kind: &ReportOnly| known.get(&(target.clone(), *kind)).cloned().unwrap_or_else(|| Ok(Vec::new()));
        kinds.iter().map(|kind| (*kind, answer(kind))).collect()
    }

    async fn volumes(&self, target: &Target, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        self.wait().await;
        self.note(Deed::AskVolumes, target, ids, "", true);
        let state = self.state.borrow();
        let of = |id: &str| state.volumes.get(id).cloned().unwrap_or(Volumes::Keys(BTreeSet::new()));
        ids.iter().map(|id| (id.clone(), of(id))).collect()
    }

    fn calls(&self) -> u64 {
        self.state.borrow().log.len() as u64
    }

    fn spent(&self) -> Spent {
        let mut calls: BTreeMap<String, u64> = BTreeMap::new();
        for call in self.log() {
            *calls.entry(format!("{:?}", call.deed)).or_default() += 1;
        }
        Spent::of(calls, self.metrics() as u64)
    }
}

impl Act for World {
    async fn tag(&self, target: &Target, ids: &[Box<str>], key: &str, value: &str) -> Result<(), ActError> {
        self.wait().await;
        let refused = self.state.borrow().refuses(target, ids, &[Fault::TagRefused]);
        self.note(Deed::Tag, target, ids, value, refused.is_none());
        if let Some(refused) = refused {
            return Err(refused);
        }
        let mut state = self.state.borrow_mut();
        state.write_tag(target, ids, key, value);
        let unclear = state.faults.has(ids, Fault::TagUnclearButDone);
        if unclear { Err(ActError::Unclear("CreateTags timed out".to_owned())) } else { Ok(()) }
    }

    async fn untag(&self, target: &Target, ids: &[Box<str>], key: &str) -> Result<(), ActError> {
        self.wait().await;
        let refused = self.state.borrow().refuses(target, ids, &[Fault::UntagRefused]);
        self.note(Deed::Untag, target, ids, "", refused.is_none());
        if let Some(refused) = refused {
            return Err(refused);
        }
        self.state.borrow_mut().remove_tag(target, ids, key);
        Ok(())
    }

    async fn stop(&self, target: &Target, ids: &[Box<str>], hibernate: bool) -> Result<(), ActError> {
        self.wait().await;
        let deed = if hibernate { Deed::Hibernate } else { Deed::Stop };
        let refused = self.state.borrow().refuses(target, ids, &PROTECTED);
        let refused = refused.or_else(|| self.state.borrow().refuses_database(target, ids, State::Running));
        self.note(deed, target, ids, "", refused.is_none());
        if let Some(refused) = refused {
            return Err(refused);
        }
        let mut state = self.state.borrow_mut();
        let (now, faults) = (state.now, state.faults.clone());
        if let Some(other) = faults.lock_taken_over {
            state.record.insert("acting.lock".to_owned(), other.to_owned());
        }
        let unclear = ActError::Unclear("StopInstances timed out".to_owned());
        if faults.has(ids, Fault::StopUnclear) {
            return Err(unclear);
        }
        state.each(target, ids, |instance| {
            if instance.state == State::Running && !faults.suffers(&instance.id.name, Fault::StopIgnored) {
                instance.state = State::Stopping;
                instance.transition = Some(now).filter(|_| instance.id.kind == Kind::Instance);
            }
        });
        if faults.has(ids, Fault::StopUnclearButDone) { Err(unclear) } else { Ok(()) }
    }

    async fn start(&self, target: &Target, ids: &[Box<str>]) -> Result<(), ActError> {
        self.wait().await;
        let refused =
            self.state.borrow().refuses(target, ids, &[Fault::StartRefused, Fault::StartDenied, Fault::NoCapacity]);
        let refused = refused.map(|refused| match refused {
            ActError::Refused(why) if why == "NoCapacity" => {
                ActError::Refused(format!("{NO_CAPACITY}ec2:StartInstances: InsufficientInstanceCapacity"))
            }
            ActError::Refused(why) if why == "StartDenied" => {
                ActError::Refused(format!("{NOT_ALLOWED}ec2:StartInstances: UnauthorizedOperation"))
            }
            other => other,
        });
        let refused = refused.or_else(|| self.state.borrow().refuses_database(target, ids, State::Stopped));
        let unlicensed = self.state.borrow().lacks_license(target, ids);
        let refused = refused.or(unlicensed.then(|| ActError::Refused("UnauthorizedOperation: a licence".to_owned())));
        self.note(Deed::Start, target, ids, "", refused.is_none());
        if let Some(refused) = refused {
            return Err(refused);
        }
        let mut state = self.state.borrow_mut();
        let now = state.now;
        state.each(target, ids, |instance| {
            if instance.state == State::Stopped {
                instance.state = State::Pending;
                if instance.id.kind == Kind::Instance {
                    instance.launch = Some(now);
                }
            }
        });
        let unclear = state.faults.has(ids, Fault::FallsBackUnclear);
        if unclear { Err(ActError::Unclear("StartInstances timed out".to_owned())) } else { Ok(()) }
    }

    async fn scale(&self, target: &Target, service: &str, desired: u32) -> Result<(), ActError> {
        self.wait().await;
        let (ids, stops) = ([Box::from(service)], desired == 0);
        let faults = if stops { &PROTECTED[..] } else { &[Fault::StartRefused] };
        let refused = self.state.borrow().refuses(target, &ids, faults);
        let refused = refused.or_else(|| self.state.borrow().refuses_to_scale(target, &ids));
        let deed = if stops { Deed::Stop } else { Deed::Start };
        self.note(deed, target, &ids, desired.to_string(), refused.is_none());
        if let Some(refused) = refused {
            return Err(refused);
        }
        let mut state = self.state.borrow_mut();
        if !(stops && state.faults.has(&ids, Fault::StopUnclear)) {
            state.change_service(target, &ids, |facts| (facts.desired, facts.running) = (Some(desired), Some(desired)));
        }
        let unclear = state.faults.has(&ids, Fault::StopUnclear);
        if unclear { Err(ActError::Unclear("UpdateService timed out".to_owned())) } else { Ok(()) }
    }

    async fn suspend(&self, target: &Target, service: &str, to: Suspended) -> Result<(), ActError> {
        self.wait().await;
        let ids = [Box::from(service)];
        let refused = self.state.borrow().refuses(target, &ids, &[Fault::SuspendRefused]);
        self.note(Deed::Suspend, target, &ids, to.to_string(), refused.is_none());
        if let Some(refused) = refused {
            return Err(refused);
        }
        self.state.borrow_mut().change_service(target, &ids, |facts| {
            assert!(matches!(facts.scaling, Scaling::Target(_)), "only a scalable target that exists is suspended");
            facts.scaling = Scaling::Target(to);
        });
        Ok(())
    }
}

impl World {
    fn is_killed_by(&self, key: &str) -> bool {
        let state = self.state.borrow();
        let again = |second: bool| !second || state.record.contains_key(key);
        state.faults.killed_writing.is_some_and(|(part, second)| key.contains(part) && again(second))
    }

    fn may_write(&self, deed: Deed, key: &str) -> Result<(), PortError> {
        let again = |part: &str| key.contains(part) && self.state.borrow().record.contains_key(key);
        let faults = self.state.borrow().faults.clone();
        let (no_writing, no_writing_again) = (faults.no_writing, faults.no_writing_again);
        let failing = no_writing.is_some_and(|part| key.contains(part)) || no_writing_again.is_some_and(again);
        self.note(deed, &Target::default(), &[], key, !failing);
        if failing { Err(PortError(format!("`{key}` was denied"))) } else { Ok(()) }
    }
}

impl Pause for World {
    async fn switch(&self) -> Switch {
        self.wait().await;
        let switch = self.next_switch();
        self.note(Deed::ReadSwitch, &Target::default(), &[], format!("{switch:?}"), switch == Switch::Off);
        switch
    }
}

impl ReadRecord for World {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        self.wait().await;
        let failing = self.state.borrow().faults.no_reading;
        self.note(Deed::ReadRecord, &Target::default(), &[], key, !failing);
        if failing {
            return Err(PortError("the record was denied".to_owned()));
        }
        Ok(self.state.borrow().record.get(key).cloned())
    }

    async fn now(&self) -> Option<DateTime<Utc>> {
        Some(self.state.borrow().now)
    }

    async fn versions(&self, folder: &str, from: &str) -> Result<Option<Vec<(String, String)>>, PortError> {
        if !self.state.borrow().has_versions {
            return Ok(None);
        }
        let entries = self.read_since(folder, from).await?;
        let version = |text: &str| {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        };
        Ok(Some(entries.into_iter().map(|(path, text)| (path, version(&text))).collect()))
    }

    async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        self.wait().await;
        let failing = self.state.borrow().faults.no_reading;
        self.note(Deed::ReadRecord, &Target::default(), &[], folder, !failing);
        if failing {
            return Err(PortError("the record was denied".to_owned()));
        }
        let root = format!("{folder}/");
        let beneath = |(key, text): (&String, &String)| {
            key.strip_prefix(&root).filter(|beneath| *beneath >= from).map(|b| (b.to_owned(), text.clone()))
        };
        let mut entries: Vec<Entry> = self.state.borrow().record.iter().filter_map(beneath).collect();
        self.shuffle(&mut entries);
        Ok(entries)
    }
}

impl SetPause for World {
    async fn pause(&self, why: &str) -> Result<(), PortError> {
        self.wait().await;
        let denied = self.state.borrow().faults.no_pausing;
        self.note(Deed::Pause, &Target::default(), &[], why, !denied);
        if denied {
            return Err(PortError("ssm:PutParameter was denied".to_owned()));
        }
        self.set_pause(Some(why));
        Ok(())
    }
}

impl WriteRecord for World {
    /// A compressed file is kept unpacked, for the tests that read it.
    async fn write_bytes(&self, key: &str, bytes: Vec<u8>) -> Result<String, PortError> {
        self.wait().await;
        if self.is_killed_by(key) {
            std::future::pending::<()>().await;
        }
        self.may_write(Deed::WriteRecord, key)?;
        assert_eq!(packed::is_packed(&bytes), key.ends_with(packed::ENDING), "{key}");
        let whole = if packed::is_packed(&bytes) { packed::unpacked(&bytes)? } else { bytes };
        self.put(key, &String::from_utf8(whole).expect("a text"));
        Ok(format!("record/{key}"))
    }

    async fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        self.wait().await;
        self.may_write(Deed::CreateRecord, key)?;
        let there = self.state.borrow().record.get(key).cloned();
        if there.is_none() {
            self.put(key, text);
        }
        Ok(there)
    }

    async fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        self.wait().await;
        self.may_write(Deed::SwapRecord, key)?;
        let same = self.state.borrow().record.get(key).is_some_and(|there| there == old);
        if same {
            self.put(key, new);
        }
        Ok(same)
    }

    async fn remove(&self, key: &str) -> Result<(), PortError> {
        self.wait().await;
        self.may_write(Deed::RemoveRecord, key)?;
        self.state.borrow_mut().record.remove(key);
        Ok(())
    }
}

impl Messenger for World {
    async fn send(&self, channel: &Channel, message: &Message) -> Result<(), PortError> {
        let mut state = self.state.borrow_mut();
        if state.mute.contains(&*channel.name) {
            return Err(PortError(format!("channel `{}` is down", channel.name)));
        }
        state.said.push((channel.name.to_string(), message.clone()));
        Ok(())
    }
}

impl PriceList for World {
    async fn lookup(&self, _: &PriceKey) -> Result<Price, PortError> {
        Ok(Price::Hourly(Usd::parse("0.10").expect("an amount")))
    }
}

impl Billing for World {
    async fn costs(&self, about: About, _: Month, _: Month, view: Option<&str>) -> Result<Vec<Group>, PortError> {
        let mut state = self.state.borrow_mut();
        state.asked_costs.push((about, view.map(str::to_owned)));
        state
            .costs
            .get(&about)
            .cloned()
            .unwrap_or_else(|| Err("`ce:GetCostAndUsage` was denied".into()))
            .map_err(PortError)
    }
}
