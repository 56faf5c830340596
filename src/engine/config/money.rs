//! `[money]`: a second currency with its rate, and what each account may cost a month.

use rust_decimal::Decimal;
use wildmatch::WildMatch;

use crate::engine::config::reader::{Section, Word};
use crate::engine::config::shape::Form;
use crate::engine::model::RecordKey;
use crate::engine::model::date;
use crate::engine::model::{Currency, Usd, decimal};

/// `[money]`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Money {
    /// The currency in which every figure is shown beside US dollars.
    pub second: Option<Currency>,
    /// What accounts may cost, in the order of the file.
    pub budgets: Vec<Budget>,
    /// Where the record has list prices that come before those of the Price List.
    pub price_file: Option<RecordKey>,
}

/// What the accounts of one pattern may cost, each of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Over the account's id and name, without regard to case.
    pattern: WildMatch,
    /// US dollars a month.
    pub monthly: Usd,
}

impl Money {
    /// What this account may cost a month: the first pattern in the file that matches counts.
    pub fn budget_of(&self, id: &str, name: Option<&str>) -> Option<Usd> {
        let fits = |glob: &WildMatch| glob.matches(id) || name.is_some_and(|name| glob.matches(name));
        self.budgets.iter().find(|budget| fits(&budget.pattern)).map(|budget| budget.monthly)
    }
}

/// What [`currency_code`] accepts.
const CODE: Form = Form::Like("^[A-Z]{3}$");

/// What [`rate`] accepts, but for zero.
const RATE: Form = Form::Like("^[0-9]+([.][0-9]+)?$");

/// What `date` accepts, but for days that no calendar has.
const DATE: Form = Form::Like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

/// What [`price_file`] accepts, but for what leads out of the record.
const FILE: Form = Form::Like("^[^/:][^:]*$");

/// The three keys of the second currency.
const KEYS: [&str; 3] = ["currency", "rate", "date"];

pub(crate) fn read(top: &Section<'_>) -> Money {
    let Some(section) = top.section("money") else {
        return Money::default();
    };
    let money = Money { second: second(&section), budgets: budgets(&section), price_file: price_file(&section) };
    section.finish();
    money
}

fn price_file(section: &Section<'_>) -> Option<RecordKey> {
    let word = section.word_like("price-file", FILE)?;
    let key = RecordKey::parse(word.text).ok().filter(|_| !word.text.contains(':'));
    if key.is_none() {
        let hint = "write its path beneath the record, such as \"prices.csv\"".to_owned();
        section.complain(word.span, format!("`{}` cannot be a price file", word.text), Some(hint));
    }
    key
}

fn second(section: &Section<'_>) -> Option<Currency> {
    let code = section.word_like("currency", CODE).and_then(|word| currency_code(section, &word));
    let rate = section.word_like("rate", RATE).and_then(|word| rate(section, &word));
    let date = section.word_like("date", DATE).and_then(|word| day(section, &word));
    let missing: Vec<&str> = KEYS.into_iter().filter(|key| section.place(key).is_none()).collect();
    if !missing.is_empty() && missing.len() < KEYS.len() {
        let list = missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
        let hint = "a figure in a second currency states its rate and the day of it: write all three, or none";
        section.complain(section.span.clone(), format!("[money] lacks {list}"), Some(hint.to_owned()));
    }
    Some(Currency { code: code?, rate: rate?, date: date? })
}

fn currency_code(section: &Section<'_>, word: &Word<'_>) -> Option<String> {
    let letters = word.text.len() == 3 && word.text.bytes().all(|byte| byte.is_ascii_uppercase());
    if letters && word.text != "USD" {
        return Some(word.text.to_owned());
    }
    let hint = "write three capital letters of ISO 4217, such as `JPY`; US dollars are shown anyway".to_owned();
    section.complain(word.span.clone(), format!("`{}` is not a second currency", word.text), Some(hint));
    None
}

fn rate(section: &Section<'_>, word: &Word<'_>) -> Option<Decimal> {
    let rate = decimal(word.text).filter(|rate| !rate.is_zero());
    if rate.is_none() {
        let hint = "write how many units one US dollar is, such as \"155.20\"".to_owned();
        section.complain(word.span.clone(), format!("`{}` is not a rate", word.text), Some(hint));
    }
    rate
}

fn day(section: &Section<'_>, word: &Word<'_>) -> Option<chrono::NaiveDate> {
    let day = date(word.text);
    if day.is_none() {
        let hint = "write the day of the rate, such as \"2026-11-20\"".to_owned();
        section.complain(word.span.clone(), format!("`{}` is not a date", word.text), Some(hint));
    }
    day
}

fn budgets(section: &Section<'_>) -> Vec<Budget> {
    let mut pairs = section.named_sums("budgets", Form::Like("^[\\s\\S]+$"));
    // The table is read by name; the first in the file counts.
    pairs.sort_by_key(|(pattern, _)| pattern.span.start);
    let mut budgets = Vec::new();
    for (pattern, amount) in pairs {
        if pattern.text.is_empty() {
            let hint = "write an account's id, or a pattern over ids and names such as \"*-dev\"".to_owned();
            section.complain(pattern.span.clone(), "a budget for no account", Some(hint));
        }
        match Usd::parse(amount.text) {
            Some(monthly) => {
                budgets.push(Budget { pattern: WildMatch::new_case_insensitive(pattern.text), monthly });
            }
            None => {
                let hint = "write US dollars a month, such as \"500\" or 500.50".to_owned();
                section.complain(amount.span, format!("`{}` is not an amount", amount.text), Some(hint));
            }
        }
    }
    budgets
}
