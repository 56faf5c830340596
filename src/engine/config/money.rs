//! `[money]`: a second currency with its rate, and the monthly budgets of accounts, owners and values of a tag.

use chrono::{Duration, NaiveDate};
use wildmatch::WildMatch;

use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::config::tag_names::{KEY, check_key};
use crate::engine::model::RecordKey;
use crate::engine::model::date;
use crate::engine::model::{Currency, RATE_DAYS, Tags, Usd, decimal};

/// `[money]`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Money {
    /// The currency in which every amount is shown beside US dollars.
    pub second: Option<Currency>,
    /// The budgets of accounts, in the order of the file.
    pub budgets: Vec<Budget>,
    /// The budgets of owners, in the order of the file.
    pub owner_budgets: Vec<Budget>,
    /// The key of the tag by which costs are grouped.
    pub group_by_tag: Option<String>,
    /// The budgets of the values of that tag, in the order of the file.
    pub tag_budgets: Vec<Budget>,
    /// Further currencies, for channels that show one of them.
    pub rates: Vec<Currency>,
    /// The key in the record of a file with list prices, which take precedence over those of the Price List.
    pub price_file: Option<RecordKey>,
}

/// The budget of each account, owner or value of the tag that matches one pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Matches the account's id and name, the owner's name or the tag's value, ignoring case.
    pattern: WildMatch,
    /// US dollars per month.
    pub monthly: Usd,
}

impl Budget {
    /// Whether it is for the one with this name.
    pub fn is_for(&self, name: &str) -> bool {
        self.pattern.matches(name)
    }
}

impl Money {
    /// The second currency and the age of its rate in days on `day`, if the rate is too old.
    pub fn too_old(&self, day: NaiveDate) -> Option<(&Currency, i64)> {
        self.second.as_ref().and_then(|second| Some((second, second.too_old(day)?)))
    }

    /// The currency with this code, if its rate is known.
    pub fn currency(&self, code: &str) -> Option<&Currency> {
        self.second.iter().chain(&self.rates).find(|currency| currency.code == code)
    }

    /// The monthly budget of this account: the first matching pattern in the file counts.
    pub fn budget_of(&self, id: &str, name: Option<&str>) -> Option<Usd> {
        let fits = |budget: &&Budget| budget.is_for(id) || name.is_some_and(|name| budget.is_for(name));
        self.budgets.iter().find(fits).map(|budget| budget.monthly)
    }

    /// The same without budgets of what several accounts have in common.
    #[must_use]
    pub fn of_account(&self) -> Self {
        Self { owner_budgets: Vec::new(), tag_budgets: Vec::new(), ..self.clone() }
    }

    /// The value by which the costs of a resource with these tags are grouped; `None` where it has none.
    pub fn group<'a>(&'a self, tags: &'a Tags) -> Option<&'a str> {
        let values = tags.any_case(self.group_by_tag.as_deref()?).map(|(_, value)| value.trim());
        values.into_iter().find(|value| !value.is_empty())
    }
}

/// The format that [`currency_code`] accepts.
const CODE: Form = Form::Like("^[A-Z]{3}$");

/// The format that the key `rate` accepts; it also allows zero.
const RATE: Form = Form::Like("^[0-9]+([.][0-9]+)?$");

/// The format that `date` accepts; it also allows days that do not exist.
const DATE: Form = Form::Like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

/// The format that [`price_file`] accepts; it also allows paths that lead outside the record.
const FILE: Form = Form::Like("^[^/:][^:]*$");

/// The three keys of the second currency. `date` is also the day of `rates`.
const KEYS: [&str; 3] = ["currency", "rate", "date"];

pub(crate) fn read(section: &Section<'_>) -> Money {
    let (second, rates) = currencies(section);
    Money {
        budgets: budgets(section, "budgets", OF_ACCOUNT, second.as_ref()),
        owner_budgets: budgets(section, "owner-budgets", OF_OWNER, second.as_ref()),
        group_by_tag: group_by_tag(section),
        tag_budgets: budgets(section, "tag-budgets", OF_TAG, second.as_ref()),
        second,
        rates,
        price_file: price_file(section),
    }
}

/// The mistake of an empty pattern, and what to write.
const OF_ACCOUNT: [&str; 2] =
    ["a budget for no account", "write an account's id, or a pattern over ids and names such as \"*-dev\""];
const OF_OWNER: [&str; 2] =
    ["a budget for no owner", "write an owner as reports name it, or a pattern such as \"team-*\""];
