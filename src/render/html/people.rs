//! The page is passed on more widely than a report, so it names no person unless the settings allow it. An owner that is an
//! address or a user of AWS is a person; any other name counts as that of a team.

use std::collections::BTreeMap;

use crate::engine::model::Locale;
use crate::render::catalogue::page::{Text, text};

/// What stands for each person.
pub(super) struct People {
    names: bool,
    locale: Locale,
    stand_ins: BTreeMap<String, String>,
}

impl People {
    /// The people among these owners. Each gets a number in the order of their names, so that the rows of one person can
    /// still be put together.
    pub(super) fn of<'a>(owners: impl Iterator<Item = &'a str>, names: bool, locale: Locale) -> Self {
        let mut stand_ins: BTreeMap<String, String> = BTreeMap::new();
        if !names {
            let people = owners.filter(|owner| is_person(owner)).map(|owner| (key(owner), String::new()));
            stand_ins.extend(people);
            for (number, (_, stand_in)) in (1..).zip(stand_ins.iter_mut()) {
                *stand_in = text(locale, Text::Person { number });
            }
        }
        Self { names, locale, stand_ins }
    }

    /// An owner, or what stands for a person.
    pub(super) fn owner(&self, owner: &str) -> String {
        let stand_in = self.stand_ins.get(&key(owner)).filter(|_| !self.names);
        stand_in.cloned().unwrap_or_else(|| self.text(owner))
    }

    /// A sentence with what stands for the people in it. `named`: a person whom it may name.
    pub(super) fn sentence(&self, sentence: &str, named: Option<&str>) -> String {
        match named.filter(|name| !self.names && !name.is_empty() && *name != "undo") {
            Some(name) => self.text(&sentence.replace(name, &self.somebody(name))),
            None => self.text(sentence),
        }
    }

    /// A text with what stands for each address in it.
    pub(super) fn text(&self, text: &str) -> String {
        if self.names || !text.contains('@') {
            return text.to_owned();
        }
        let part = |part: &str| {
            let word = part.trim_matches(|c: char| !c.is_alphanumeric());
            if is_address(word) { part.replace(word, &self.somebody(word)) } else { part.to_owned() }
        };
        let ends = |c: char| c.is_whitespace() || "`'\"(),;<>[]{}|、。".contains(c);
        text.split_inclusive(ends).map(part).collect()
    }

    fn somebody(&self, name: &str) -> String {
        self.stand_ins.get(&key(name)).cloned().unwrap_or_else(|| text(self.locale, Text::Somebody))
    }
}

fn key(owner: &str) -> String {
    owner.trim().to_lowercase()
}

fn is_person(owner: &str) -> bool {
    owner.contains('@') || owner.starts_with("arn:")
}

/// Whether a word is an address, and not a schedule such as `@ Asia/Tokyo` or a mention.
fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(before, after)| !before.is_empty() && !after.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_have_numbers_and_teams_keep_their_names() {
        let owners = ["ken@example.com", "team-data", "Amy@example.com", "amy@example.com"];
        let people = People::of(owners.into_iter(), false, Locale::En);
        assert_eq!(owners.map(|owner| people.owner(owner)), ["person 2", "team-data", "person 1", "person 1"]);
        let sentence = people.sentence("kept by `ken@example.com`, started by bo (x@y.example)", Some("bo"));
        assert_eq!(sentence, "kept by `person 2`, started by somebody (somebody)");
        assert_eq!(people.text("mon-fri 09:00-18:00 @ Asia/Tokyo"), "mon-fri 09:00-18:00 @ Asia/Tokyo");
    }

    #[test]
    fn whoever_asks_for_names_gets_them() {
        let people = People::of(["ken@example.com"].into_iter(), true, Locale::En);
        assert_eq!(people.owner("ken@example.com"), "ken@example.com");
        assert_eq!(
            people.sentence("started by ken@example.com", Some("ken@example.com")),
            "started by ken@example.com"
        );
    }
}
