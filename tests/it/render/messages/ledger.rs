//! The ledger of receipts: what counts as told, and for how long.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::history::notices::{Ledger, Notified};
use idle_reaper::engine::model::{Contact, Receipt, Subject};

use crate::fake::{EVENING, at, here};

fn receipt(at: DateTime<Utc>) -> Receipt {
    Receipt {
        id: here("i-1"),
        subject: Subject::Idle,
        policy: "dev".to_owned(),
        owner: "ana".into(),
        channel: "mail".into(),
        place: "arn:aws:sns:us-east-1:111111111111:ana".into(),
        contact: Contact::First,
        binding: true,
        due: None,
        at,
    }
}

/// A ledger in which `ana` was told at [`EVENING`].
fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.accept(&receipt(at(EVENING)));
    ledger
}

fn found(ledger: &Ledger) -> &Notified {
    ledger.find(&here("i-1"), Subject::Idle).expect("it was said")
}

/// First and last time that it was said, in days after [`EVENING`].
fn days(told: &Notified) -> (i64, i64) {
    ((told.first - at(EVENING)).num_days(), (told.last - at(EVENING)).num_days())
}

#[test]
fn a_reminder_leaves_the_day_of_the_first_notice_as_it_is() {
    let mut ledger = ledger();
    ledger.accept(&receipt(at(EVENING) + Duration::days(3)));
    assert_eq!(days(found(&ledger)), (0, 3));
}

#[test]
fn an_owner_who_was_notified_something_else_was_notified_today_for_the_first_time() {
    let later = receipt(at(EVENING) + Duration::days(3));
    for other in [
        Receipt { owner: "ben".into(), ..later.clone() },
        Receipt { place: "arn:aws:sns:us-east-1:111111111111:ben".into(), ..later.clone() },
        Receipt { policy: "test".to_owned(), ..later.clone() },
        Receipt { binding: false, ..later.clone() },
    ] {
        let mut ledger = ledger();
        ledger.accept(&other);
        let told = found(&ledger);
        assert_eq!(days(told), (3, 3), "{told:?}");
        let said = (&told.owner, &told.place, &told.policy, told.binding);
        assert_eq!(said, (&other.owner, &other.place, &other.policy, other.binding));
    }
}

#[test]
fn what_the_second_contact_is_notified_is_nobodys_first_notice() {
    let second = Receipt { contact: Contact::Second, owner: "lead".into(), ..receipt(at(EVENING) + Duration::days(2)) };
    let mut told = ledger();
    told.accept(&second);
    assert_eq!((days(found(&told)), &*found(&told).owner, found(&told).second), ((0, 0), "ana", Some(second.at)));
    let mut empty = Ledger::default();
    empty.accept(&second);
    assert_eq!(empty, Ledger::default());
}

#[test]
fn what_is_forgotten_was_never_said_and_nothing_else_is_forgotten() {
    let mut ledger = ledger();
    ledger.accept(&Receipt { subject: Subject::Aged, ..receipt(at(EVENING)) });
    ledger.accept(&Receipt { id: here("i-2"), ..receipt(at(EVENING)) });
    ledger.forget(&here("i-1"), Subject::Idle);
    let known = |id, subject| ledger.find(&here(id), subject).is_some();
    assert_eq!(
        (known("i-1", Subject::Idle), known("i-1", Subject::Aged), known("i-2", Subject::Idle)),
        (false, true, true)
    );
}

#[test]
fn an_entry_stays_for_three_months_after_the_instance_was_last_seen() {
    let kept = |unseen: Duration| {
        let mut ledger = ledger();
        let seen = at(EVENING) + Duration::days(200);
        // Every run that sees it counts anew; the last one that does is this one.
        for days in [50, 100, 150] {
            ledger.keep(|id| *id == here("i-1"), at(EVENING) + Duration::days(days));
        }
        ledger.keep(|id| *id == here("i-1"), seen);
        ledger.keep(|_| false, seen + unseen);
        ledger.find(&here("i-1"), Subject::Idle).is_some()
    };
    assert!(kept(Duration::days(90)));
    assert!(!kept(Duration::days(90) + Duration::seconds(1)));
}

#[test]
fn a_notice_that_no_stop_followed_lapses_after_thirty_days() {
    let mut ledger = ledger();
    let lapsed = |ledger: &Ledger, after: Duration| found(ledger).has_lapsed(at(EVENING) + after);
    assert!(!lapsed(&ledger, Duration::days(30)), "to the second");
    assert!(lapsed(&ledger, Duration::days(30) + Duration::seconds(1)));
    ledger.follow(&here("i-1"), Subject::Idle, at(EVENING) + Duration::days(10));
    assert!(!lapsed(&ledger, Duration::days(40)), "counted from the stop");
    assert!(lapsed(&ledger, Duration::days(40) + Duration::seconds(1)));
}
