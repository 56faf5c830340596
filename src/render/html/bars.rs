//! Bars: what each account, policy and owner has a part in.

use rust_decimal::Decimal;

use crate::engine::cost::waste::Cost;
use crate::engine::model::{Locale, Usd};
use crate::render::catalogue::page::{Text, text as say};
use crate::render::html::document::{Bar, Chart};

/// The most bars of a chart. The rest is one more.
const MOST: usize = 6;

/// A chart by dollars, or, where none is known, by instances; `None` for fewer than two bars.
pub(super) fn chart(heading: &str, mut sums: Vec<(String, Cost)>, locale: Locale) -> Option<Chart> {
    if sums.len() < 2 {
        return None;
    }
    sums.sort_by(|(a, one), (b, other)| {
        let by_size = other.monthly.cmp(&one.monthly).then(other.instances.cmp(&one.instances));
        by_size.then_with(|| a.cmp(b))
    });
    if sums.len() > MOST + 1 {
        let rest = sums.split_off(MOST);
        let cost = rest.iter().map(|(_, cost)| *cost).reduce(Cost::plus).unwrap_or_default();
        sums.push((say(locale, Text::Others { count: rest.len() }), cost));
    }
    let priced = sums.iter().any(|(_, cost)| cost.monthly > Usd::ZERO);
    let size = |cost: &Cost| if priced { cost.monthly.0 } else { cost.instances.into() };
    let most = sums.iter().map(|(_, cost)| size(cost)).max().unwrap_or_default();
    let bar = |(label, cost): (String, Cost)| {
        let figure = if priced { cost.monthly.to_string() } else { cost.instances.to_string() };
        Bar { label, figure, width: share(size(&cost), most) }
    };
    Some(Chart { heading: heading.to_owned(), bars: sums.into_iter().map(bar).collect() })
}

/// The part of the whole in per cent, with one decimal.
pub(super) fn share(part: Decimal, whole: Decimal) -> String {
    let share = part.saturating_mul(Decimal::ONE_HUNDRED).checked_div(whole).unwrap_or_default();
    share.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED).round_dp(1).normalize().to_string()
}
