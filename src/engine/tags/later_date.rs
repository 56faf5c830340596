//! Whether the free text after a `keep-until` date contains a later date, as in `2026-11-25 to 2026-12-05`. The author
//! probably means the later date, so the instance must not be stopped at the earlier one.

use chrono::{Datelike, NaiveDate};

use crate::engine::model::tags::plain;

/// One token of the text. Spaces separate tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A run of digits: its value, and how many digits it has.
    Number(u32, usize),
    /// A run of letters, possibly followed by digits, such as a ticket's key.
    Word(&'a str),
    /// `to`, `until`, or a dash that stands alone: the end of a range may follow.
    Link,
    /// Any other character.
    Mark(char),
}

use Token::{Link, Mark, Number, Word};

/// Words that introduce the end of a range.
const LINKS: &[&str] = &["to", "until", "till", "til", "thru", "through", "bis", "から"];

/// Words without a meaning of their own inside a date: `the 5th of December`.
const FILLERS: &[&str] = &["st", "nd", "rd", "th", "of", "the"];

/// Words for days without an explicit date.
const RELATIVE: &[&str] = &["next", "tomorrow", "end", "eod", "eow", "eom", "eoy"];

const MONTHS: &str = "january february march april may june july august september october november december";

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Whether `text` contains a day after `first`. With `to_the_minute`, the tag's own end is an instant, so a later time
/// on the same day counts too. An ambiguous number counts as a date only after a word or dash that introduces the end
/// of a range.
pub(crate) fn names_later(text: &str, first: NaiveDate, to_the_minute: bool) -> bool {
    let text = plain(text);
    let tokens = tokens(&text);
    let until = tokens.iter().any(|token| matches!(token, Word(word) if word.ends_with("まで")));
    let begins_linked = |n: usize| n == 1 && tokens.first() == Some(&Link);
    (0..tokens.len()).any(|n| {
        let linked = until || n > 0 && tokens.get(n - 1) == Some(&Link);
        let rest = tokens.get(n..).unwrap_or_default();
        let later = Later { first, linked };
        later.full(rest)
            || later.with_a_month(rest)
            || linked && later.short(rest)
            || begins_linked(n) && (later.loose(rest) || to_the_minute && matches!(rest, [Number(..), Mark(':'), ..]))
            || n == 0 && matches!(rest, [Mark('+'), Number(..), Word(unit), ..] if unit.starts_with(['d', 'w', 'm']))
    })
}

/// The conditions for a later date.
struct Later {
    first: NaiveDate,
    /// Whether a word or a dash for a range comes before this position.
    linked: bool,
}

impl Later {
    fn on(&self, year: u32, month: u32, day: u32) -> bool {
        let year = i32::try_from(year).unwrap_or(i32::MAX);
        NaiveDate::from_ymd_opt(year, month, day).is_some_and(|date| date > self.first)
    }

    /// A day without a year: in this year, or, at the end of a range, also in the next year.
    fn yearless(&self, month: u32, day: u32) -> bool {
        let year = self.first.year().unsigned_abs();
        self.on(year, month, day) || self.linked && self.on(year.saturating_add(1), month, day)
    }

