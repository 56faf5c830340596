//! How similar a tag's key is to one of the reaper's keys. A typo must not cost a team its instance.

use strsim::generic_damerau_levenshtein as letters_off;

use crate::engine::model::tags::plain;

/// The number of letters of a key that may be wrong, missing or extra. Two swapped neighbours count as one letter.
const OFF: usize = 2;

/// The prefix may have one wrong letter per this many letters. In a short prefix every letter counts; otherwise keys
/// of other tools would match.
const PREFIX_LETTERS_FOR_ONE_OFF: usize = 4;

/// The spelling of the reaper's keys, without case, spaces and punctuation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The prefix as written, for a prefix so short that it must match exactly.
    begins: String,
    prefix: Vec<char>,
    /// What follows the prefix in the keys that protect.
    words: Vec<Vec<char>>,
    /// What follows the prefix in the reaper's other keys.
    others: Vec<Vec<char>>,
}

impl Spelling {
    /// The keys that begin with `prefix`: `words`, where a typo protects, and `others`.
    pub fn new(prefix: &str, words: &[&str], others: &[&str]) -> Self {
        let all = |words: &[&str]| words.iter().map(|word| letters(word)).collect();
        Self { begins: spaceless(prefix), prefix: letters(prefix), words: all(words), others: all(others) }
    }

    /// The index of the word that `key` nearly matches: the whole key has at most two wrong letters, in any case, with
    /// or without spaces and punctuation. A correct spelling matches too.
    pub fn nearest(&self, key: &str) -> Option<usize> {
        let count = key.chars().filter(|c| c.is_alphanumeric()).count();
        let fits = |word: &Vec<char>| count.abs_diff(self.prefix.len() + word.len()) <= OFF;
        // Nearly every key of other tools is rejected here.
        if !self.words.iter().any(fits) {
            return None;
        }
        let slips = self.prefix.len() / PREFIX_LETTERS_FOR_ONE_OFF;
        let key_letters = letters(key);
        let other =
            key_letters.strip_prefix(&*self.prefix).is_some_and(|rest| self.others.iter().any(|o| **o == *rest));
        if other || slips == 0 && !spaceless(key).starts_with(&self.begins) {
            return None;
        }
        let near = |word: &Vec<char>| self.off(&key_letters, word, slips);
        let found = self.words.iter().enumerate().filter_map(|(n, word)| Some((near(word)?, n))).min();
        found.map(|(_, n)| n)
    }

    /// The number of letters by which `key` differs from the prefix and `word`; `None` where there are too many.
    fn off(&self, key: &[char], word: &[char], slips: usize) -> Option<usize> {
        let Self { prefix, .. } = self;
        if key.iter().filter(|c| !prefix.contains(c) && !word.contains(c)).count() > OFF {
            return None;
        }
        let splits = prefix.len().saturating_sub(OFF)..=prefix.len() + OFF;
        let off = splits.filter_map(|at| {
            let (head, tail) = key.split_at_checked(at)?;
            let off = letters_off(head, prefix);
            (off <= slips).then(|| off + letters_off(tail, word))
        });
        off.min().filter(|off| *off <= OFF)
    }
}

fn letters(text: &str) -> Vec<char> {
    plain(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Lower case, without spaces, and with `_` as `-`.
fn spaceless(text: &str) -> String {
    plain(text).chars().filter(|c| !c.is_whitespace()).map(|c| if c == '_' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(prefix: &str, key: &str) -> Option<&'static str> {
        let words = ["keep", "keep-until", "schedule"];
        let spelling = Spelling::new(prefix, &words, &["stopped", "marked", "launched-by", "seen"]);
        spelling.nearest(key).map(|n| words[n])
    }

    #[test]
    fn a_key_that_nearly_is_one_of_ours_as_a_whole_is_near() {
        for (key, word) in [
            ("idle-reaper:keep-untill", "keep-until"),
            ("idle-reaper:keep_until", "keep-until"),
            ("idle-reaper:keepuntil", "keep-until"),
            ("idle-reaper:keep until", "keep-until"),
            ("Idle Reaper : Keep Until", "keep-until"),
            ("idle_reaper:keep-untl", "keep-until"),
            ("idle-reaper: keep", "keep"),
            (" idle-reaper:keep ", "keep"),
            ("idle-reaper:\u{a0}keep\u{200b}", "keep"),
            ("idle-reeper:keep", "keep"),
            ("idlereaper:keep", "keep"),
            ("idle-reaper-keep", "keep"),
            ("idle-reaper/keep", "keep"),
            ("idle.reaper.keep", "keep"),
            ("idle-reapre:kepe", "keep"),
            ("ilde-reaper:keep", "keep"),
            ("iddle-reaperr:keep", "keep"),
            ("idle-reaper:keeps", "keep"),
            ("idle-reaper:kee", "keep"),
            ("idle-reaper:kept", "keep"),
            ("idle-reaperkeep", "keep"),
            ("IDLE_REAPER_KEEP", "keep"),
            ("ｉｄｌｅ－ｒｅａｐｅｒ：ｋｅｅｐ", "keep"),
            ("idle-reaper：keep", "keep"),
            ("idle-reaper:shedule", "schedule"),
            ("idle-reaper:schedul", "schedule"),
            ("idle-reaper:Schedules", "schedule"),
            ("idle-reaper:sceduel", "schedule"),
        ] {
            assert_eq!(nearest("idle-reaper:", key), Some(word), "{key}");
        }
        for (prefix, key) in [("Team/", "team/keap"), ("Team/", "Teem/keep"), ("t-", "T_keeep"), ("/", "/keeep")] {
            assert_eq!(nearest(prefix, key), Some("keep"), "{prefix} {key}");
        }
    }

    #[test]
    fn keys_of_others_and_the_rest_of_ours_are_not_near() {
        for key in [
            "",
            "Keep",
            "keep-until",
            "Schedule",
            "other:keep",
            "team:keep",
            "janitor:keep",
            "reaper:keep",
            "idle-reaper:seen",
            "Idle_Reaper: Seen",
            "idle-reaper:stopped",
            "idle-reaper:marked",
            "idle-reaper:launched-by",
            "idle-reaper:owner",
            "idle-reaper:cost-center",
            "idle-reaper:note",
            "aws:cloudformation:stack-name",
            "kubernetes.io/cluster/blue",
            "💥💥💥💥💥💥💥💥💥💥💥💥💥💥",
        ] {
            assert_eq!(nearest("idle-reaper:", key), None, "{key}");
        }
        for (prefix, key) in [
            ("t-", "keep"),
            ("t-", "a-keep"),
            ("/", "Keep"),
            (":", "keep-until"),
            ("qa:", "db:keep"),
            ("ops:", "dev:keep"),
        ] {
            assert_eq!(nearest(prefix, key), None, "{prefix} {key}");
        }
    }
}
