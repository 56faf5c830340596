//! The windows of one instance: which hours it ran, which datapoints are expected, and which of the existing ones show
//! work.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use crate::engine::config::Idle;
use crate::engine::evidence::idle::classify::Question;
use crate::engine::evidence::idle::database;
use crate::engine::evidence::idle::running::Running;
use crate::engine::evidence::idle::series::{DAY, HOUR, Series, bucket, end_of, skip};
use crate::engine::evidence::idle::{Ineligible, Sign};
use crate::engine::evidence::{Evidence, Metric, Missing, Reading};
use crate::engine::model::{Instance, State};

/// Why the evaluation ends.
pub(crate) enum End {
    Ask(Vec<Metric>),
    Active(Sign),
    Missing(Missing),
}

/// One instance with its windows.
pub(crate) struct Windows<'a> {
    pub(crate) settings: &'a Idle,
    pub(crate) instance: &'a Instance,
    pub(crate) evidence: &'a Evidence,
    pub(crate) now: DateTime<Utc>,
    pub(crate) decision: DateTime<Utc>,
    pub(crate) veto: DateTime<Utc>,
    pub(crate) running: Running,
    pub(crate) vcpus: f64,
}

#[allow(clippy::cast_precision_loss)] // hours of a few weeks
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

pub(crate) fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<'a> Windows<'a> {
    pub(crate) fn of(question: Question<'a>, evidence: &'a Evidence) -> Result<Self, Missing> {
        let Question { settings, instance, own, now } = question;
        let ineligible = |of| Err(Missing::Ineligible(of));
        if instance.state != State::Running {
            return ineligible(Ineligible::NotRunning);
        }
        if instance.lifecycle.is_some() {
            return ineligible(Ineligible::Lifecycle);
        }
        let vcpus = match instance.database.as_deref() {
            Some(facts) => match database::ineligible(facts) {
                Some(of) => return ineligible(of),
                None => 1.0, // its CPU is judged in per cent only
            },
            None if instance.root.as_deref() != Some("ebs") => return ineligible(Ineligible::Root),
            None => instance.details.vcpus.map_or(0.0, f64::from),
        };
        if instance.operator.is_some() {
            return ineligible(Ineligible::Managed);
        }
        let launch = instance.launch.filter(|launch| *launch <= now).ok_or(Missing::Launch)?;
        if vcpus <= 0.0 {
            return Err(Missing::Vcpus);
        }
        let (decision, veto) = (now - settings.decision, now - settings.veto);
        let running = Running::of(launch, own, veto, now, settings.boot);
        Ok(Self { settings, instance, evidence, now, decision, veto, running, vcpus })
    }

    // --- running hours -----------------------------------------------------------------------------------

    pub(crate) fn certain_hours(&self) -> usize {
        self.running.buckets(self.decision, self.now, HOUR).len()
    }

    /// Hours that it ran in the decision window.
    pub(crate) fn hours(&self, cpu: &Series) -> BTreeSet<i64> {
        let mut hours = self.running.buckets(self.decision, self.now, HOUR);
        let there = cpu.buckets(HOUR, f64::max);
        let earlier = self.running.earlier(|hour| there.contains_key(&hour), HOUR);
        hours.extend(earlier.into_iter().filter(|hour| end_of(hour - HOUR, HOUR) >= self.decision));
        hours
    }

    pub(crate) fn enough_hours(&self, has: usize, may_be_more: bool) -> Result<(), End> {
        let (has, wants) = (small(has), self.settings.min_running_hours);
        if has >= wants || may_be_more { Ok(()) } else { Err(End::Missing(Missing::RunningHours { has, wants })) }
    }

    /// The start of the known history of the instance.
    pub(crate) fn since(&self, cpu: &Series) -> DateTime<Utc> {
        let there = cpu.buckets(HOUR, f64::max);
        let earlier = self.running.earlier(|hour| there.contains_key(&hour), HOUR);
        let first = earlier.first().map(|hour| end_of(hour - HOUR, HOUR));
        // The window begins within an hour. That hour counts as whole.
        let reached = |at: DateTime<Utc>| if at <= self.veto + Duration::hours(1) { self.veto } else { at };
        self.running.since().min(first.map_or(DateTime::<Utc>::MAX_UTC, reached))
    }

    // --- datapoints ---------------------------------------------------------------------------------------

    /// Requests the metrics that were not requested yet.
    pub(crate) fn ask(&self, metrics: &[Metric]) -> Result<(), End> {
        let open: Vec<Metric> =
            metrics.iter().filter(|metric| self.evidence.get(**metric).is_none()).copied().collect();
        if open.is_empty() { Ok(()) } else { Err(End::Ask(open)) }
    }

    /// The datapoints of one metric.
    pub(crate) fn series(&self, metrics: &[Metric; 1]) -> Result<&'a Series, End> {
        let [metric] = *metrics;
        match self.evidence.get(metric) {
            None => Err(End::Ask(vec![metric])),
            Some(Reading::Gap(cause)) => Err(End::Missing(Missing::Metric { metric, cause: cause.clone() })),
            Some(Reading::Known(series)) => Ok(series),
        }
    }

    /// Buckets since `from` that may show work. Those before a start by others, and those of a start, are left out.
    pub(crate) fn values(
        &self,
        series: &Series,
        from: DateTime<Utc>,
        period: i64,
        pick: fn(f64, f64) -> f64,
    ) -> BTreeMap<i64, f64> {
        let mut values = series.buckets(period, pick);
        values.retain(|first, _| {
            let (begin, end) = (end_of(first - period, period), end_of(*first, period));
            let after = self.running.anew.is_none_or(|anew| anew < end);
            from < end && begin <= self.now && after && !self.running.boots_in(*first, period)
        });
        values
    }

    /// The whole buckets since `from` for which a datapoint is expected.
    pub(crate) fn expected(&self, from: DateTime<Utc>, period: i64) -> BTreeSet<i64> {
        let mut expected = self.running.buckets(from, self.now - self.settings.late, period);
        if let (HOUR, Some(Reading::Known(cpu))) = (period, self.evidence.get(self.cpu_metric())) {
            let there = cpu.buckets(HOUR, f64::max);
            let earlier = self.running.earlier(|hour| there.contains_key(&hour), HOUR);
            expected.extend(earlier.into_iter().filter(|hour| end_of(hour - HOUR, HOUR) >= from));
        }
        expected.retain(|first| !self.running.boots_in(*first, period));
        expected
    }

    /// Days that contain a start are not usable, so the hours of the whole veto window are needed then. The window
    /// begins in the middle of a day, whose start may lie before it. A database is known to have run by its connections,
    /// which are counted while it is up, none included.
    pub(crate) fn cpu_metric(&self) -> Metric {
        if self.instance.database.is_some() {
            return Metric::Connections;
        }
        let first_day = end_of(bucket(self.veto, DAY) - DAY, DAY);
        if self.running.started_since(first_day) { Metric::CpuOverVeto } else { Metric::Cpu }
    }

    /// Whether enough of the expected datapoints exist.
    pub(crate) fn covered(&self, metric: Metric, series: &Series, from: DateTime<Utc>) -> Result<(), End> {
        let (period, there) = (metric.period(), series.buckets(metric.period(), f64::max));
        let expected = self.expected(from, period);
        let has = expected.iter().filter(|first| there.contains_key(*first)).count();
        let enough = count(has) * 100.0 >= self.settings.coverage_percent * count(expected.len());
        // It is possible that no day is expected: office hours contain no whole day.
        if enough && (has > 0 || period == DAY) {
            return Ok(());
        }
        Err(End::Missing(Missing::Sparse { metric, has: small(has), expected: small(expected.len()) }))
    }

    /// Among the buckets at or above `limit`, the instant of the one that makes them too many while it is in the
    /// decision window, even for an instance that always runs.
    pub(crate) fn sign_at(&self, values: &BTreeMap<i64, f64>, limit: f64, percent: f64) -> Option<DateTime<Utc>> {
        let whole = usize::try_from(self.settings.decision.num_hours()).unwrap_or(0);
        let loud = values.iter().rev().filter(|(_, value)| **value >= limit);
        loud.map(|(hour, _)| end_of(*hour, HOUR).min(self.now)).nth(skip(whole + 1, percent))
    }
}

/// The start of the request for a metric: the beginning of the period in which its window begins.
pub fn since(metric: Metric, settings: &Idle, now: DateTime<Utc>) -> DateTime<Utc> {
    let window = if metric.over_veto() { settings.veto } else { settings.decision };
    let period = metric.period();
    end_of(bucket(now - window, period) - period, period)
}
