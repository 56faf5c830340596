//! `[forgotten]`: which kinds of resources are found and reported besides instances. None of them is ever touched.

use chrono::Duration;

use crate::engine::config::reader::Section;
use crate::engine::config::shape::Form;
use crate::engine::model::ReportOnly;

/// `[forgotten]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// What is found, each kind once.
    pub kinds: Vec<ReportOnly>,
    /// What is known to have been so for less than this is not reported as forgotten yet.
    pub after: Duration,
}

/// `None` where the section is absent, or has `off = true`: then nothing but instances is scanned.
pub(crate) fn read(top: &Section<'_>) -> Option<Forgotten> {
    let section = top.section("forgotten")?;
    let off = section.flag("off").unwrap_or(false);
    let names = ReportOnly::ALL.map(ReportOnly::as_str);
    let words = section.words_like("kinds", Form::one_of(&names));
    let mut kinds = if words.is_some() { Vec::new() } else { ReportOnly::USUAL.to_vec() };
    for word in words.unwrap_or_default() {
        match ReportOnly::ALL.into_iter().find(|kind| kind.as_str() == word.text) {
            Some(kind) if !kinds.contains(&kind) => kinds.push(kind),
            Some(_) => {}
            None => section.complain_unknown(&word, "a kind of resource in `[forgotten]`", names),
        }
    }
    kinds.sort_unstable();
    let after = section.duration("after").unwrap_or_else(|| Duration::days(14));
    section.finish();
    (!off).then_some(Forgotten { kinds, after })
}
