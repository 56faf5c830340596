//! The texts about money and the stocktake, in every language.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::engine::model::month::Month;
use crate::engine::model::{Currency, Locale, Usd, instances};
use crate::engine::tags::keep::Kept;

/// A message with its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Phrase<'a> {
    /// An amount, and its value in the second currency.
    Amount { usd: Usd, second: Option<&'a Currency> },
    /// An amount that does not include this many instances of unknown price.
    AtLeast { amount: &'a str, unknown: usize },
    /// An unknown price.
    PriceUnknown { cause: &'a str },
    /// The heading of a stocktake.
    Title { account: &'a str, name: Option<&'a str>, month: Month },
    /// When the stocktake was made.
    Taken { at: DateTime<Utc>, zone: Tz },
    /// The number of running instances and their cost; `whole` is false where a Region could not be scanned.
    Runs { count: usize, amount: &'a str, whole: bool },
    /// The kind of price of every amount.
    Figures { caveat: &'a str },
    /// The kind of price of every amount, if prices are bundled.
    Bundled { date: NaiveDate },
    /// The comparison with the budget.
    OfBudget { budget: &'a str, percent: &'a str, over: bool },
    /// There is no budget.
    NoBudget,
    /// The number of instances that are kept.
    AreKept { count: usize },
    /// The number of instances that no owner has confirmed.
    AreUnconfirmed { count: usize },
    /// One of these instances in a message.
    Unconfirmed { id: &'a str, name: &'a str, region: &'a str, since: Option<DateTime<Utc>>, zone: Tz, cost: &'a str },
    /// The number of further instances.
    Further { count: usize },
    /// A Region that could not be scanned.
    Unreachable { region: &'a str, cause: &'a str },
    /// Whether and until when an instance is kept.
    IsKept(&'a Kept),
    /// The location of the whole list.
    WholeList { place: &'a str },
    /// How to confirm an instance.
    Confirm { keep: &'a str, keep_until: &'a str, owner: &'a str },
    /// The monthly waste.
    WasteOf { count: usize, amount: &'a str, caveat: &'a str },
    /// The cost of a run itself; without an amount it is less than a cent.
    OwnCost { metrics: u64, amount: Option<&'a str> },
    /// The savings of a month.
    Realised { month: Month, amount: &'a str, hours: &'a str, unknown_hours: Option<&'a str> },
}

pub(crate) fn phrase(locale: Locale, phrase: Phrase<'_>) -> String {
    match locale {
        Locale::En => in_english(phrase),
        Locale::Ja => in_japanese(phrase),
    }
}

/// `2026-11-01 09:00 JST`
fn time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

fn in_english(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::Amount { usd, second: None } => format!("USD {usd}"),
        Phrase::Amount { usd, second: Some(second) } => {
            let Currency { code, rate, date } = second;
            format!("USD {usd} ({code} {} at {rate} of {date})", second.show(usd))
        }
        Phrase::AtLeast { amount, unknown } => format!("at least {amount}; {unknown} of unknown price"),
        Phrase::PriceUnknown { cause } => format!("unknown: {cause}"),
        Phrase::Title { account, name: None, month } => format!("Stocktake of {month}: account {account}"),
        Phrase::Title { account, name: Some(name), month } => {
            format!("Stocktake of {month}: account {account} ({name})")
        }
        Phrase::Taken { at, zone } => format!("As seen on {}", time(at, zone)),
        Phrase::Runs { count: 0, amount: _, whole: false } => {
            "Running: unknown, because not every Region could be scanned".to_owned()
        }
        Phrase::Runs { count, amount, whole: false } => {
            format!("Running: at least {count}; a month of that costs {amount}")
        }
        Phrase::Runs { count, amount, whole: true } => format!("Running: {count}; a month of that costs {amount}"),
        Phrase::OfBudget { budget, percent, over: false } => format!("Budget: {percent} % of {budget} a month"),
        Phrase::OfBudget { budget, percent, over: true } => {
            format!("Over budget: {percent} % of {budget} a month")
        }
        Phrase::Figures { caveat } => format!("Every figure: {caveat}"),
        Phrase::Bundled { date } => {
            format!("list price of {date}, bundled; before Savings Plans, reservations and tax")
        }
        Phrase::NoBudget => "Budget: none is set".to_owned(),
        Phrase::AreKept { count } => format!("Kept by a tag: {count}"),
        Phrase::AreUnconfirmed { count } => {
            format!("Running and confirmed by nobody (no keep, no owner, not seen): {count}")
        }
        Phrase::Unconfirmed { id, name, region, since, zone, cost } => {
            let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
            let since = since.map_or(String::new(), |since| format!(", since {}", time(since, zone)));
            format!("{id}{name} in {region}{since}, {cost} a month")
        }
        Phrase::Further { count } => format!("and {count} more"),
        Phrase::Unreachable { region, cause } => format!("{region} could not be scanned: {cause}"),
        Phrase::IsKept(Kept::No) => String::new(),
        Phrase::IsKept(Kept::ForGood { key, value: _ }) => format!("for good, by `{key}`"),
        Phrase::IsKept(Kept::Until { value, until: _ }) => format!("until `{value}`"),
        Phrase::IsKept(Kept::Unreadable { value }) => format!("`{value}` cannot be read"),
        Phrase::IsKept(Kept::Mistyped { key, meant }) => format!("`{key}` should be `{meant}`"),
        Phrase::WholeList { place } => format!("The whole list: {place}"),
        Phrase::Confirm { keep, keep_until, owner } => format!(
            "To confirm one, tag it `{owner}` with its owner, `{keep_until}` with a date such as 2026-12-31, or `{keep}`; stop what nobody needs"
        ),
        Phrase::WasteOf { count, amount, caveat } => {
            let counted = instances(count);
            format!("Waste: {counted} idle or outside hours, {amount} a month if they ran on ({caveat})")
        }
        Phrase::OwnCost { metrics, amount } => {
            let amount = amount.unwrap_or("less than a cent");
            format!("The run itself asked for {metrics} metrics: {amount}")
        }
        Phrase::Realised { month, amount, hours, unknown_hours } => {
            let unknown = unknown_hours.map_or(String::new(), |hours| format!("; {hours} h more of unknown price"));
            format!("Saved in {month}: {amount} in {hours} h of standing still{unknown}")
        }
    }
}

fn in_japanese(phrase: Phrase<'_>) -> String {
    match phrase {
        Phrase::Amount { usd, second: None } => format!("{usd} USD"),
        Phrase::Amount { usd, second: Some(second) } => {
            let Currency { code, rate, date } = second;
            let unit = if code == "JPY" { "円".to_owned() } else { format!(" {code}") };
            format!("{usd} USD({}{unit}、{date}のレート1 USD={rate}{unit})", second.show(usd))
        }
        Phrase::AtLeast { amount, unknown } => format!("{amount}以上、ほかに価格不明{unknown}台"),
        Phrase::PriceUnknown { cause } => format!("不明: {cause}"),
        Phrase::Title { account, name: None, month } => format!("{month}の棚卸し: アカウント {account}"),
        Phrase::Title { account, name: Some(name), month } => {
            format!("{month}の棚卸し: アカウント {account}({name})")
        }
        Phrase::Taken { at, zone } => format!("{}時点", time(at, zone)),
        Phrase::Runs { count: 0, amount: _, whole: false } => {
            "実行中: 不明 (スキャンできないリージョンがありました)".to_owned()
        }
        Phrase::Runs { count, amount, whole: false } => {
            format!("実行中: {count}台以上、このまま動き続けた場合の月額は {amount}")
        }
        Phrase::Runs { count, amount, whole: true } => {
            format!("実行中: {count}台、このまま動き続けた場合の月額は {amount}")
        }
        Phrase::OfBudget { budget, percent, over: false } => format!("予算: 月額 {budget} の{percent}%"),
        Phrase::OfBudget { budget, percent, over: true } => format!("予算超過: 月額 {budget} の{percent}%"),
        Phrase::Figures { caveat } => format!("金額はすべて{caveat}"),
        Phrase::Bundled { date } => {
            format!("同梱の {date} 時点の定価。Savings Plans・リザーブド・税の適用前")
        }
        Phrase::NoBudget => "予算: 設定なし".to_owned(),
        Phrase::AreKept { count } => format!("タグによる保護: {count}台"),
        Phrase::AreUnconfirmed { count } => {
            format!("実行中で誰も確認していないもの(保護なし、所有者なし、確認なし): {count}台")
        }
        Phrase::Unconfirmed { id, name, region, since, zone, cost } => {
            let name = if name.is_empty() { String::new() } else { format!("({name})") };
            let since = since.map_or(String::new(), |since| format!("、{}から", time(since, zone)));
            format!("{id}{name}、{region}{since}、月額 {cost}")
        }
        Phrase::Further { count } => format!("ほか{count}台"),
        Phrase::Unreachable { region, cause } => format!("{region} は確認できませんでした: {cause}"),
        Phrase::IsKept(Kept::No) => String::new(),
        Phrase::IsKept(Kept::ForGood { key, value: _ }) => format!("無期限(`{key}`)"),
        Phrase::IsKept(Kept::Until { value, until: _ }) => format!("`{value}` まで"),
        Phrase::IsKept(Kept::Unreadable { value }) => format!("`{value}` は読み取れません"),
        Phrase::IsKept(Kept::Mistyped { key, meant }) => format!("`{key}` は `{meant}` の誤りと思われます"),
        Phrase::WholeList { place } => format!("全一覧: {place}"),
        Phrase::Confirm { keep, keep_until, owner } => format!(
            "確認するには、`{owner}` に所有者、`{keep_until}` に 2026-12-31 のような日付、または `{keep}` をタグ付けしてください。不要なものは停止してください"
        ),
        Phrase::WasteOf { count, amount, caveat } => {
            format!("無駄: アイドルまたは稼働時間外の{count}台、動き続けた場合の月額は {amount} ({caveat})")
        }
        Phrase::OwnCost { metrics, amount } => {
            let amount = amount.unwrap_or("1セント未満");
            format!("この実行自体の費用: メトリクス{metrics}件、{amount}")
        }
        Phrase::Realised { month, amount, hours, unknown_hours } => {
            let unknown = unknown_hours.map_or(String::new(), |hours| format!("、ほかに価格不明の{hours}時間"));
            format!("{month}の節約額: {amount}、停止時間 {hours}時間{unknown}")
        }
    }
}
