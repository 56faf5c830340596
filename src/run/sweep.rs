//! Scans an organisation while its accounts are still being listed. A list of a thousand comes in fifty pages, one
//! after the other, and a scan that does not wait for the last page is half done by then.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::pin::pin;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;

use crate::engine::config::UNKNOWN;
use crate::engine::history::last_scans::{Due, Visit};
use crate::engine::model::{Instance, Kind, SkippedAccount, Target, Unlisted, Unreachable};
use crate::engine::request::{RequestInvalid, Scope};
use crate::ports::{FoundAccount, NotScanned, PortError, Scan};
use crate::run::question::{Answer, Task, Wanted, ask};
use crate::run::scan::{Found, RESERVE, ScanError, Scanned};
use crate::run::survey::{Depth, Sweep};

/// Lists the accounts, scans them, and passes on each instance as soon as its target is scanned. Notes in `scanned`
/// what could not be scanned. Returns every target.
///
/// # Errors
/// [`ScanError`] when the accounts cannot be listed, or the request selects an account that does not exist.
pub(crate) async fn sweep(
    port: &impl Scan,
    how: Sweep<'_>,
    scanned: &mut Scanned,
    each: impl FnMut(Found, &mut Scanned),
) -> Result<Vec<Target>, ScanError> {
    let (width, scope, clock, kinds) = (how.width, how.scope, how.clock, how.kinds.clone());
    let only: Option<Vec<Box<str>>> =
        scope.instances.as_ref().map(|ids| ids.iter().map(|id| id.as_str().into()).collect());
    let (wanted, mut sweeping) = (Wanted { only: only.as_deref(), kinds: &kinds }, Sweeping::new(how, scanned, each));
    let left = clock.left(RESERVE);
    if left.is_some_and(|left| left.is_zero()) {
        return Err(no_time_to_list());
    }
    let (send, mut listed) = mpsc::unbounded_channel();
    // The sender is dropped with the last account, which closes the channel.
    let mut listing = pin!(async move { port.accounts(|found| drop(send.send(found))).await });
    let mut out_of_time = pin!(async {
        match left {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    });
    let (mut all_listed, mut no_more) = (false, false);
    let mut asked = FuturesUnordered::new();
    loop {
        // The list is a call in flight, too.
        while asked.len() < width - usize::from(!all_listed)
            && let Some(task) = sweeping.next()
        {
            asked.push(ask(port, task, wanted));
        }
        if asked.is_empty() && no_more {
            break;
        }
        tokio::select! {
            // `biased`: ready requests would otherwise starve the list and the deadline.
            biased;
            ended = &mut listing, if !all_listed => {
                ended.map_err(ScanError::Accounts)?;
                all_listed = true;
            }
            found = listed.recv(), if !no_more => match found {
                Some(found) => sweeping.admit(found),
                None => no_more = true,
            },
            () = &mut out_of_time => {
                if !no_more {
                    return Err(no_time_to_list());
                }
                break;
            }
            Some(answer) = asked.next(), if !asked.is_empty() => sweeping.take(answer),
        }
    }
    sweeping.end()
}

/// An account that was not listed has no name under which it could be shown as unreachable.
fn no_time_to_list() -> ScanError {
    let why = "there was no time left before the run's deadline to list them all; give the run more time";
    ScanError::Accounts(PortError(why.to_owned()))
}

/// What is known so far, and what to ask next.
struct Sweeping<'a, E> {
    how: Sweep<'a>,
    scanned: &'a mut Scanned,
    each: E,
    /// Accounts that the request selects and that were not found so far.
    wanted: Vec<(&'a String, Scope)>,
    /// Every target, and whether it was scanned.
    targets: BTreeMap<Target, bool>,
    done: usize,
    /// Accounts whose Regions are not known yet.
    open: BTreeSet<Arc<str>>,
    /// Accounts to ask for their Regions, and one Region of each other account. The first scan of an account waits for
    /// its session. If the rest of the account waited with it, each Region would take a slot: in an organisation of a
    /// thousand accounts and seventeen Regions that was half of the run.
    first: VecDeque<Task>,
    /// Regions of accounts that have a session.
    then: VecDeque<Task>,
    /// Regions of the other accounts.
    waiting: HashMap<Arc<str>, Vec<Target>>,
    /// The Regions that are due, of accounts that are not asked for their Regions.
    known: HashMap<Arc<str>, Vec<Arc<str>>>,
}

impl<'a, E: FnMut(Found, &mut Scanned)> Sweeping<'a, E> {
    fn new(how: Sweep<'a>, scanned: &'a mut Scanned, each: E) -> Self {
        let only = |name: &String| Scope { accounts: Some(vec![name.clone()]), ..Scope::default() };
        let wanted = how.scope.accounts.iter().flatten().map(|name| (name, only(name))).collect();
        let (targets, open, waiting) = (BTreeMap::new(), BTreeSet::new(), HashMap::new());
        let (first, then) = (VecDeque::new(), VecDeque::new());
        Self { how, scanned, each, wanted, targets, done: 0, open, first, then, waiting, known: HashMap::new() }
    }

    fn next(&mut self) -> Option<Task> {
        self.first.pop_front().or_else(|| self.then.pop_front())
    }

    /// Adds a listed account. Pages may overlap, so an account that comes again is ignored.
    fn admit(&mut self, found: FoundAccount) {
        let FoundAccount { account, inactive } = found;
        self.wanted.retain(|(_, only)| !only.has_account(&account.id, account.name.as_deref()));
        let known = self.scanned.background.accounts.contains_key(&account.id)
            || self.scanned.skipped.iter().any(|skipped| skipped.account == account.id);
        // An inventory may lack the account's id. The request may select it all the same.
        let selected = &*account.id == UNKNOWN || self.how.scope.has_account(&account.id, account.name.as_deref());
        if known || !selected {
            return;
        }
        match inactive {
            Some(because) => {
                self.scanned.skipped.push(SkippedAccount { account: account.id, name: account.name, because })
            }
            None => {
                let is_due = self.is_due(&account.id);
                // An instance is judged as soon as it is found, so the account's tags come first.
                if is_due && self.how.account_tags && account.tags.is_none() {
                    self.first.push_back(Task::Tags(account.id.clone()));
                } else if is_due {
                    self.ask_regions(account.id.clone());
                }
                self.scanned.background.accounts.insert(account.id.clone(), account);
            }
        }
    }

    /// Whether anything of an account is due. Notes what is not.
    fn is_due(&mut self, account: &Arc<str>) -> bool {
        let due = self.how.cadence.map_or(Due::Everything { retried: false }, |cadence| cadence.due(account));
        let is_due = match due {
            Due::Everything { retried } => {
                self.scanned.retried.extend(retried.then(|| Target::whole_account(account.clone())));
                if self.how.depth >= Depth::Regions {
                    self.open.insert(account.clone());
                }
                true
            }
            Due::Regions { due, not_due, denied } => {
                self.scanned.not_due.extend(not_due);
                let denied: Vec<_> = denied.into_iter().map(|region| Target::new(account.clone(), region)).collect();
                self.scanned.retried.extend(denied.iter().cloned());
                self.scanned.denied.extend(denied);
                let retried = due.iter().filter(|(_, retried)| *retried).map(|(region, _)| region);
                self.scanned.retried.extend(retried.map(|region| Target::new(account.clone(), region.clone())));
                let due: Vec<_> = due.into_iter().map(|(region, _)| region).collect();
                let any = !due.is_empty();
                self.known.insert(account.clone(), due);
                any
            }
        };
        self.scanned.due_accounts += usize::from(is_due);
        is_due
    }

    fn ask_regions(&mut self, account: Arc<str>) {
        if let Some(regions) = self.known.remove(&account) {
            self.regions(&account, regions);
        } else if self.how.depth >= Depth::Regions {
            self.first.push_back(Task::Regions(account));
        }
    }

    fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Tags(account, tags) => {
                if let Some(known) = self.scanned.background.accounts.get_mut(&account) {
                    known.tags = tags;
                }
                self.ask_regions(account);
            }
            Answer::Regions(account, answer) => {
                self.open.remove(&account);
                self.scanned.background.visits.listed(&account, answer.is_ok());
                match answer {
                    Ok(regions) => self.regions(&account, regions),
                    // Only a named Region is denied by policy. For an account without a list, nothing is known.
                    Err(NotScanned::Denied) => {
                        self.not_scanned(Target::whole_account(account), denied("listing its Regions"))
                    }
                    Err(why) => self.not_scanned(Target::whole_account(account), why),
                }
            }
            Answer::Instances(target, found, answer, unlisted) => self.found(target, found, answer, unlisted),
        }
    }

    fn not_scanned(&mut self, target: Target, why: NotScanned) {
        match why {
            NotScanned::Denied => self.scanned.denied.push(target),
            NotScanned::Unreachable(cause) => {
                let Target { account, region } = target;
                self.scanned.unreachable.push(Unreachable { account, region, cause });
            }
        }
    }

    fn regions(&mut self, account: &Arc<str>, regions: Vec<Arc<str>>) {
        let scope = self.how.scope;
        let in_scope = regions
            .into_iter()
            .filter(|region| &**region == UNKNOWN || scope.has_region(region) && scope.has_place(account, region));
        let mut new: Vec<Target> = in_scope.map(|region| Target::new(account.clone(), region)).collect();
        new.sort();
        new.dedup();
        new.iter().for_each(|target| self.scanned.background.visits.begin(target));
        self.targets.extend(new.iter().map(|target| (target.clone(), false)));
        if self.how.depth >= Depth::Instances
            && let Some(first) = new.pop()
        {
            self.first.push_back(Task::Instances(first));
            self.waiting.insert(account.clone(), new);
        }
    }

    fn found(
        &mut self,
        target: Target,
        instances: Vec<Instance>,
        answer: Result<(), NotScanned>,
        unlisted: Vec<(Kind, String)>,
    ) {
        self.then.extend(self.waiting.remove(&target.account).into_iter().flatten().map(Task::Instances));
        let (whole, partial) = (answer.is_ok(), unlisted.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
        let found = !instances.is_empty();
        for (kind, cause) in unlisted {
            let Target { account, region } = target.clone();
            self.scanned.unlisted.push(Unlisted { kind, account, region, cause });
        }
        let visit = match answer {
            Ok(()) if partial.is_empty() => Visit::Complete(found),
            Ok(()) => Visit::Partial(found),
            Err(NotScanned::Unreachable(_)) => Visit::Failed(found),
            Err(NotScanned::Denied) => Visit::Denied,
        };
        self.scanned.background.visits.end(&target, visit);
        for instance in instances {
            let whole = whole && !partial.contains(&instance.id.kind);
            (self.each)(Found { instance, whole }, self.scanned);
        }
        self.targets.insert(target.clone(), true);
        if let Err(why) = answer {
            self.not_scanned(target, why);
        }
        self.done += 1;
        (self.how.progress)(self.done, self.targets.len());
    }

    /// Marks what was not asked in time as unreachable.
    fn end(mut self) -> Result<Vec<Target>, ScanError> {
        if let Some((name, _)) = self.wanted.first() {
            let mend = "see `idle-reaper targets` for what is";
            let wrong = RequestInvalid::OutOfScope { what: "account", name: (*name).clone(), mend };
            return Err(ScanError::Request(wrong));
        }
        let late = || NotScanned::Unreachable("there was no time left to scan it before the run's deadline".to_owned());
        for account in std::mem::take(&mut self.open) {
            self.not_scanned(Target::whole_account(account), late());
        }
        // Accounts whose tags did not arrive in time. Their Regions are known.
        for (account, regions) in std::mem::take(&mut self.known) {
            self.targets.extend(regions.into_iter().map(|region| (Target::new(account.clone(), region), false)));
        }
        let targets = std::mem::take(&mut self.targets);
        if self.how.depth >= Depth::Instances {
            for target in targets.iter().filter(|(_, scanned)| !**scanned).map(|(target, _)| target.clone()) {
                self.not_scanned(target, late());
            }
        }
        let targets: Vec<Target> = targets.into_keys().collect();
        self.nothing_but_denied(&targets);
        Ok(targets)
    }

    /// If every Region of an account is denied by policy, nothing is known of the account: it is unreachable.
    fn nothing_but_denied(&mut self, targets: &[Target]) {
        let closed: BTreeSet<Target> = self.scanned.denied.iter().cloned().collect();
        let not_due = self.scanned.not_due.iter().map(|one| one.account.clone());
        let open = targets.iter().filter(|target| !closed.contains(target)).map(|target| target.account.clone());
        let open: BTreeSet<Arc<str>> = open.chain(not_due).collect();
        let (denied_all, named) = closed.into_iter().partition(|target: &Target| !open.contains(&target.account));
        self.scanned.denied = named;
        denied_all
            .into_iter()
            .for_each(|target: Target| self.not_scanned(target, denied("every Region of this account")));
    }
}

fn denied(what: &str) -> NotScanned {
    NotScanned::Unreachable(format!(
        "a service control policy denies {what}, so nothing is known of the account; exclude it in `exclude-accounts` if \
         that is meant"
    ))
}
