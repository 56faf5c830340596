//! A text for people that names resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text of a message, with the pages of what it names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The console pages, by the ids that the text has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
}

impl Text {
    /// A text with the pages of those ids that have one.
    pub fn linking(text: String, pages: impl Iterator<Item = (String, Option<String>)>) -> Self {
        let mut links: BTreeMap<String, String> = BTreeMap::new();
        let mut doubtful = Vec::new();
        for (id, page) in pages.filter_map(|(id, page)| Some((id, page?))) {
            // An id may occur in two accounts.
            if links.insert(id.clone(), page.clone()).is_some_and(|before| before != page) {
                doubtful.push(id);
            }
        }
        links.retain(|id, _| !doubtful.contains(id));
        Self { text, links }
    }

    /// The first id in a line of it that has a page.
    pub fn link_in<'a>(&'a self, line: &str) -> Option<(&'a str, &'a str)> {
        let is_of_ids = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
        let words = line.split(|c: char| !is_of_ids(c)).map(|word| word.trim_matches([':', '.', '-']));
        words.filter_map(|word| self.links.get_key_value(word)).map(|(id, page)| (id.as_str(), page.as_str())).next()
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self { text: text.into(), links: BTreeMap::new() }
    }
}
