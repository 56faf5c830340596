//! Hints for mistakes: the value that was probably meant, from common mistakes and similar names.

use chrono_tz::{TZ_VARIANTS, Tz};

use crate::engine::schedule::{Expr, HOLIDAY_CODES, Like, PLACES, countries, parse_days};

/// For each kind, what users write and what they mean.
const TABLE: &str = include_str!("hints.tsv");

/// The rows of one kind, in order.
fn rows(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = TABLE.lines().filter_map(move |line| line.strip_prefix(kind)?.strip_prefix('\t'));
    rows.filter_map(|row| row.split_once('\t'))
}

fn find(kind: &str, text: &str) -> Option<&'static str> {
    rows(kind).find(|(wrong, _)| *wrong == text).map(|(_, right)| right)
}

/// A hint with the most similar name in `known`, or the usual meaning of `word`.
pub(crate) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> Option<String> {
    let usual = find("word", word).filter(|right| known.clone().into_iter().any(|known| known == *right));
    if let Some(right) = usual {
        return Some(format!("write `{right}`"));
    }
    most_similar(word, known).map(|name| format!("did you mean `{name}`?"))
}

/// The name in `known` that `word` most resembles, if it is similar enough for a typo.
pub fn most_similar<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = |name: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &name.to_lowercase());
    let best = known.into_iter().map(|name| (near(name), name)).min()?;
    (best.0 <= 2.max(word.len() / 3)).then_some(best.1)
}

/// The probable meaning of a key that is not among the keys that were `asked` for.
pub(crate) fn for_key(key: &str, asked: &[&'static str]) -> String {
    if key.replace('_', "-") == "dry-run" {
        return "leave it out: `plan` is a dry run, and every run is one unless `[run]` has `armed = true`".to_owned();
    }
    if key == "policy" && asked.contains(&"policies") {
        return "write `[[policies]]`, in the plural and with two brackets, at the head of each".to_owned();
    }
    match find("key", key).filter(|right| asked.contains(right)) {
        Some(right) => format!("write `{right}`"),
        None => did_you_mean(key, asked.iter().copied()).unwrap_or_else(|| format!("known here: {}", asked.join(", "))),
    }
}

/// What to write for a time zone that does not exist. It is never guessed from a similar name: hours in the wrong time
/// zone would stop instances in use.
pub(crate) fn for_zone(text: &str) -> String {
    let asked = text.trim().to_lowercase().replace(' ', "_");
    let city = |zone: &&Tz| zone.name().rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&asked));
    let spelt = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(&asked));
    let mut cities = TZ_VARIANTS.iter().filter(city);
    let by_city = cities.next().filter(|_| cities.next().is_none());
    match spelt.or(by_city).map(|zone| zone.name()).or_else(|| find("zone", &asked)) {
        Some(zone) => format!("write `{zone}`"),
        None => {
            let form = "write a zone as the IANA database names it, by a region and a city";
            format!("{form}, such as `Asia/Tokyo`, `Europe/Berlin` or `America/New_York`")
        }
    }
}

/// What to write for unknown holidays. A country is never guessed from a similar code.
pub(crate) fn for_holidays<'k>(text: &str, own: impl Iterator<Item = &'k str>) -> String {
    let asked = text.to_lowercase().replace([' ', '_'], "-");
    if matches!(&*asked, "gb" | "uk" | "gbr") {
        return "write gb-eng, gb-wls, gb-sct or gb-nir: the parts have different holidays".to_owned();
    }
    let same = HOLIDAY_CODES.iter().find(|code| **code == asked).copied();
    let named = || countries().find(|(_, name)| *name == asked).map(|(code, _)| code);
    if let Some(code) = same.or_else(|| find("holidays", &asked)).or_else(named) {
        return format!("write `{code}`");
    }
    let known = HOLIDAY_CODES.iter().copied().chain(own).collect::<Vec<_>>().join(", ");
    match asked.split_once('-') {
        Some((country, _)) if HOLIDAY_CODES.contains(&country) => {
            format!("write the holidays of a part of `{country}` as `[holidays.{asked}]`; known: {known}")
        }
        _ => format!("known: {known}"),
    }
}

/// Days, or a whole expression, with the correct names of days and times.
pub(crate) fn for_hours(text: &str) -> Option<String> {
    let text = mended(text);
    (Expr::parse(&text).is_ok() || parse_days(&text).is_ok()).then(|| format!("write `{text}`"))
}

/// The same for a day, or a short day.
pub(crate) fn for_like(text: &str) -> Option<String> {
    let text = mended(text);
    Like::parse(&text).is_ok().then(|| format!("write `{text}`"))
}

