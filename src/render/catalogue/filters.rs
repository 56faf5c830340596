//! What the templates of messages can do with an argument.

use std::fmt;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::{Deserialize, Serialize};

use crate::engine::evidence::Metric;
use crate::engine::model::Locale;
use crate::render::catalogue::messages::{message, part, say_value};

/// `Wed 2026-11-25 18:00 JST`, or `2026-11-25(水) 18:00 JST`
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) DateTime<Utc>, pub(crate) Tz, pub(crate) Locale);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(at, zone, locale) = self;
        let local = at.with_timezone(zone);
        // Formatted by hand: a format pattern would be parsed again for each of a hundred thousand lines.
        match locale {
            Locale::En => write!(f, "{} {}", local.weekday(), local.date_naive())?,
            Locale::Ja => f.write_str(&day(local.date_naive(), *locale))?,
        }
        write!(f, " {:02}:{:02} {}", local.hour(), local.minute(), local.offset())
    }
}

impl Serialize for At {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The parts in which a span is said: days and hours from two days on, else hours and minutes.
#[derive(Serialize)]
struct Span {
    days: i64,
    hours: i64,
    minutes: i64,
}

impl From<Duration> for Span {
    fn from(span: Duration) -> Self {
        let (hours, minutes) = (span.num_minutes() / 60, span.num_minutes() % 60);
        if hours < 48 {
            Self { days: 0, hours, minutes }
        } else {
            Self { days: hours / 24, hours: hours % 24, minutes: 0 }
        }
    }
}

/// `2026-11-25`, with the weekday in Japanese.
fn day(date: NaiveDate, locale: Locale) -> String {
    match locale {
        Locale::En => date.to_string(),
        Locale::Ja => format!("{date}({})", weekday(date.weekday(), locale)),
    }
}

fn weekday(day: Weekday, locale: Locale) -> &'static str {
    let (english, japanese) = match day {
        Weekday::Mon => ("Mon", "月"),
        Weekday::Tue => ("Tue", "火"),
        Weekday::Wed => ("Wed", "水"),
        Weekday::Thu => ("Thu", "木"),
        Weekday::Fri => ("Fri", "金"),
        Weekday::Sat => ("Sat", "土"),
        Weekday::Sun => ("Sun", "日"),
    };
    match locale {
        Locale::En => english,
        Locale::Ja => japanese,
    }
}

/// An argument as the type that was serialised.
fn read<T: for<'a> Deserialize<'a>>(value: Value) -> Result<T, Error> {
    T::deserialize(value)
}

/// A figure, which files store as text.
fn number(value: &Value) -> Result<f64, Error> {
    let text = || value.as_str().and_then(|text| text.parse().ok());
    f64::try_from(value.clone()).ok().or_else(text).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "no number"))
}

/// The arguments that a template names, or the value itself.
fn arguments(value: Value, named: Kwargs) -> Value {
    if named.args().next().is_some() { Value::from(named) } else { value }
}

/// What templates in a language may use. Nothing else is built in: no loader, no built-in filter.
pub(crate) fn environment(locale: Locale) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    texts(&mut environment, locale);
    times(&mut environment, locale);
    environment.add_filter("number", |value: Value| number(&value));
    environment
        .add_filter("fixed", |value: Value, decimals: usize| number(&value).map(|it| format!("{it:.decimals$}")));
    environment.add_filter("two", |number: i64| format!("{number:02}"));
    environment.add_filter("plural", |count: u64| if count == 1 { "" } else { "s" });
    // `others`: whether other resources than instances may be among them.
    environment.add_filter("noun", |count: u64, others: bool| match (others, count == 1) {
        (false, true) => "instance",
        (false, false) => "instances",
        (true, true) => "resource",
        (true, false) => "resources",
    });
    environment.add_filter("capital", |mut text: String| {
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text
    });
    environment
}

/// Messages within messages.
fn texts(environment: &mut Environment<'static>, locale: Locale) {
    environment.add_filter("say", move |variant: Value, group: &str, named: Kwargs| match variant.as_str() {
        Some(key) => message(locale, group, key, &arguments(Value::UNDEFINED, named)),
        None => say_value(locale, group, &variant),
    });
    environment.add_filter("part", move |value: Value, key: &str, named: Kwargs| {
        message(locale, "part", key, &arguments(value, named))
    });
    environment.add_filter("metric", |metric: Value| read::<Metric>(metric).map(Metric::as_str));
}

/// Instants, dates and spans.
fn times(environment: &mut Environment<'static>, locale: Locale) {
    environment
        .add_filter("at", move |at: Value, zone: Value| Ok::<_, Error>(At(read(at)?, read(zone)?, locale).to_string()));
    environment.add_filter("time", |at: Value, zone: Value| {
        let local = read::<DateTime<Utc>>(at)?.with_timezone(&read::<Tz>(zone)?);
        Ok::<_, Error>(local.format("%Y-%m-%d %H:%M %Z").to_string())
    });
    environment
        .add_filter("minute", |at: Value| read::<DateTime<Utc>>(at).map(|at| at.format("%Y-%m-%d %H:%M").to_string()));
    environment.add_filter("instant", |at: Value| read::<DateTime<Utc>>(at).map(|at| at.to_string()));
    environment.add_filter("day", move |date: Value| read(date).map(|date| day(date, locale)));
    // Of a date, or of a weekday's own name.
    environment.add_filter("weekday", move |day: Value| {
        let date = read::<NaiveDate>(day.clone()).map(|date| date.weekday());
        date.or_else(|_| read(day)).map(|day| weekday(day, locale))
    });
    environment.add_filter("span", move |span: Value| {
        read::<Duration>(span).map(|span| part(locale, "span", Span::from(span)))
    });
    environment.add_filter("minus", |span: Value| {
        read::<Duration>(span).map(|span| Value::from(minijinja::value::Serde(-span)))
    });
}
