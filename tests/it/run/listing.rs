//! An organisation is looked at while it is still being listed, never wider than it may be, and nothing is lost of it.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use idle_reaper::engine::cost::spent::Spent;
use idle_reaper::engine::evidence::idle::{Evidence, Wanted};
use idle_reaper::engine::evidence::last_hour::Recent;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::model::{Account, Instance, Target};
use idle_reaper::engine::plan::restart::Volumes;
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::ports::{FoundAccount, NotScanned, PortError, Scan};
use idle_reaper::run::{Clock, ScanError, Scanned, scan};
use tokio::time::{Instant, sleep};

use crate::fake::{EVENING, Shape, at, block_on, instance, with};

/// Every call takes as long.
const CALL: Duration = Duration::from_millis(100);

/// What is kept back from the deadline, with a moment of the machine's own.
const RESERVE: Duration = Duration::from_millis(5_050);

const REGIONS: [&str; 3] = ["ap-northeast-1", "eu-west-1", "us-east-1"];

/// An organisation that takes its time. Each Region of each account has one instance.
#[derive(Default)]
struct Slow {
    /// The accounts on each page of the list.
    pages: Vec<Vec<&'static str>>,
    /// The list breaks off where its last page would come.
    breaks: bool,
    in_flight: Cell<usize>,
    widest: Cell<usize>,
    /// Targets, in the order in which looks into them began, with the pages that had been listed by then.
    looks: RefCell<Vec<(Target, usize)>>,
    listed: Cell<usize>,
    /// Accounts into which a look has come to its end.
    open: RefCell<HashSet<Arc<str>>>,
}

impl Slow {
    async fn call(&self) {
        self.in_flight.set(self.in_flight.get() + 1);
        self.widest.set(self.widest.get().max(self.in_flight.get()));
        sleep(CALL).await;
        self.in_flight.set(self.in_flight.get() - 1);
    }

    /// Looks with `width`; how long it took, by the runtime's clock.
    fn look(&self, width: usize, left: Option<Duration>) -> (Result<Scanned, ScanError>, Duration) {
        let settings = with(&[("[run]", &format!("[run]\nwidth = {width}"))]);
        let (scope, history, clock) = (Scope::default(), History::default(), Clock::start(at(EVENING), left));
        block_on(async {
            let begun = Instant::now();
            let seen =
                scan(self, &settings, &scope, idle_reaper::engine::request::Mode::Plan, &history, clock, &|_, _| {})
                    .await;
            (seen, begun.elapsed())
        })
    }
}

impl Scan for Slow {
    async fn accounts(&self, mut each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        for (number, page) in self.pages.iter().enumerate() {
            self.call().await;
            if self.breaks && number + 1 == self.pages.len() {
                return Err(PortError("ListAccounts was denied".to_owned()));
            }
            self.listed.set(number + 1);
            page.iter().for_each(|id| each(FoundAccount { account: Account::bare(Arc::from(*id)), inactive: None }));
        }
        Ok(())
    }

    async fn regions(&self, _: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        Ok(REGIONS.map(Arc::from).to_vec())
    }

    async fn instances(
        &self,
        target: &Target,
        _: Option<&[Box<str>]>,
        mut each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let mine = |(other, _): &&(Target, usize)| other.account == target.account;
        let begun = self.looks.borrow().iter().filter(mine).count();
        assert!(begun == 0 || self.open.borrow().contains(&target.account), "{target} waits for its account's session");
        self.looks.borrow_mut().push((target.clone(), self.listed.get()));
        self.call().await;
        self.open.borrow_mut().insert(target.account.clone());
        each(
            instance(&format!("i-{}-{}", target.account, target.region))
                .account(&target.account)
                .region(&target.region),
        );
        Ok(())
    }

    async fn activity(
        &self,
        _: &Target,
        asked: &[Recent],
        _: chrono::DateTime<chrono::Utc>,
    ) -> HashMap<Box<str>, Activity> {
        asked.iter().map(|one| (one.id.clone(), Activity::Gap("not asked here".to_owned()))).collect()
    }