    /// A numeric date with its year.
    fn full(&self, tokens: &[Token<'_>]) -> bool {
        match *tokens {
            [Number(y, 4), Mark(a), Number(m, 1..=2), Mark(b), Number(d, 1..=2), ..] if a == b => self.on(y, m, d),
            [Number(y, 4), Word("年"), Number(m, _), Word("月"), Number(d, _), ..] => self.on(y, m, d),
            [Number(m, _), Word("月"), Number(d, _), ..] => self.yearless(m, d),
            [Number(p, 1..=2), Mark(a), Number(q, 1..=2), Mark(b), Number(y, 4), ..] if a == b => {
                self.on(y, p, q) || self.on(y, q, p)
            }
            // Not part of an IP address such as 10.1.2.3.
            [Number(_, 1..=2), Mark(a), Number(_, 1..=2), Mark(b), Number(_, 2), Mark(c), ..] if a == b && b == c => {
                false
            }
            [Number(p, 1..=2), Mark(a), Number(q, 1..=2), Mark(b), Number(y, 2), ..]
                if a == b && (a == '/' || self.linked) =>
            {
                self.on(2000 + y, p, q) || self.on(2000 + y, q, p) || self.on(2000 + p, q, y)
            }
            [Number(date, 8), ..] => self.on(date / 10_000, date / 100 % 100, date % 100),
            _ => false,
        }
    }

    /// `5 Dec 2026`, `December 5th`, `Dec 2026`.
    fn with_a_month(&self, tokens: &[Token<'_>]) -> bool {
        let (month, day, rest) = match *tokens {
            [Number(day, 1..=2), ref rest @ ..] => match *after_mark(rest) {
                [Word(word), ref rest @ ..] => (month(word), Some(day), rest),
                _ => return false,
            },
            [Word(word), ref rest @ ..] => match *after_mark(rest) {
                [Number(day, 1..=2), ref rest @ ..] => (month(word), Some(day), rest),
                _ => (month(word), None, rest),
            },
            _ => return false,
        };
        let Some(month) = month else { return false };
        match (after_mark(rest), day) {
            // For a month without a day at the end of a range, the 28th counts, because every month has one.
            ([Number(year, 4), ..], day) => self.on(*year, month, day.unwrap_or(if self.linked { 28 } else { 1 })),
            (_, Some(day)) => self.yearless(month, day),
            (_, None) => self.linked && self.yearless(month, 28),
        }
    }

    /// Forms that are a date only at the end of a range: `12/05`, `2026-12`, `2027`.
    fn short(&self, tokens: &[Token<'_>]) -> bool {
        match *tokens {
            [Number(p, 1..=2), Mark('/' | '-' | '.'), Number(q, 1..=2), ..] => {
                self.yearless(p, q) || self.yearless(q, p)
            }
            [Number(y, 4), Mark('/' | '-' | '.'), Number(m, 1..=2), ..] => self.on(y, m, 28),
            [Number(y @ 2000..=2100, 4), ref rest @ ..] => !matches!(rest, [Word(_), ..]) && self.on(y, 12, 31),
            _ => false,
        }
    }

    /// Forms that are a date only where the text begins with the link: `to 27`, `- Friday`, `until next week`.
    fn loose(&self, tokens: &[Token<'_>]) -> bool {
        let first = self.first.weekday().num_days_from_monday();
        match *tokens {
            [Number(1..=31, 1..=2), ref rest @ ..] => !matches!(rest, [Word(_), ..]),
            [Word(word), ..] => {
                RELATIVE.contains(&word)
                    || WEEKDAYS.iter().zip(0..).any(|(day, n)| word.len() > 2 && day.starts_with(word) && n != first)
            }
            _ => false,
        }
    }
}

fn month(word: &str) -> Option<u32> {
    let word = if word == "sept" { "sep" } else { word };
    let found = MONTHS.split(' ').zip(1..).find(|(name, _)| word.len() > 2 && name.starts_with(word));
    found.map(|(_, month)| month)
}

/// The tokens after one optional dot, comma, dash or slash.
fn after_mark<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    match tokens {
        [Mark('.' | ',' | '-' | '/'), rest @ ..] => rest,
        _ => tokens,
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    let mut before = ' ';
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let run = |fits: fn(char) -> bool| rest.split(|c| !fits(c)).next().unwrap_or_default();
        let length = if c.is_ascii_digit() {
            let digits = run(|c| c.is_ascii_digit());
            tokens.push(Number(digits.parse().unwrap_or(u32::MAX), digits.len()));
            digits.len()
        } else if c.is_alphabetic() {
            // `inc20261205` is one word; `5th` and `12月5日` are not.
            let keyed = c.is_ascii() && !before.is_ascii_digit();
            let word = if keyed { run(char::is_alphanumeric) } else { run(char::is_alphabetic) };
            if !FILLERS.contains(&word) {
                tokens.push(if LINKS.contains(&word) { Link } else { Word(word) });
            }
            word.len()
        } else {
            let dash = matches!(c, '-' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{301c}' | '→' | '⇒' | '…');
            let twice = c == '.' && before == '.' || c == '>' && matches!(before, '-' | '=');
            if dash && (before.is_whitespace() || !c.is_ascii()) || twice {
                tokens.push(Link);
            } else if !c.is_whitespace() {
                tokens.push(Mark(c));
            }
            c.len_utf8()
        };
        before = text.get(at..at + length).and_then(|piece| piece.chars().last()).unwrap_or(' ');
        at += length;
    }
    tokens
}
