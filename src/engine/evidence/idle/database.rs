//! When a database is idle: nobody connected to it in any hour of the veto window, and its CPU and its reads and writes
//! show no work that needs no connection, such as replication.

use chrono::{DateTime, Utc};

use crate::engine::evidence::Metric;
use crate::engine::evidence::idle::report_only::telling_word;
use crate::engine::evidence::idle::series::{HOUR, end_of, percentile};
use crate::engine::evidence::idle::windows::{End, Windows, small};
use crate::engine::evidence::idle::{Ineligible, Sign};
use crate::engine::model::{Database, IdleFacts, Tier, WhyLikely, WhyReportOnly};

/// Read and write operations per second together. Checkpoints, statistics and the heartbeat of RDS write a few in their
/// busiest minute; replication and exports need far more.
const OPERATIONS: f64 = 20.0;

/// The metrics that are only asked for where nobody connected.
const WITNESSES: [Metric; 3] = [Metric::Cpu, Metric::ReadIops, Metric::WriteIops];

/// Why a database cannot be found idle: Neptune counts requests, and for weeks its silence cannot be told from a gap.
pub(crate) fn ineligible(facts: &Database) -> Option<Ineligible> {
    matches!(&*facts.engine, "neptune" | "").then_some(Ineligible::Engine)
}

impl Windows<'_> {
    pub(crate) fn database_answer(&self) -> Result<IdleFacts, End> {
        self.enough_hours(self.certain_hours(), self.running.may_be_more())?;
        let connections = self.series(&[Metric::Connections])?;
        let by_hour = self.values(connections, self.veto, HOUR, f64::max);
        if let Some((hour, most)) = by_hour.iter().rev().find(|(_, most)| **most > 0.0) {
            let at = end_of(*hour, HOUR).min(self.now);
            return Err(End::Active(Sign::Connections { connections: *most, at }));
        }
        for from in [self.veto, self.decision] {
            self.covered(Metric::Connections, connections, from)?;
        }
        let hours = self.hours(connections);
        self.enough_hours(hours.len(), false)?;
        self.ask(&WITNESSES)?;
        let (cpu_p97, cpu_max) = self.quiet_cpu()?;
        let io = self.quiet_io()?;
        for metric in WITNESSES {
            self.covered(metric, self.series(&[metric])?, self.decision)?;
        }
        let since: DateTime<Utc> = self.since(connections);
        let is_young = since > self.veto;
        Ok(IdleFacts {
            tier: if is_young { Tier::Likely } else { Tier::Strict },
            why_likely: is_young.then_some(WhyLikely::Young),
            report_only: telling_word(self.instance, self.settings).map(WhyReportOnly::Word),
            since: since.max(self.veto),
            running_hours: small(hours.len()),
            cpu_p97,
            cpu_max,
            network_per_day: 0.0,
            baseline_per_hour: None,
            write_ops: 0.0,
            write_bytes: 0.0,
            io_per_second: Some(io),
        })
    }

    /// The percentile of CPU. Backups and maintenance raise the maximum of a database that nobody uses, so the limit
    /// for the highest hour of an instance is the one for the percentile here.
    fn quiet_cpu(&self) -> Result<(f64, f64), End> {
        let values = self.values(self.series(&[Metric::Cpu])?, self.decision, HOUR, f64::max);
        let max = values.values().copied().fold(0.0, f64::max);
        let high = percentile(values.values().copied(), self.settings.percentile).unwrap_or(0.0);
        let limit = self.settings.cpu_max_percent;
        if high < limit {
            return Ok((high, max));
        }
        let at = self.sign_at(&values, limit, self.settings.percentile);
        Err(End::Active(Sign::Cpu { percentile: high, limit, at }))
    }

    /// The percentile of reads and writes together: the sum of both maxima is at most twice the busiest minute.
    fn quiet_io(&self) -> Result<f64, End> {
        let mut values = self.values(self.series(&[Metric::ReadIops])?, self.decision, HOUR, f64::max);
        for (hour, written) in self.values(self.series(&[Metric::WriteIops])?, self.decision, HOUR, f64::max) {
            *values.entry(hour).or_default() += written;
        }
        let ops = percentile(values.values().copied(), self.settings.percentile).unwrap_or(0.0);
        if ops < OPERATIONS {
            return Ok(ops);
        }
        let at = self.sign_at(&values, OPERATIONS, self.settings.percentile);
        Err(End::Active(Sign::DatabaseIo { ops, limit: OPERATIONS, at }))
    }
}
