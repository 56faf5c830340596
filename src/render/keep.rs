//! What `keep` would write, and what it has written.

use crate::engine::model::{Kind, Locale};
use crate::engine::tags::{Change, Keeping, Written};
use crate::render::catalogue::{Letter, letter};
use crate::render::edge;

/// One instance: what would be written where `end` is `None`, and otherwise how it ended.
pub fn line(keeping: &Keeping, value: &str, end: Option<&Written>, locale: Locale) -> String {
    let Keeping { id, name, key, before, change, for_good } = keeping;
    let say = |words: Letter<'_>| edge::plain(&letter(locale, words));
    let (place, before) = (id.place.to_string(), before.as_deref());
    let mut line = say(Letter::KeepTag { id: &id.name, name, place: &place, key, value });
    line += &say(match (end, before) {
        (Some(Written::Verified), _) => Letter::KeepWritten,
        (Some(Written::Unverified(why)), _) => Letter::KeepUnverified { why },
        (Some(Written::Failed(why)), _) => Letter::KeepFailed { why },
        (None, None) => Letter::KeepNew,
        (None, Some(before)) => {
            let (shorter, unreadable) = (*change == Change::Shorter, *change == Change::Unreadable);
            Letter::KeepReplaces { before, shorter, unreadable }
        }
    });
    if let (Some(key), None) = (for_good, end) {
        line += &say(Letter::KeptForGood { key });
    }
    line
}

/// The question before the tags are written. A keep that becomes shorter is named.
pub fn question(planned: &[Keeping], locale: Locale) -> String {
    let shorter = planned.iter().filter(|one| matches!(one.change, Change::Shorter | Change::Unreadable)).count();
    let others = planned.iter().any(|one| one.id.kind != Kind::Instance);
    letter(locale, Letter::KeepQuestion { count: planned.len(), shorter, others })
}

/// The same as data.
pub fn json(ends: &[(Keeping, Option<Written>)], value: &str) -> String {
    let one = |(keeping, end): &(Keeping, Option<Written>)| {
        let mut one = serde_json::json!(keeping);
        if let Some(fields) = one.as_object_mut() {
            fields.insert("value".to_owned(), value.into());
            fields.insert("written".to_owned(), serde_json::json!(end));
        }
        one
    };
    let all: Vec<_> = ends.iter().map(one).collect();
    edge::json(&serde_json::json!({"version": 1, "keeps": all}), true).unwrap_or_default() + "\n"
}