const OF_TAG: [&str; 2] =
    ["a budget for no value of the tag", "write a value of the tag, or a pattern such as \"CC-1*\""];

fn group_by_tag(section: &Section<'_>) -> Option<String> {
    let word = section.text_like("group-by-tag", KEY);
    if let Some(word) = &word {
        check_key(section, word);
    } else if let Some(span) = section.place("tag-budgets") {
        let hint = "write the key of the tag, such as `group-by-tag = \"CostCenter\"`".to_owned();
        section.complain(span, "`tag-budgets` without `group-by-tag`", hint);
    }
    word.map(|word| word.text.to_owned())
}

fn price_file(section: &Section<'_>) -> Option<RecordKey> {
    let hint = "write its path beneath the record, such as \"prices.csv\"";
    let parse = |text: &str| RecordKey::parse(text).ok().filter(|_| !text.contains(':'));
    section.parsed("price-file", FILE, parse, "cannot be a price file", hint)
}

fn currencies(section: &Section<'_>) -> (Option<Currency>, Vec<Currency>) {
    let hint = "write three capital letters of ISO 4217, such as `JPY`; US dollars are shown anyway";
    let code = section.parsed("currency", CODE, currency_code, "is not a second currency", hint);
    let hint = "write how many units one US dollar is, such as \"155.20\"";
    let parse = |text: &str| decimal(text).filter(|rate| !rate.is_zero());
    let rate = section.parsed("rate", RATE, parse, "is not a rate", hint);
    let date = section.parsed("date", DATE, date, "is not a date", "write the day of the rate, such as \"2026-11-20\"");
    let others = section.named_texts("rates", CODE, RATE);
    let has = |key: &str| section.place(key).is_some();
    let needs_all = has("currency") || has("rate") || has("date") && !has("rates");
    let is_needed = |key: &&str| needs_all || *key == "date" && has("rates");
    let missing: Vec<&str> = KEYS.into_iter().filter(is_needed).filter(|key| !has(key)).collect();
    if !missing.is_empty() {
        let list = missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
        let hint = "a figure in a second currency states its rate and the day of it: write all three, or none";
        section.complain(section.span.clone(), format!("[money] lacks {list}"), Some(hint.to_owned()));
    }
    let Some(date) = date else { return (None, Vec::new()) };
    if let Some(from) = date.checked_add_signed(Duration::days(RATE_DAYS + 1)) {
        let message = format!("the rate of {date} is older than {RATE_DAYS} days");
        let hint = "write a newer `rate` and its `date`: amounts in the second currency may be wrong by now".to_owned();
        section.source.warn_from(from, section.place_of("date"), message, Some(hint));
    }
    let other = |(code, rate): (Value<'_>, Value<'_>)| {
        let wrong = "is not a second currency";
        let code = section.parse(&code, currency_code, wrong, "write three capital letters of ISO 4217, such as `EUR`");
        let rate = section.parse(&rate, parse, "is not a rate", hint);
        Some(Currency { code: code?, rate: rate?, date })
    };
    let others = others.into_iter().filter_map(other).collect();
    (code.zip(rate).map(|(code, rate)| Currency { code, rate, date }), others)
}

fn currency_code(text: &str) -> Option<String> {
    let letters = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    (letters && text != "USD").then(|| text.to_owned())
}

fn budgets(
    section: &Section<'_>,
    key: &'static str,
    [nothing, hint]: [&str; 2],
    second: Option<&Currency>,
) -> Vec<Budget> {
    let mut budgets = Vec::new();
    for (pattern, amount) in section.named_sums(key, Form::Like("^[\\s\\S]+$")) {
        if pattern.text.is_empty() {
            section.complain(pattern.span, nothing, hint.to_owned());
        }
        let hint =
            "write US dollars a month, such as \"500\" or 500.50, or an amount in `currency`, such as \"75000 JPY\"";
        if let Some(monthly) = section.parse(&amount, |text| sum(text, second), "is not an amount", hint) {
            budgets.push(Budget { pattern: WildMatch::new_case_insensitive(pattern.text), monthly });
        }
    }
    budgets
}

/// US dollars, or an amount in the second currency with its code before or behind it.
fn sum(text: &str, second: Option<&Currency>) -> Option<Usd> {
    let in_second = |second: &Currency| {
        let code = second.code.as_str();
        let number = text.strip_prefix(code).or_else(|| text.strip_suffix(code))?;
        second.to_usd(decimal(number.trim())?)
    };
    Usd::parse(text).or_else(|| second.and_then(in_second))
}
