//! How the readers of one channel want their messages: language, currency, time zone, hour of delivery, length.

use std::borrow::Cow;

use chrono::NaiveTime;
use chrono_tz::Tz;

use crate::engine::config::Money;
use crate::engine::config::reader::Section;
use crate::engine::config::schedules::zone_of;
use crate::engine::config::shape::Form;
use crate::engine::model::{Currency, Locale};

/// What a channel sets for itself. `None`: as for all messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The language.
    pub locale: Option<Locale>,
    /// What is shown beside US dollars.
    pub currency: Option<SecondCurrency>,
    /// The zone of all times, and of `deliver_at`.
    pub zone: Option<Tz>,
    /// The local time from which the first run of a day sends the digest; `None`: every run sends its news.
    pub deliver_at: Option<NaiveTime>,
    /// How many instances one digest lists.
    pub max_lines: Option<usize>,
}

/// What is shown beside US dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondCurrency {
    /// Nothing.
    None,
    /// This currency.
    Of(Currency),
}

impl Preferences {
    /// `money` with the currency of this channel.
    pub fn money<'a>(&self, money: &'a Money) -> Cow<'a, Money> {
        let second = match &self.currency {
            None => return Cow::Borrowed(money),
            Some(SecondCurrency::None) => None,
            Some(SecondCurrency::Of(currency)) => Some(currency.clone()),
        };
        Cow::Owned(Money { second, ..money.clone() })
    }
}

/// The format of a code that [`currency`] accepts.
const CODE: Form = Form::Like("^[A-Z]{3}$");

/// The format of a time of day that [`hour`] accepts.
const HOUR: Form = Form::Like("^([01][0-9]|2[0-3]):[0-5][0-9]$");

/// The largest number of lines: more than any channel takes in one message.
const MOST_LINES: u32 = 1_000;

pub(crate) fn read(section: &Section<'_>, money: &Money) -> Preferences {
    let hint = "write two digits on each side of the colon, such as `09:00`";
    Preferences {
        locale: section.one_of("locale", Locale::ALL),
        currency: currency(section, money),
        zone: section.text("zone").and_then(|word| zone_of(section, &word)),
        deliver_at: section.parsed("deliver-at", HOUR, hour, "is not a time of day", hint),
        max_lines: section.number("max-lines", 1..=MOST_LINES).map(|lines| lines as usize),
    }
}

fn hour(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == 5)
}

fn currency(section: &Section<'_>, money: &Money) -> Option<SecondCurrency> {
    let word = section.text_like("currency", CODE)?;
    if word.text == "USD" {
        return Some(SecondCurrency::None);
    }
    let found = money.currency(word.text).cloned();
    if found.is_none() {
        let hint = "write it with its rate into `[money.rates]`, and the day of the rate into `date` of [money]; or \
                    write `USD`";
        let message = format!("`{}` is no currency of [money], so its rate is unknown", word.text);
        section.complain(word.span.clone(), message, hint.to_owned());
    }
    found.map(SecondCurrency::Of)
}
