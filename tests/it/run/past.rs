//! The past of the record, read through its index: it is what a run that lists and reads every file finds, whatever has
//! become of the files and of the index; and it takes few requests.

use std::cell::Cell;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::ports::{Entry, PortError, ReadRecord, WriteRecord};
use idle_reaper::run::{INDEX, Past, history, own_acts};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{self, Deed, EVENING, SETTINGS, World, at, block_on, instance, settings};

/// What happens to a record.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A run acts: its intent alone where it was killed, and all where not. By an index-aware release or an older one.
    Acts {
        instance: usize,
        ended: bool,
    },
    /// A run that was killed is confirmed, or a slow one ends at last: a file is written again.
    EndsAt {
        file: usize,
    },
    /// A person undoes a stop.
    Undoes {
        instance: usize,
    },
    /// A file is lost, or a person removes it.
    Loses {
        file: usize,
    },
    /// Somebody puts a file there that is none of ours.
    Foreign,
    /// The index is lost, cut off, or spoilt.
    IndexLost,
    IndexCut {
        at: usize,
    },
    /// A run that read the record long ago writes its index only now.
    IndexOld {
        written: usize,
    },
    /// A run reads the past, and writes the index if that is worth it.
    Reads,
    /// Time passes.
    Waits {
        hours: i64,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0..4usize, any::<bool>()).prop_map(|(instance, ended)| Event::Acts { instance, ended }),
        2 => (0..40usize).prop_map(|file| Event::EndsAt { file }),
        1 => (0..4usize).prop_map(|instance| Event::Undoes { instance }),
        2 => (0..40usize).prop_map(|file| Event::Loses { file }),
        1 => Just(Event::Foreign),
        1 => Just(Event::IndexLost),
        1 => (0..4000usize).prop_map(|at| Event::IndexCut { at }),
        2 => (0..9usize).prop_map(|written| Event::IndexOld { written }),
        4 => Just(Event::Reads),
        3 => (1..40i64).prop_map(|hours| Event::Waits { hours }),
    ]
}

/// A record, and what is remembered about it beside.
struct Told {
    world: World,
    now: DateTime<Utc>,
    runs: usize,
    indexes: Vec<String>,
}

fn line(instance: usize, run: &str, outcome: &str, at: DateTime<Utc>) -> String {
    let (action, place) = (["stop", "start", "hibernate"][instance % 3], r#""account":"111111111111","region":"r""#);
    let at = at.format("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#"{{{place},"id":"i-{instance}","action":"{action}","outcome":"{outcome}","at":"{at}","policy":"dev","run":"{run}"}}"#
    ) + "\n"
}

impl Told {
    fn file(&self, folder: &str, run: &str) -> String {
        format!("{folder}/date={}/{run}.jsonl", self.now.date_naive())
    }

    fn nth(&self, nth: usize) -> Option<(String, String)> {
        let files: Vec<_> = self.world.recorded("acts/").into_iter().chain(self.world.recorded("undone/")).collect();
        (!files.is_empty()).then(|| files[nth % files.len()].clone())
    }

    fn happens(&mut self, event: Event) {
        self.runs += 1;
        let run = format!("{}-{:04}", self.now.format("%Y%m%dT%H%M%SZ"), self.runs);
        match event {
            Event::Acts { instance, ended } => {
                let outcome = if ended { ["stopped", "started", "failed"][instance % 3] } else { "unverified" };
                self.world.put(&self.file("acts", &run), &line(instance, &run, outcome, self.now));
            }
            Event::EndsAt { file } => {
                let Some((key, text)) = self.nth(file) else { return };
                self.world.put(&key, &text.replace("unverified", "stopped"));
            }
            Event::Undoes { instance } => {
                self.world.put(&self.file("undone", &run), &line(instance, &run, "started", self.now));
            }
            Event::Loses { file } => {
                let Some((key, _)) = self.nth(file) else { return };
                self.world.lose(&key);
            }
            Event::Foreign => self.world.put(&self.file("acts", "README"), "this is no outcome\n"),
            Event::IndexLost => self.world.lose(INDEX),
            Event::IndexCut { at } => {
                for (key, text) in self.world.recorded(INDEX) {
                    self.world.put(&key, text.get(..at).unwrap_or(&text));
                }
            }
            Event::IndexOld { written } => {
                let Some(old) = self.indexes.get(written) else { return };
                self.world.put(INDEX, old);
            }
            Event::Reads => drop(self.through_the_index(true)),
            Event::Waits { hours } => self.now += Duration::hours(hours),
        }
    }

    /// The history and our own acts, as a run reads them.
    fn through_the_index(&mut self, writes: bool) -> (History, String) {
        let settings = settings(&SETTINGS.replace("[calendars.japan]", TELLING));
        let read = block_on(async {
            let hub = Counting::of(&self.world);
            let (past, index) = Past::read(&hub, &settings, self.now).await?;
            if let Some(index) = index.filter(|_| writes) {
                self.world.write_bytes(INDEX, index).await?;
            }
            whole(&past.over(&hub), self.now).await
        });
        self.indexes.extend(self.world.recorded(INDEX).into_iter().map(|(_, text)| text).filter(|_| writes));
        read.expect("a past")
    }
}

async fn whole(hub: &impl ReadRecord, now: DateTime<Utc>) -> Result<(History, String), PortError> {
    let mut history = history(hub, now).await?;
    history.unread.sort();
    let own = own_acts(hub, now, 21).await?;
    let mut own: Vec<String> = own.iter().map(|(id, own)| format!("{id:?} {own:?}")).collect();
    own.sort();
    Ok((history, own.concat()))
}

proptest! {
    #[test]
    fn the_past_through_the_index_is_the_past_whatever_became_of_either(events in vec(event(), 1..90)) {
        let mut told = Told { world: World::of([instance("i-1")]).with_versions(), now: at(EVENING), runs: 0, indexes: Vec::new() };
        for event in events {
            told.happens(event);
            let listed = block_on(whole(&Counting::of(&told.world), told.now)).expect("a past");
            prop_assert_eq!(told.through_the_index(false), listed, "after {:?}", event);
        }
    }
}

/// A record that lists in order, as S3 does, and counts what it is asked.
struct Counting<'a> {
    world: &'a World,
    lists: Cell<usize>,
    gets: Cell<usize>,
}

