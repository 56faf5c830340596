//! What a run adds to the trends.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::engine::model::{Cap, HOURS_PER_MONTH, Reason, Usd};
use crate::engine::plan::Deferred;
use crate::engine::report::{Report, Row};
use crate::engine::trends::Sample;

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
        let hourly = |monthly: Usd| Usd(monthly.0 / Decimal::from(HOURS_PER_MONTH)); // not zero
        let mistyped = |row: &&Row| row.verdict.reason() == Reason::TagUnknown;
        // Not by a cap, nor by a notice that waits for its time.
        let by_guard = [Cap::SuddenChange, Cap::TooManyUnreachable, Cap::CannotStart];
        let held_back = |step: &&Deferred| by_guard.contains(&step.because);
        Sample {
            run: self.run.clone(),
            at: self.at,
            closed,
            waste: self.waste().map(|waste| hourly(waste.total.monthly)),
            saved: self.saved.as_ref().map(|saved| saved.lines().map(|line| line.saved.usd).sum()),
            unreachable: count(self.unreachable.len()),
            not_due: count(self.not_due.len()),
            held_back: count(self.plan.deferred.iter().filter(held_back).count()),
            typo_tags: count(self.rows.iter().filter(mistyped).count()),
        }
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
