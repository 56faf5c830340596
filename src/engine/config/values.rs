//! Reads the values of keys: texts, lists, numbers, durations, and tables of them.

#![expect(clippy::wildcard_enum_match_arm, reason = "the kinds of TOML's values are not ours")]

use std::ops::RangeInclusive;

use chrono::Duration;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeString, DeValue};

use crate::engine::config::hints::did_you_mean;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::{Form, Kind};

/// The value of a key that accepts either one text or a list.
pub(crate) enum OneOrMany<'a> {
    One(Value<'a>),
    Many(Vec<Value<'a>>),
}

/// The format that [`parse_duration`] reads, without the limit.
const DURATION: &str = "^([0-9]+[dhms])+$";

impl<'a> Section<'a> {
    /// Any text.
    pub(crate) fn text(&self, key: &'static str) -> Option<Value<'a>> {
        self.text_like(key, Form::Free)
    }

    /// A text whose `form` is known. The form is for the schema; the caller must report a text that does not match it.
    pub(crate) fn text_like(&self, key: &'static str, form: Form) -> Option<Value<'a>> {
        let value = self.take(key, Kind::Text(form))?;
        self.as_text(key, value)
    }

    fn as_text(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Value<'a>> {
        let word = word(value);
        if word.is_none() {
            let hint = number(value).map(|number| format!("write `\"{}\"`", number.text));
            self.mistyped(key, value, "a string in quotes", hint);
        }
        word
    }

    /// A text that `parse` can read. For any other text, the message says that it `is_not` what was expected.
    pub(crate) fn parsed<T>(
        &self,
        key: &'static str,
        form: Form,
        parse: impl FnOnce(&str) -> Option<T>,
        is_not: &str,
        hint: &str,
    ) -> Option<T> {
        self.parse(&self.text_like(key, form)?, parse, is_not, hint)
    }

    /// The same for a text that was already read.
    pub(crate) fn parse<T>(
        &self,
        word: &Value<'_>,
        parse: impl FnOnce(&str) -> Option<T>,
        is_not: &str,
        hint: &str,
    ) -> Option<T> {
        let found = parse(word.text);
        if found.is_none() {
            self.complain(word.span.clone(), format!("`{}` {is_not}", word.text), hint.to_owned());
        }
        found
    }

    /// One of a few values that have names.
    pub(crate) fn one_of<T: Copy + Into<&'static str>>(&self, key: &'static str, known: &[T]) -> Option<T> {
        let word = self.text_like(key, Form::one_of(&known.iter().map(|one| (*one).into()).collect::<Vec<_>>()))?;
        self.known(&word, &format!("a value of `{key}`"), known)
    }

    /// A list of such values, each of which is `what`.
    pub(crate) fn some_of<T: Copy + Into<&'static str>>(
        &self,
        key: &'static str,
        what: &str,
        known: &[T],
    ) -> Option<Vec<T>> {
        let form = Form::one_of(&known.iter().map(|one| (*one).into()).collect::<Vec<_>>());
        Some(self.texts_like(key, form)?.iter().filter_map(|word| self.known(word, what, known)).collect())
    }

    fn known<T: Copy + Into<&'static str>>(&self, word: &Value<'_>, what: &str, known: &[T]) -> Option<T> {
        let found = known.iter().copied().find(|one| (*one).into() == word.text);
        if found.is_none() {
            self.complain_unknown(word, what, known.iter().map(|one| (*one).into()));
        }
        found
    }

    /// Adds a mistake for a value that is not one of `known`.
    pub(crate) fn complain_unknown<'k>(&self, word: &Value<'_>, what: &str, known: impl IntoIterator<Item = &'k str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let hint = match did_you_mean(word.text, known.iter().copied()) {
            Some(hint) => hint,
            None if known.is_empty() => "they have none yet".to_owned(),
            None => format!("known: {}", known.join(", ")),
        };
        self.complain(word.span.clone(), format!("`{}` is not {what}", word.text), hint);
    }

    /// A list of any texts.
    pub(crate) fn texts(&self, key: &'static str) -> Option<Vec<Value<'a>>> {
        self.texts_like(key, Form::Free)
    }

    /// A list of texts whose `form` is known.
    pub(crate) fn texts_like(&self, key: &'static str, form: Form) -> Option<Vec<Value<'a>>> {
        let value = self.take(key, Kind::List(form))?;
        self.as_texts(key, value)
    }

    /// Either one of a few values, or a list.
    pub(crate) fn one_or_many(&self, key: &'static str, one: Form, many: Form) -> Option<OneOrMany<'a>> {
        let value = self.take(key, Kind::TextOrList(one, many))?;
        if value.get_ref().is_array() {
            return self.as_texts(key, value).map(OneOrMany::Many);
        }
        self.as_text(key, value).map(OneOrMany::One)
    }

    fn as_texts(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Vec<Value<'a>>> {
        let Some(list) = value.get_ref().as_array() else {
            self.mistyped(key, value, "a list of strings, such as [\"…\"],", as_list(value.get_ref()));
            return None;
        };
        let one = |item| {
            let word = word(item);
            if word.is_none() {
                self.mistyped(key, item, "a list of strings in quotes", None);
            }
            word
        };
        Some(list.iter().filter_map(one).collect())
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.take(key, Kind::Flag)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.mistyped(key, value, "true or false, without quotes,", None);
        }
        flag
    }

    pub(crate) fn number(&self, key: &'static str, allowed: RangeInclusive<u32>) -> Option<u32> {
        let value = self.take(key, Kind::Whole(allowed.clone()))?;
        let number = value.get_ref().as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        let fits = number.filter(|number| allowed.contains(number));
        if fits.is_none() {
            let (least, most) = (allowed.start(), allowed.end());
            let wanted = match least == most {
                true => format!("{least}, the only one that this release reads"),
                false => format!("a whole number from {least} to {most}"),
            };
            let quoted = value.get_ref().as_str().map(|_| "write the number without quotes".to_owned());
            self.complain(value.span(), format!("`{key}` {} is not {wanted}", self.within()), quoted);
        }
        fits
    }

    /// A number that may have decimals.
    pub(crate) fn decimal(&self, key: &'static str, above: f64, to: f64) -> Option<f64> {
        let value = self.take(key, Kind::Decimal { above, to })?;
        let number = match value.get_ref() {
            DeValue::Integer(n) => n.as_str().parse().ok(),
            DeValue::Float(n) => n.as_str().parse().ok(),
            _ => None,
        };
        let allowed = number.filter(|n: &f64| *n > above && *n <= to);
        if allowed.is_none() {
            let message = format!("`{key}` {} is not a number above {above} and at most {to}", self.within());
            self.complain(value.span(), message, None);
        }
        allowed
    }

    /// A number of at least 0 that is read exactly, such as an amount of money.
    pub(crate) fn amount(&self, key: &'static str) -> Option<Decimal> {
        let value = self.take(key, Kind::Amount)?;
        self.as_amount(key, value)
    }

    fn as_amount(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Decimal> {
        let parse = |text: &str| text.parse().or_else(|_| Decimal::from_scientific(text)).ok();
        let number = number(value).and_then(|word| parse(word.text));
        let allowed = number.filter(|number: &Decimal| !number.is_sign_negative() || number.is_zero());
        if allowed.is_none() {
            self.complain(value.span(), format!("`{key}` {} is not a number of at least 0", self.within()), None);
        }
        allowed
    }

    pub(crate) fn duration(&self, key: &'static str) -> Option<Duration> {
        let value = self.take(key, Kind::Text(Form::Like(DURATION)))?;
        let Some(word) = word(value) else {
            let unit = |number: Value<'_>| {
                format!("write the unit, too: `\"{0}m\"` for minutes, `\"{0}h\"` for hours", number.text)
            };
            self.mistyped(key, value, "a string in quotes", number(value).map(unit));
            return None;
        };
        let duration = parse_duration(word.text);
        if duration.is_none() {
            let message = format!("`{key}` {} is not a duration", self.within());
            let hint = "write hours and minutes such as `2h`, `15m` or `1h30m`".to_owned();
            self.complain(word.span, message, hint);
        }
        duration
    }

    /// Every entry of a table of amounts whose keys are chosen by the user.
    pub(crate) fn named_amounts(&self, key: &'static str, names: Form) -> Vec<(Value<'a>, Decimal)> {
        self.named(key, Kind::NamedAmounts(names), |outer, name, value| outer.as_amount(name, value))
    }

    /// Every entry of a table of strings whose keys are chosen by the user.
    pub(crate) fn named_texts(&self, key: &'static str, names: Form, form: Form) -> Vec<(Value<'a>, Value<'a>)> {
        self.named(key, Kind::NamedTexts(names, form), |outer, name, value| outer.as_text(name, value))
    }

    /// Every entry of a table of amounts whose keys are chosen by the user. A number is returned as written, with all
    /// digits.
    pub(crate) fn named_sums(&self, key: &'static str, names: Form) -> Vec<(Value<'a>, Value<'a>)> {
        self.named(key, Kind::NamedSums(names), |outer, name, value| {
            let sum = word(value).or_else(|| number(value));
            if sum.is_none() {
                outer.mistyped(name, value, "an amount", None);
            }
            sum
        })
    }
}

/// The list that the user probably meant by a text, or by a table of keys and values, such as tags.
fn as_list(value: &DeValue<'_>) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(format!("write [{text:?}]"));
    }
    let one = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        Some(format!("{:?}", format!("{}={}", key.get_ref(), value.get_ref().as_str()?)))
    };
    let words: Vec<String> = value.as_table()?.iter().map(one).collect::<Option<_>>()?;
    (!words.is_empty()).then(|| format!("write [{}]", words.join(", ")))
}

fn word<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<Value<'a>> {
    value.get_ref().as_str().map(|text| Value { text, span: value.span() })
}

/// A decimal number as written, without `_`.
fn number<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<Value<'a>> {
    let text = match value.get_ref() {
        DeValue::Integer(n) if n.radix() == 10 => n.as_str(),
        DeValue::Float(n) => n.as_str(),
        _ => return None,
    };
    Some(Value { text, span: value.span() })
}

/// `2h`, `15m`, `1h30m`, `90s`, `1d`; at most a year.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86400,
            _ => return None,
        };
        seconds = seconds.checked_add(amount.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?;
    }
    (!text.is_empty() && seconds <= 366 * 86400).then(|| Duration::seconds(seconds))
}
