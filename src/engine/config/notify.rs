//! `[notify]`: which facts are worth a message, and who is notified about instances without an owner.

use std::sync::Arc;

use chrono::Duration;
use rust_decimal::Decimal;

use crate::engine::config::channels::{CHANNEL, Channel, Channels, channel};
use crate::engine::config::never::{TAG_PATTERN, tag_pattern};
use crate::engine::config::reader::Section;
use crate::engine::model::named;
use crate::engine::model::{TagPattern, Tags};

/// The same notice is not repeated within this many days.
const REMIND_AFTER_DAYS: i64 = 7;

/// `[notify]`
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    /// Who is notified about instances without an owner, or with an owner without a channel.
    pub operator: Option<Arc<Channel>>,
    /// Who is notified of the first instance ever in a Region of an account.
    pub new_region: Option<Arc<Channel>>,
    /// Who is notified of what could not be started, besides the owners; without it the operator.
    pub on_call: Option<Arc<Channel>>,
    /// Which openings are reported.
    pub mornings: Mornings,
    /// Within how many business days an owner confirms the monthly stocktake; `None`: nobody is reminded.
    pub confirm_within: Option<u32>,
    /// How long until the same notice is repeated.
    pub remind_after: Duration,
    /// In US dollars per month, weighted by environment. Anything below waits for the weekly digest.
    pub at_least: Decimal,
    weights: Vec<(TagPattern, Decimal)>,
}

named! {
    /// Which openings are reported.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Mornings {
        /// Those for which something could not be started.
        Failures = "failures",
        /// All.
        Always = "always",
        /// None.
        Off = "off",
    }
}

impl Notify {
    /// The weight of an instance's cost: that of the first pattern in the file that matches its tags, or 1 where none
    /// matches.
    pub fn weight(&self, tags: &Tags) -> Decimal {
        let found = self.weights.iter().find(|(pattern, _)| pattern.find(tags).is_some());
        found.map_or(Decimal::ONE, |(_, weight)| *weight)
    }

    /// Whether it is worth a message. It always is where the price is unknown, or the product is too large to compute.
    pub fn is_enough(&self, monthly: Option<Decimal>, weight: Decimal) -> bool {
        let weighed = monthly.and_then(|monthly| monthly.checked_mul(weight));
        weighed.is_none_or(|weighed| weighed >= self.at_least)
    }
}

pub(crate) fn read(section: &Section<'_>, channels: &Channels) -> Notify {
    let reader = |key| section.text_like(key, CHANNEL).and_then(|word| channel(section, &word, channels));
    let weights = section.named_amounts("weights", TAG_PATTERN).into_iter();
    let remind_after = section.duration("remind-after");
    Notify {
        operator: reader("operator"),
        new_region: reader("new-region"),
        on_call: reader("on-call"),
        mornings: section.one_of("mornings", Mornings::ALL).unwrap_or(Mornings::Failures),
        confirm_within: section.number("confirm-within", 1..=60),
        remind_after: remind_after.unwrap_or_else(|| Duration::days(REMIND_AFTER_DAYS)),
        at_least: section.amount("at-least").unwrap_or_default(),
        weights: weights
            .filter_map(|(pattern, weight)| Some((tag_pattern(section, &pattern, TagPattern::generous)?, weight)))
            .collect(),
    }
}
