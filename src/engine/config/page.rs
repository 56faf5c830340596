//! `[page]`: what the page for browsers shows of people.

use crate::engine::config::reader::Section;

/// `[page]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Whether it names people. Otherwise each person is a number.
    pub names: bool,
}

pub(crate) fn read(section: &Section<'_>) -> Page {
    Page { names: section.flag("names").unwrap_or(false) }
}
