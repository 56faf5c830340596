//! Tags of an instance, and patterns over them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use strsim::damerau_levenshtein;
use wildmatch::WildMatch;

/// The tags of one instance, sorted by key. It is a list, not a map: there are few tags, and a list uses little
/// memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Box<[(Box<str>, Box<str>)]>);

impl Tags {
    /// Tags, given in any order.
    pub fn new(pairs: impl IntoIterator<Item = (impl Into<Box<str>>, impl Into<Box<str>>)>) -> Self {
        let mut pairs: Vec<(Box<str>, Box<str>)> = pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        pairs.sort_unstable();
        Self(pairs.into_boxed_slice())
    }

    /// The same with one more tag.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        Self::new(self.iter().filter(|(known, _)| *known != key).chain([(key, value)]))
    }

    /// Every tag, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The value of the tag whose key is exactly `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// The values of every tag whose key is `key` in any case: AWS allows both `Keep` and `keep` on one resource.
    pub fn any_case<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(key))
    }

    /// The first key with this prefix.
    pub fn starting_with(&self, prefix: &str) -> Option<&str> {
        self.iter().map(|(key, _)| key).find(|key| key.starts_with(prefix))
    }
}

/// Normalises text for comparison where users type freely: lower case, and half-width forms of the full-width letters,
/// digits and signs that a Japanese input method may produce.
pub(crate) fn plain(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    text.chars().map(half).flat_map(char::to_lowercase).collect()
}

/// A word must have this many letters for one typo to be tolerated.
const LETTERS_FOR_A_TYPO: usize = 4;

/// Whether a word almost matches a pattern. Words with different digits are not typos of each other.
fn is_near(pattern: &str, word: &str) -> bool {
    let (pattern, word) = (plain(pattern.trim()), plain(word.trim()));
    let figures = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let typos = pattern.chars().count() / LETTERS_FOR_A_TYPO;
    WildMatch::new(&pattern).matches(&word)
        || !pattern.contains(['*', '?'])
            && figures(&pattern) == figures(&word)
            && damerau_levenshtein(&pattern, &word) <= typos.min(2)
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(BTreeMap::<String, String>::deserialize(deserializer)?))
    }
}

/// A pattern over tags as in the settings: `Key`, or `Key=value`, with `*` and `?` in either.
#[derive(Clone, Debug, PartialEq)]
pub struct TagPattern {
    text: String,
    key: WildMatch,
    value: Option<WildMatch>,
}

impl TagPattern {
    /// A pattern whose match makes an instance a candidate. It is case-sensitive, so that nothing matches by accident.
    pub fn exact(text: &str) -> Self {
        Self::build(text, WildMatch::new)
    }

    /// A pattern whose match protects, such as those of `without-tags`. It ignores case, so that a different spelling
    /// does not remove the protection.
    pub fn generous(text: &str) -> Self {
        Self::build(text, WildMatch::new_case_insensitive)
    }

    fn build(text: &str, glob: impl Fn(&str) -> WildMatch) -> Self {
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(glob(value))),
            None => (text, None),
        };
        Self { text: text.to_owned(), key: glob(key), value }
    }

    /// The first tag that the pattern matches.
    pub fn find<'a>(&self, tags: &'a Tags) -> Option<(&'a str, &'a str)> {
        tags.iter().find(|(key, value)| self.is_of(key) && self.value.as_ref().is_none_or(|glob| glob.matches(value)))
    }

    /// The first tag that the pattern would match, except for case, width or a typo; `None` where it matches a tag.
    pub fn nearly<'a>(&self, tags: &'a Tags) -> Option<(&'a str, &'a str)> {
        let (key, value) = match self.text.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (&*self.text, None),
        };
        let near = |(found, of): &(&str, &str)| is_near(key, found) && value.is_none_or(|value| is_near(value, of));
        if self.find(tags).is_some() { None } else { tags.iter().find(near) }
    }

    /// Whether the pattern is about tags with this key.
    pub fn is_of(&self, key: &str) -> bool {
        self.key.matches(key)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