fn mended(text: &str) -> String {
    let (hours, zone) = text.split_once(" @ ").map_or((text, None), |(hours, zone)| (hours, Some(zone)));
    let words = rows("day").chain(rows("nth"));
    let hours = words.fold(hours.trim().to_lowercase(), |hours, (long, short)| hours.replace(long, short));
    let hours = hours.replace(", ", ".").replace(',', ".");
    let hours = hours.split(" + ").map(of_month).collect::<Vec<_>>().join(" + ");
    let padded = |time: &str| if time.find(':') == Some(1) { format!("0{time}") } else { time.to_owned() };
    let times = |part: &str| part.split('-').map(padded).collect::<Vec<_>>().join("-");
    let hours = hours.split(' ').map(times).collect::<Vec<_>>().join(" ");
    zone.map_or(hours.clone(), |zone| format!("{hours} @ {zone}"))
}

/// A window with days of the month as the syntax has them: `2nd sat` → `2nd-sat`, `15th` → `day-15`.
fn of_month(window: &str) -> String {
    // A dot in front, so that `5th ` is not found in `15th `.
    let joined = |days: String, place: &&str| days.replace(&format!(".{place} "), &format!(".{place}-"));
    let spaced = PLACES.iter().fold(format!(".{window}"), joined);
    let spaced = spaced.trim_start_matches('.');
    let (days, hours) = spaced.split_once(' ').map_or((spaced, None), |(days, hours)| (days, Some(hours)));
    let days = days.split('.').map(|day| ordinal(day).unwrap_or(day.to_owned())).collect::<Vec<_>>().join(".");
    hours.map_or(days.clone(), |hours| format!("{days} {hours}"))
}

/// One day with an ordinal: `15th`, `day-15th`, `day-05` → `day-15`, `day-5`; `2th-sat` → `2nd-sat`.
fn ordinal(day: &str) -> Option<String> {
    let text = day.strip_prefix("day").map_or(day, |rest| rest.trim_start_matches('-'));
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: usize = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?;
    let weekday = ["st", "nd", "rd", "th"].iter().find_map(|suffix| rest.strip_prefix(suffix)).unwrap_or(rest);
    match weekday.strip_prefix('-') {
        None if weekday.is_empty() => Some(format!("day-{number}")),
        None => None,
        Some(weekday) => Some(format!("{}-{weekday}", PLACES.get(..5)?.get(number.checked_sub(1)?)?)),
    }
}

/// The name of the format, where the text is not TOML but another well-known format.
pub(crate) fn other_notation(text: &str) -> Option<&'static str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next()?;
    let is_yaml = |line: &str| {
        let key = line.trim_start_matches("- ").split_once(':').map(|(key, _)| key);
        line == "---"
            || key.is_some_and(|key| {
                !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            })
    };
    match first {
        first if first.starts_with('{') => Some("JSON"),
        first if is_yaml(first) => Some("YAML"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_leads_to_something_that_exists() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let read = ["key", "word", "zone", "holidays", "day", "nth"].map(|kind| rows(kind).count());
        assert!(read.iter().all(|count| *count > 0) && read.iter().sum::<usize>() == lines, "{read:?} of {lines}");
        for (wrong, zone) in rows("zone") {
            assert!(zone.parse::<Tz>().is_ok() && wrong.parse::<Tz>().is_err(), "{wrong} {zone}");
        }
        for (wrong, code) in rows("holidays") {
            assert!(HOLIDAY_CODES.contains(&code) && !HOLIDAY_CODES.contains(&wrong), "{wrong} {code}");
        }
        let days = rows("day").filter(|(long, _)| long.is_ascii() && !long.contains(' '));
        for (long, short) in days {
            assert!(parse_days(long).is_err(), "{long}");
            assert_eq!(for_hours(long), Some(format!("write `{short}`")));
        }
        for (long, short) in rows("nth") {
            let hours = |place: &str| format!("{place}-sat 09:00-13:00");
            assert_eq!(for_hours(&hours(long)), Some(format!("write `{}`", hours(short))));
        }
    }

    #[test]
    fn days_of_the_month_are_mended() {
        for (written, meant) in [
            ("2nd-saturday 9:00-13:00", "2nd-sat 09:00-13:00"),
            ("2nd sat 09:00-13:00", "2nd-sat 09:00-13:00"),
            ("First Monday 09:00-13:00", "1st-mon 09:00-13:00"),
            ("first-mon.3th-mon 09:00-13:00", "1st-mon.3rd-mon 09:00-13:00"),
            ("last friday 09:00-13:00 @ Asia/Tokyo", "last-fri 09:00-13:00 @ Asia/Tokyo"),
            ("15th 09:00-13:00", "day-15 09:00-13:00"),
            ("1st,15th 09:00-13:00", "day-1.day-15 09:00-13:00"),
            ("day-15th 09:00-13:00 + day15 20:00-22:00", "day-15 09:00-13:00 + day-15 20:00-22:00"),
            ("day-05 all-day", "day-5 all-day"),
        ] {
            assert_eq!(for_hours(written), Some(format!("write `{meant}`")), "{written}");
        }
        for beyond in [
            "day-32 09:00-13:00",
            "6th-mon 09:00-13:00",
            "last-day 09:00-13:00",
            "day-0 all-day",
            "2nd-mon-fri all-day",
        ] {
            assert_eq!(for_hours(beyond), None, "{beyond}");
        }
    }
}
