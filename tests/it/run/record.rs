//! What stands in the record and nobody of ours has written: instants at the ends of time, bytes that are no text, lines of
//! something else, in every file that a run reads. It may cost one instance its history, and spoils nothing else.

use std::time::Instant;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::savings::Savings;
use idle_reaper::engine::model::State;
use idle_reaper::engine::report::Report;
use idle_reaper::local::folder::Folder;
use idle_reaper::ports::{ReadRecord as _, WriteRecord as _};

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{Ask, EVENING, Shape, World, apply, at, block_on, instance, settings, try_apply};

fn telling() -> Settings {
    settings(&crate::fake::SETTINGS.replace("[calendars.japan]", TELLING))
}

/// Every file that a run reads, and something hostile that looks like a line of it.
fn hostile() -> Vec<(&'static str, Vec<String>)> {
    let years =
        ["-262143-01-01T00:00:00Z", "+262142-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"];
    let each = |line: &dyn Fn(&str) -> String| years.iter().map(|year| line(year)).collect::<Vec<_>>();
    let told = |at: &str| {
        let told = format!(
            r#"{{"policy":"dev","owner":"ana","place":"x","binding":true,"first":"{at}","last":"{at}","second":"{at}","followed":"{at}","seen":"{at}"}}"#
        );
        ["first-stop", "idle", "attention"]
            .map(|subject| format!(r#"{{"id":"i-1","subject":"{subject}","told":{told}}}"#))
            .join("\n")
    };
    let savings = |at: &str| {
        format!(
            r#"{{"version":1,"open":{{"i-1":{{"target":{{"account":"111111111111","region":"ap-northeast-1"}},"account":"111111111111","policy":"dev","owner":"","hourly":"0.1","since":"{at}","until":"{at}"}}}},"months":[{{"month":"-2026-11","account":"1","policy":"dev","owner":"","hours":"1","usd":"1","unknown_hours":"0"}}]}}"#
        )
    };
    vec![
        ("state/told.jsonl", each(&told)),
        ("state/savings.json", each(&savings)),
        ("state/witness.jsonl", each(&|at| format!(r#"{{"id":"i-1","launch":"{at}","at":"{at}","what":"burst"}}"#))),
        ("state/idle-stops.jsonl", each(&|at| format!(r#"{{"id":"i-1","at":"{at}"}}"#))),
        (
            "state/launched/111111111111.jsonl",
            each(&|at| format!(r#"{{"id":"i-1","region":"r","by":"ana","at":"{at}","event":"e","again":true}}"#)),
        ),
        (
            "state/prices.jsonl",
            each(&|at| {
                format!(
                    r#"{{"kind":"t3.micro","region":"ap-northeast-1","operation":"RunInstances","tenancy":"shared","price":{{"hourly":"0.1"}},"asked":"{at}"}}"#
                )
            }),
        ),
        ("state/stocktake", vec!["-262143-01".to_owned(), "9999-12".to_owned(), "\u{fffd}".to_owned()]),
        (
            "acts/date=2026-11-25/20261125T100000Z-1a.jsonl",
            each(&|at| {
                format!(r#"{{"id":"i-1","action":"stop","outcome":"unverified","at":"{at}","launched":"{at}"}}"#)
            }),
        ),
        ("acts/date=9999-99-99/odd.bin", vec!["\u{0}\u{fffd}".to_owned()]),
        (
            "counts/date=2026-11-18/20261118T100000Z-1a.json",
            vec![r#"{"candidates":18446744073709551615,"armed":18446744073709551615,"seen":-1}"#.to_owned()],
        ),
    ]
}

/// A run that is to stop `i-1` and `i-2`; how long it took does not depend on what stands there.
fn runs(world: &World, key: &str, text: &str) -> Report {
    world.put(key, text);
    let begun = Instant::now();
    let report = apply(world, &telling(), at(EVENING));
    assert!(begun.elapsed().as_secs() < 10, "{key}: {text}");
    assert_eq!(world.recorded("acting.lock"), [], "{key}: {text}");
    report
}

#[test]
fn hostile_lines_in_any_file_of_the_record_keep_no_run_from_its_work() {
    for (key, texts) in hostile() {
        for text in texts.iter().flat_map(|text| [text.clone(), format!("{text}\n\u{fffd}\u{0}{{[\"")]) {
            let world = World::of([instance("i-1"), instance("i-2")]);
            runs(&world, key, &text);
            assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Stopped, State::Stopped), "{key}: {text}");
            // And the next run is not disturbed by what this one has left.
            assert!(try_apply(&world, &telling(), &Ask::at(at("2026-11-26T21:30:00+09:00"))).is_ok(), "{key}: {text}");
        }
    }
}

#[test]
fn what_cannot_be_read_among_outcomes_is_reported() {
    for (key, text, told) in [
        ("acts/date=2026-11-25/20261125T100000Z-1a.jsonl", "\u{fffd}\n{}\n", "20261125T100000Z-1a.jsonl"),
        ("acts/date=2026-11-25/holiday.png", "\u{fffd}", "holiday.png"),
    ] {
        let world = World::of([instance("i-1")]);
        let report = runs(&world, key, text);
        assert!(report.notes.iter().any(|note| note.contains(told)), "{key}: {:?}", report.notes);
        assert_eq!(world.rests("i-1"), State::Stopped);
    }
}

#[test]
fn one_bad_entry_of_the_savings_is_reported_and_kept_and_the_others_are_counted() {
    let world = World::of([instance("i-1"), instance("i-2").reaped()]);
    let open = |at: &str| {
        format!(
            r#"{{"target":{{"account":"111111111111","region":"ap-northeast-1"}},"account":"111111111111","policy":"dev","owner":"","hourly":"0.1","since":"{at}","until":"{at}"}}"#
        )
    };
    let (far, good) = (open("-262143-01-01T00:00:00Z"), open("2026-11-25T02:30:00Z"));
    let text = format!(r#"{{"version":1,"open":{{"i-0":{far},"i-2":{good}}},"months":[]}}"#);
    let report = runs(&world, "state/savings.json", &text);
    assert!(
        report.troubled && report.notes.iter().any(|note| note.contains("state/savings.json")),
        "{:?}",
        report.notes
    );
    let savings = Savings::parse(&world.recorded(Savings::KEY)[0].1).expect("savings");
    let hours: String = savings.lines().map(|line| line.saved.hours.to_string()).collect();
    assert_eq!((hours.as_str(), savings.unread()), ("10", 1));
    assert!(world.recorded(Savings::KEY)[0].1.contains("-262143"), "it is kept for whoever mends it");
}

#[test]
fn a_file_that_is_no_text_keeps_nobody_from_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = Folder::new(folder.path());
    block_on(record.write("acts/date=2026-11-25/20261125T100000Z-1a.jsonl", "{}")).expect("written");
    std::fs::write(folder.path().join("acts/date=2026-11-25/odd.jsonl"), [0xff, 0xfe, b'\n', b'{']).expect("written");
    std::fs::write(folder.path().join("acts/date=2026-11-25/x.1-0.draft"), "half a li").expect("written");
    let history = block_on(idle_reaper::run::history(&record, at(EVENING))).expect("a history");
    assert_eq!(history.unread.len(), 2, "{:?}", history.unread);
    assert_eq!(
        block_on(record.read("acts/date=2026-11-25/odd.jsonl")).expect("a file").as_deref(),
        Some("\u{fffd}\u{fffd}\n{")
    );
}

#[test]
#[cfg(unix)]
fn a_record_in_a_folder_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let record = Folder::new(&folder.path().join("record"));
    block_on(record.write("state/told.jsonl", "1")).expect("written");
    block_on(record.create("acting.lock", "1")).expect("created");
    block_on(record.swap("acting.lock", "1", "2")).expect("swapped");
    let mode = |path: &str| std::fs::metadata(folder.path().join(path)).expect("a file").permissions().mode() & 0o777;
    assert_eq!(["record/state/told.jsonl", "record/acting.lock", "record/.guard"].map(mode), [0o600; 3]);
    assert_eq!(["record", "record/state"].map(mode), [0o700; 2]);
}

#[test]
fn whoever_reads_while_others_create_swap_and_remove_sees_a_whole_file_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = Folder::new(folder.path());
    let text = |n: usize| format!("{{\"run\":\"{}\"}}", n.to_string().repeat(2000));
    block_on(record.create("swapped", &text(0))).expect("created");
    let (end, path) = (std::sync::atomic::AtomicBool::new(false), folder.path());
    let ended = &end;
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    let mut seen = 0;
                    while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                        let whole = |text: &str| text.starts_with("{\"run") && text.ends_with("\"}");
                        let swapped = block_on(Folder::new(path).read("swapped")).expect("it can be read");
                        assert!(swapped.is_some_and(|text| whole(&text)), "between the two steps of a swap");
                        let lock = block_on(Folder::new(path).read("acting.lock")).expect("it can be read");
                        assert!(lock.is_none_or(|text| whole(&text)), "an empty lock");
                        seen += 1;
                    }
                    seen
                })
            })
            .collect();
        for n in 0..300 {
            assert_eq!(block_on(record.swap("swapped", &text(n), &text(n + 1))), Ok(true));
            assert_eq!(block_on(record.create("acting.lock", &text(n))), Ok(None));
            block_on(record.remove("acting.lock")).expect("removed");
        }
        end.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(readers.into_iter().map(|reader| reader.join().expect("whole files")).sum::<usize>() > 0);
    });
    assert_eq!(block_on(record.swap("swapped", "another", "x")), Ok(false));
    assert_eq!(block_on(record.swap("gone", "", "x")), Ok(false));
}

#[test]
fn of_many_who_swap_at_once_one_comes_through_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    block_on(Folder::new(folder.path()).create("count", "0")).expect("created");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let record = Folder::new(folder.path());
                for _ in 0..50 {
                    loop {
                        let old = block_on(record.read("count")).expect("read").expect("there");
                        let new = (old.parse::<u32>().expect("a number") + 1).to_string();
                        if block_on(record.swap("count", &old, &new)).expect("swapped") {
                            break;
                        }
                    }
                }
            });
        }
    });
    assert_eq!(block_on(Folder::new(folder.path()).read("count")).expect("read").as_deref(), Some("200"));
}

#[test]
fn a_folder_tells_the_time_by_its_own_clock() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = block_on(Folder::new(folder.path()).now()).expect("a time");
    assert!((chrono::Utc::now() - now).num_seconds().abs() < 5, "{now}");
}
