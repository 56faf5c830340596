//! The off-hours tag of Cloud Custodian (`maid_offhours`, or the tag that its policies name).
//!
//! ```text
//! value  = "off" | "on" | "" | clause *( ";" clause )     any case; quotes around it are ignored
//! clause = "off=" specs | "on=" specs | "tz=" zone        each at most once
//! specs  = "[" spec *( "," spec ) "]" | spec *( "," spec )
//! spec   = "(" days "," hour ")"                          days: m t w h f s u, or two with "-" between; hour: 0…23
//! ```
//!
//! Cloud Custodian stops what has a value that it cannot read, at its default hour. Here such a value protects.

use chrono_tz::Tz;

use crate::engine::schedule::dialects::week::{Edges, Week};
use crate::engine::schedule::dialects::{DialectError, Meaning, zones};
use crate::engine::schedule::{Expr, ExprError};

/// The days in tags, Monday first: `h` is Thursday, `u` is Sunday.
const DAYS: &str = "mtwhfsu";

/// What some AWS services do not allow in tag values, as Cloud Custodian's users write it there.
const ESCAPES: [(&str, &str); 9] = [
    ("u28", "("),
    ("u29", ")"),
    ("u5b", "["),
    ("u5d", "]"),
    ("u2c", ","),
    ("u3b", ";"),
    ("u3d", "="),
    ("u2f", "/"),
    ("u2d", "-"),
];

/// A reader of such tags, with what its policy gives to a tag that lacks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct C7n {
    /// The hours of a tag with only one of `on` and `off`.
    week: Week,
    /// The zone of a tag without `tz`.
    zone: Tz,
}

impl Default for C7n {
    /// The defaults of Cloud Custodian itself: from 7 to 19 on weekdays, in New York.
    fn default() -> Self {
        let week = Week::of(|day, minute| day < 5 && (7 * 60..19 * 60).contains(&minute));
        Self { week, zone: Tz::America__New_York }
    }
}

impl C7n {
    /// A reader with the default hours of a policy, as `mon-fri 08:00-20:00 @ Asia/Tokyo`.
    pub(super) fn with_hours(text: &str) -> Result<Self, DialectError> {
        let Expr { hours, zone } = Expr::parse(text).map_err(DialectError::Hours)?;
        let week = Week::of_hours(&hours).filter(|week| !week.edges().0.is_empty());
        let reader = |(week, zone)| Self { week, zone };
        week.zip(zone).map(reader).ok_or(DialectError::NotWeekly)
    }

    /// What Cloud Custodian itself does with a value, right or wrong: when it stops, and when it starts. Both have a
    /// zone, for it reads the tag once for each.
    pub fn acts(&self, value: &str) -> [Option<(Tz, Edges)>; 2] {
        let plain = plain(value);
        let (on, off) = self.week.edges();
        [("off", off), ("on", on)]
            .map(|(kind, usual)| if plain == "off" { None } else { self.act(&plain, kind, usual) })
    }

    /// When it does one of both: by the clause of the tag, or at its usual hour if it finds none. In the first case one
    /// bad clause makes it do nothing; in the second it ignores what it cannot read.
    fn act(&self, value: &str, kind: &str, usual: Edges) -> Option<(Tz, Edges)> {
        let found: Vec<(&str, &str)> = value.split([' ', ';']).filter_map(pair).collect();
        if found.iter().any(|(key, _)| !matches!(*key, "on" | "off" | "tz")) {
            return None;
        }
        let last = |key: &str| found.iter().rev().find(|(own, _)| *own == key).map(|(_, text)| *text);
        let edges = match last(kind) {
            None => usual,
            Some(_) => {
                let mut own = None;
                for piece in value.split(';').filter(|piece| !piece.is_empty()) {
                    let (key, text) = pair(piece)?;
                    let edges = if key == "tz" { Edges::new() } else { specs(text).ok()? };
                    own = if key == kind { Some(edges) } else { own };
                }
                own?
            }
        };
        let zone = last("tz").filter(|zone| !zone.is_empty()).map_or(Some(self.zone), zones::c7n)?;
        Some((zone, edges))
    }

