//! What happened over weeks, as the page shows it: waste, savings and false stops by week, and heat maps of the machines
//! that ran while their hours were closed. What nobody scanned is unknown, and never zero.

mod false_stops;
mod heat;
mod instance;
mod inventories;
mod log;
mod weeks;
mod zones;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::engine::model::Usd;

pub use crate::engine::schedule::DayNote;
pub use crate::engine::trends::false_stops::FALSE_STOP_HOURS;
pub use crate::engine::trends::heat::{Event, HeatDay, HeatHour, HeatMap, What};
pub use crate::engine::trends::instance::{Act, Found};
pub use crate::engine::trends::inventories::{Comparison, Inventories, Presence};
pub use crate::engine::trends::log::{FILE, Log, Sample};
pub use crate::engine::trends::zones::{LastWeeks, MAP_DAYS};

/// What is known of the last weeks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trends {
    /// Oldest first, without gaps: a week of which nothing is known is there, too.
    pub weeks: Vec<Week>,
    /// The time zone in which most machines ran while closed; `None` where no run scanned in its days.
    pub heat: Option<HeatMap>,
    /// The other time zones of schedules.
    pub other_zones: Vec<HeatMap>,
}

/// One week. It begins on Monday in UTC, as the months of the savings do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// Its first day.
    pub monday: NaiveDate,
    /// The cost of what was idle or ran outside its hours, in the hours in which a run scanned; `None` where no price
    /// was known, or no run scanned.
    pub waste_usd: Option<Usd>,
    /// The realised savings; `None` where they are unknown.
    pub saved_usd: Option<Usd>,
    /// Stops and hibernations that took effect; `None` where they are unknown.
    pub stops: Option<u32>,
    /// Those that a person undid, or whose instance somebody else started again, within four hours.
    pub undone_or_restarted: u32,
    /// Stops that nearly were wrong.
    pub near_misses: NearMisses,
    /// The hours, of 168, in which a run scanned.
    pub hours_known: u32,
}

/// Stops that nearly were wrong; `None` where that is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NearMisses {
    /// Steps that were given up because something had changed since the plan. An instance counts once a day.
    pub overtaken: Option<u32>,
    /// The most steps that a guard held back in one run: a sudden change, too many unreachable targets, or instances that
    /// could not be started again.
    pub held_back: Option<u32>,
    /// The most instances in one run that only a mistyped tag protected.
    pub typo_tags: Option<u32>,
}

impl Week {
    /// The share of false stops in per cent, with one decimal; `None` where there were no stops, or that is unknown.
    pub fn false_stop_rate(&self) -> Option<Decimal> {
        let stops = self.stops.filter(|stops| *stops > 0)?;
        let share = Decimal::from(self.undone_or_restarted.min(stops)) / Decimal::from(stops);
        Some((share * Decimal::ONE_HUNDRED).round_dp(1).normalize())
    }
}
