//! What a run adds to the trends.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::SubsecRound;
use rust_decimal::Decimal;

use crate::engine::cost::waste::Cost;
use crate::engine::model::{Cap, HOURS_PER_MONTH, Instance, Reason, ResourceId, Usd};
use crate::engine::plan::Deferred;
use crate::engine::report::{Report, Row};
use crate::engine::schedule::Schedule;
use crate::engine::trends::{Inventories, Presence, Sample};

/// The decimals of amounts: a run that wastes a hundredth of a cent an hour is one of the smallest instances.
const PLACES: u32 = 4;

impl Row {
    /// Whether it ran while its hours were closed, at the run's instant. Where its hours are unknown, it did not.
    pub fn ran_while_closed(&self, report: &Report) -> bool {
        self.running && self.schedule.as_ref().is_some_and(|schedule| !schedule.is_open(report.at))
    }
}

impl Report {
    /// What the run found, for a run that was not narrowed.
    pub fn sample(&self) -> Sample {
        let mut closed: BTreeMap<String, u32> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.ran_while_closed(self)) {
            let zone = row.schedule.as_ref().map_or("", |schedule| schedule.zone().name());
            *closed.entry(zone.to_owned()).or_default() += 1;
        }
        let rounded = |amount: Decimal| Usd(amount.round_dp(PLACES).normalize());
        let hourly = |monthly: Usd| rounded(monthly.0 / Decimal::from(HOURS_PER_MONTH)); // not zero
        let is_known = |total: &Cost| total.instances == 0 || total.unknown < total.instances;
        let mistyped = |row: &&Row| row.verdict.reason() == Reason::TagUnknown;
        // Not by a cap, nor by a notice that waits for its time.
        let by_guard = [Cap::SuddenChange, Cap::TooManyUnreachable, Cap::CannotStart];
        let held_back = |step: &&Deferred| by_guard.contains(&step.because);
        Sample {
            run: self.run.clone(),
            at: self.at.trunc_subsecs(0),
            closed,
            waste: self.waste().map(|waste| waste.total).filter(is_known).map(|total| hourly(total.monthly)),
            saved: self.saved.as_ref().map(|saved| rounded(saved.lines().map(|line| line.saved.usd).sum::<Usd>().0)),
            unreachable: count(self.unreachable.len()),
            not_due: count(self.not_due.len()),
            held_back: count(self.plan.deferred.iter().filter(held_back).count()),
            typo_tags: count(self.rows.iter().filter(mistyped).count()),
        }
    }

    /// Adds this report, and when the instances of its inventory are known to have run.
    pub fn add_to<'a>(&self, inventories: &mut Inventories<'_>, found: impl Iterator<Item = &'a Instance>) {
        let hours = |row: &Row| Some((row.id.clone(), row.schedule.clone()?));
        let hours: HashMap<ResourceId, Arc<Schedule>> = self.rows.iter().filter_map(hours).collect();
        inventories.samples.push(self.sample());
        inventories.ran.extend(found.filter_map(|one| Presence::of(one, hours.get(&one.id)?, self.at)));
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