    /// What a value asks for.
    pub(super) fn read(&self, value: &str) -> Result<Meaning, ExprError> {
        let plain = plain(value);
        match plain.as_str() {
            "off" => return Ok(Meaning::Keep),
            "on" | "" => return Ok(Meaning::Policy(None)),
            _ => {}
        }
        let Clauses { on, off, zone } = Clauses::of(&plain)?;
        let zone = match zone {
            // With both clauses Cloud Custodian takes an empty `tz` for its default, otherwise for the zone of the
            // machine on which it runs.
            Some("") if on.is_some() && off.is_some() => None,
            Some(text) => Some(zones::c7n(text).ok_or_else(|| ExprError::Zone(text.to_owned()))?),
            None => None,
        };
        if on.is_none() && off.is_none() {
            return zone.map(|zone| Meaning::Policy(Some(zone))).ok_or_else(|| ExprError::OffHours(value.to_owned()));
        }
        let (opens, closes) = self.week.edges();
        let (on, off) = (on.map_or(Ok(opens), specs)?, off.map_or(Ok(closes), specs)?);
        let week = Week::between(&on, &off).ok_or_else(|| ExprError::NoOpening(value.to_owned()))?;
        if week.is_doubtful(&on, &off) {
            return Err(ExprError::SameHour(value.to_owned()));
        }
        Ok(Meaning::Hours(format!("{week} @ {}", zone.unwrap_or(self.zone))))
    }
}

/// The expression of a policy's edges in its `default_tz`; `None` where they never open, or there is no such zone.
pub fn expression(on: &Edges, off: &Edges, zone: &str) -> Option<String> {
    Some(format!("{} @ {}", Week::between(on, off)?, zones::c7n(zone)?))
}

/// The clauses of a value.
#[derive(Default)]
struct Clauses<'a> {
    on: Option<&'a str>,
    off: Option<&'a str>,
    zone: Option<&'a str>,
}

impl<'a> Clauses<'a> {
    fn of(value: &'a str) -> Result<Self, ExprError> {
        let mut found = Self::default();
        for clause in value.split(';').filter(|clause| !clause.is_empty()) {
            let wrong = || ExprError::OffHours(clause.to_owned());
            let (key, text) = pair(clause).ok_or_else(wrong)?;
            let place = match key {
                "on" => &mut found.on,
                "off" => &mut found.off,
                "tz" => &mut found.zone,
                _ => return Err(wrong()),
            };
            if place.replace(text).is_some() {
                return Err(wrong());
            }
        }
        Ok(found)
    }
}

/// A key and its text, where there is exactly one `=`.
fn pair(piece: &str) -> Option<(&str, &str)> {
    piece.split_once('=').filter(|(_, text)| !text.contains('='))
}

/// The value without case, quotes and escapes, in the order in which Cloud Custodian removes them.
fn plain(value: &str) -> String {
    let lower = value.to_lowercase();
    let plain = ESCAPES.iter().fold(lower, |text, (escape, sign)| text.replace(escape, sign));
    plain.trim_matches('\'').trim_matches('"').to_owned()
}

/// The edges of one clause.
fn specs(text: &str) -> Result<Edges, ExprError> {
    let plain = text.replace(['[', ']'], "");
    let mut edges = Edges::new();
    for spec in plain.split(",(") {
        let spec = spec.replace(['(', ')'], "");
        let read = || {
            let (days, hour) = spec.split_once(',')?;
            Some((range(days)?, self::hour(hour)?))
        };
        let (days, hour) = read().ok_or_else(|| ExprError::OffHours(text.to_owned()))?;
        edges.extend(days.into_iter().map(|day| (day, hour.saturating_mul(60))));
    }
    Ok(edges)
}

fn hour(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|hour| digits && *hour < 24)
}

/// `m`, `m-f`, or `s-m` across the end of the week.
fn range(text: &str) -> Option<Vec<usize>> {
    let day = |text: &str| DAYS.find(text).filter(|_| text.len() == 1);
    let (first, last) = match text.split_once('-') {
        None => (day(text)?, day(text)?),
        Some((first, last)) => (day(first)?, day(last)?),
    };
    let week = DAYS.len();
    let wrapped = if last < first { last.saturating_add(week) } else { last };
    Some((first..=wrapped).filter_map(|day| day.checked_rem(week)).collect())
}
