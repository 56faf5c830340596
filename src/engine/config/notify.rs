//! `[notify]`: what is worth a message, and who hears of what nobody owns.

use std::sync::Arc;

use chrono::Duration;
use rust_decimal::Decimal;

use crate::engine::config::channels::{CHANNEL, Channel, Channels, channel};
use crate::engine::config::never::{TAG_PATTERN, tag_pattern};
use crate::engine::config::reader::Section;
use crate::engine::model::{TagPattern, Tags};

/// What was said is not said again for so long.
const REMIND_AFTER_DAYS: i64 = 7;

/// `[notify]`
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    /// Who hears of what has no owner, or an owner without a channel.
    pub operator: Option<Arc<Channel>>,
    /// After how long what was said is said again.
    pub remind_after: Duration,
    /// In US dollars a month, weighed by environment: what is under it waits for the weekly digest.
    pub at_least: Decimal,
    weights: Vec<(TagPattern, Decimal)>,
}

impl Notify {
    /// How much an instance's money counts: the weight of the first pattern in the file that matches its tags, 1
    /// where none does.
    pub fn weight(&self, tags: &Tags) -> Decimal {
        let found = self.weights.iter().find(|(pattern, _)| pattern.find(tags).is_some());
        found.map_or(Decimal::ONE, |(_, weight)| *weight)
    }

    /// Whether it is worth a message. A price that nobody knows always is, and so is what is too dear to count.
    pub fn is_enough(&self, monthly: Option<Decimal>, weight: Decimal) -> bool {
        let weighed = monthly.and_then(|monthly| monthly.checked_mul(weight));
        weighed.is_none_or(|weighed| weighed >= self.at_least)
    }
}

pub(crate) fn read(top: &Section<'_>, channels: &Channels) -> Notify {
    let mut notify = Notify {
        operator: None,
        remind_after: Duration::days(REMIND_AFTER_DAYS),
        at_least: Decimal::ZERO,
        weights: Vec::new(),
    };
    let Some(section) = top.section("notify") else {
        return notify;
    };
    notify.operator = section.word_like("operator", CHANNEL).and_then(|word| channel(&section, &word, channels));
    notify.remind_after = section.duration("remind-after").unwrap_or(notify.remind_after);
    notify.at_least = section.amount("at-least").unwrap_or(notify.at_least);
    notify.weights = section
        .named_amounts("weights", TAG_PATTERN)
        .into_iter()
        .filter_map(|(pattern, weight)| Some((tag_pattern(&section, &pattern, TagPattern::generous)?, weight)))
        .collect();
    section.finish();
    notify
}