impl<'a> Counting<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, lists: Cell::default(), gets: Cell::default() }
    }
}

impl ReadRecord for Counting<'_> {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        self.gets.set(self.gets.get() + 1);
        self.world.read(key).await
    }

    async fn versions(&self, folder: &str, from: &str) -> Result<Option<Vec<(String, String)>>, PortError> {
        self.lists.set(self.lists.get() + 1);
        let mut versions = self.world.versions(folder, from).await?;
        versions.iter_mut().for_each(|versions| versions.sort());
        Ok(versions)
    }

    async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        let mut read = self.world.read_since(folder, from).await?;
        read.sort();
        self.lists.set(self.lists.get() + 1);
        self.gets.set(self.gets.get() + read.len());
        Ok(read)
    }
}

/// Nine days of runs every quarter of an hour, each of which did something.
fn nine_days() -> World {
    let world = World::of([instance("i-1")]).with_versions();
    for run in 0..864 {
        let at = at(EVENING) - Duration::minutes(15 * (run + 1));
        let run = format!("{}-1a", at.format("%Y%m%dT%H%M%SZ"));
        world.put(&format!("acts/date={}/{run}.jsonl", at.date_naive()), &line(1, &run, "started", at));
    }
    world
}

#[test]
fn a_run_over_nine_days_reads_one_object_instead_of_864() {
    let (world, settings) = (nine_days(), settings(SETTINGS));
    let read = || {
        let hub = Counting::of(&world);
        let (_, index) = block_on(Past::read(&hub, &settings, at(EVENING))).expect("a past");
        (hub.lists.get(), hub.gets.get(), index)
    };
    let by_listing = Counting::of(&world);
    block_on(history(&by_listing, at(EVENING))).expect("a past");
    assert_eq!((by_listing.lists.get(), by_listing.gets.get()), (2, 864));
    let (lists, gets, index) = read();
    assert_eq!((lists, gets), (2, 865), "the first run looks for an index and reads everything");
    block_on(world.write_bytes(INDEX, index.expect("an index"))).expect("written");
    assert_eq!(read(), (2, 1, None), "every later one");
    world.put("acts/date=2026-11-25/20261125T123000Z-9z.jsonl", &line(1, "x", "stopped", at(EVENING)));
    assert_eq!(read(), (2, 2, None), "and what has come since");
}

#[test]
fn a_dry_run_writes_no_index_and_an_apply_writes_one() {
    let (world, settings) = (nine_days(), settings(SETTINGS));
    fake::plan(&world, &settings, at(EVENING));
    assert_eq!(world.calls(Deed::writes).len(), 0);
    fake::apply(&world, &settings, at(EVENING));
    assert_eq!(world.recorded(INDEX).len(), 1);
}

#[test]
fn an_index_that_cannot_be_written_is_a_remark() {
    let faults = fake::Faults { no_writing: Some(INDEX), ..fake::Faults::default() };
    let world = nine_days().with_faults(faults);
    let report = fake::apply(&world, &settings(SETTINGS), at(EVENING));
    assert!(report.notes.iter().any(|note| note.contains("could not be written")), "{:?}", report.notes);
    assert!(!report.outcomes.is_empty());
}