    async fn alternate_contact(&self, _: &Arc<str>) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    async fn evidence(
        &self,
        _: &Target,
        _: &[Wanted],
        _: chrono::DateTime<chrono::Utc>,
    ) -> HashMap<Box<str>, Evidence> {
        HashMap::new()
    }

    async fn behind_load_balancer(&self, _: &Target) -> Result<HashSet<Box<str>>, PortError> {
        Ok(HashSet::new())
    }

    async fn volumes(&self, _: &Target, _: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        HashMap::new()
    }

    fn calls(&self) -> u64 {
        0
    }

    fn spent(&self) -> Spent {
        Spent::default()
    }
}

fn six_pages() -> Slow {
    let pages = vec![vec!["1", "2"], vec!["3", "4"], vec!["5", "6"], vec!["7", "8"], vec!["9", "10"], vec!["11", "12"]];
    Slow { pages, ..Slow::default() }
}

#[test]
fn looks_begin_before_the_list_has_come_to_its_end() {
    let slow = six_pages();
    let (seen, took) = slow.look(64, None);
    assert_eq!(seen.expect("a look").rows.len(), 36);
    assert_eq!(slow.looks.borrow()[0].1, 1, "the first account is looked into when the second page is asked for");
    assert_eq!(took.as_millis() / CALL.as_millis(), 8, "six pages, and the two looks into the last account");
}

#[test]
fn no_more_calls_are_in_flight_than_the_width_allows() {
    for width in [1, 2, 5] {
        let slow = six_pages();
        let (seen, took) = slow.look(width, None);
        assert_eq!((seen.expect("a look").rows.len(), slow.widest.get()), (36, width));
        let calls = 6 + 36;
        assert!(
            took.as_millis() / CALL.as_millis() <= (calls / width + 3) as u128,
            "{took:?} at {width}: seats are empty"
        );
    }
}

#[test]
fn a_list_that_breaks_off_is_an_error_whatever_was_seen_by_then() {
    let slow = Slow { breaks: true, ..six_pages() };
    let (seen, _) = slow.look(64, None);
    assert!(matches!(seen, Err(ScanError::Accounts(_))), "{seen:?}");
    assert!(!slow.looks.borrow().is_empty());
}

#[test]
fn an_account_on_two_pages_is_looked_into_once() {
    let slow = Slow { pages: vec![vec!["1", "2"], vec!["2", "3"], vec!["1"]], ..Slow::default() };
    let seen = slow.look(64, None).0.expect("a look");
    assert_eq!((seen.rows.len(), seen.targets, slow.looks.borrow().len()), (9, 9, 9));
}

#[test]
fn what_there_was_no_time_for_is_unreachable_and_without_the_whole_list_nobody_knows_what_that_is() {
    let (seen, _) = six_pages().look(64, Some(RESERVE + 5 * CALL));
    let Err(ScanError::Accounts(PortError(why))) = seen else { panic!("{seen:?}") };
    assert!(why.contains("no time left"), "{why}");
    let seen = six_pages().look(64, Some(RESERVE + 7 * CALL)).0.expect("a look");
    let late: Vec<&str> = seen.unreachable.iter().map(|unreachable| &*unreachable.account).collect();
    assert_eq!(late, ["11", "11", "12", "12"], "of the last page one Region each was seen: {:?}", seen.unreachable);
    assert!(
        seen.unreachable.iter().all(|unreachable| unreachable.cause.contains("no time left")),
        "{:?}",
        seen.unreachable
    );
    assert_eq!((seen.rows.len(), seen.targets), (32, 36));
    // Regions are not asked here; where they are, an account that was not asked in time is unreachable as a whole.
    let narrow = six_pages().look(2, Some(RESERVE + 7 * CALL)).0;
    let seen = narrow.expect("a look");
    assert_eq!(seen.rows.len() + seen.unreachable.len(), 36, "{:?}", seen.unreachable);
}
