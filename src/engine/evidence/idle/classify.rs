//! From evidence to an answer, or to what must be measured next. The cheapest metric comes first; the others are
//! measured only for the instances that remain.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::engine::config::Idle;
use crate::engine::evidence::idle::Sign;
use crate::engine::evidence::idle::report_only::why_report_only;
use crate::engine::evidence::idle::running::Own;
use crate::engine::evidence::idle::series::{DAY, HOUR, Series, end_of, percentile, skip};
use crate::engine::evidence::idle::windows::{End, Windows, count, small};
use crate::engine::evidence::{Evidence, Idleness, Metric, Missing};
use crate::engine::model::{IdleFacts, Instance, Tier, WhyLikely};

/// Everything that the answer about one instance depends on.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The limits.
    pub settings: &'a Idle,
    /// The instance.
    pub instance: &'a Instance,
    /// What the reaper did to it: its own starts are not a sign of activity.
    pub own: &'a Own,
    /// The instant for which everything is assessed.
    pub now: DateTime<Utc>,
}

/// The next step.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// These metrics are needed to continue.
    Ask(Vec<Metric>),
    /// The answer.
    Known(Idleness),
}

/// The answer from the measurements. If a necessary metric was not requested, the answer is undetermined. `baseline`
/// is the traffic of the agents of its image, in bytes an hour.
pub fn classify(question: Question<'_>, evidence: &Evidence, baseline: Option<f64>) -> Idleness {
    match next(question, evidence, baseline) {
        Next::Known(idleness) => idleness,
        Next::Ask(metrics) => metrics.first().map_or(Idleness::NotAsked, |metric| {
            let cause = "it was not asked for".to_owned();
            Idleness::Undetermined(Missing::Metric { metric: *metric, cause })
        }),
    }
}

/// The answer, or the metrics that it needs.
pub fn next(question: Question<'_>, evidence: &Evidence, baseline: Option<f64>) -> Next {
    let known = match Windows::of(question, evidence) {
        Err(missing) => Err(End::Missing(missing)),
        Ok(windows) if question.instance.database.is_some() => windows.database_answer(),
        Ok(windows) => windows.answer(baseline),
    };
    match known {
        Ok(facts) => Next::Known(Idleness::Idle(facts)),
        Err(End::Ask(metrics)) => Next::Ask(metrics),
        Err(End::Active(sign)) => Next::Known(Idleness::Active(sign)),
        Err(End::Missing(missing)) => Next::Known(Idleness::Undetermined(missing)),
    }
}

/// Network in and out of an instance, in bytes per hour of running; `None` until both are measured.
pub fn network_per_hour(question: Question<'_>, evidence: &Evidence) -> Option<f64> {
    let windows = Windows::of(question, evidence).ok()?;
    let hours = windows.network().ok()?;
    let total: f64 = hours.values().map(|(received, sent)| received.unwrap_or(0.0) + sent.unwrap_or(0.0)).sum();
    (!hours.is_empty()).then(|| total / count(hours.len()))
}

/// Bytes received and sent in an hour, where known.
type Both = (Option<f64>, Option<f64>);

/// Network traffic by hour.
type Network = BTreeMap<i64, Both>;

/// Types whose CPU is throttled when their credits are used up: `t` and a digit.
fn is_burstable(kind: &str) -> bool {
    kind.strip_prefix('t').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A burstable instance with fewer credits than this has none to spend.
const CREDITS: f64 = 1.0;

impl Windows<'_> {
    fn answer(&self, baseline: Option<f64>) -> Result<IdleFacts, End> {
        self.enough_hours(self.certain_hours(), self.running.may_be_more())?;
        self.by_day()?;
        let metric = self.cpu_metric();
        let cpu = self.series(&[metric])?;
        let (cpu_p97, cpu_max) = self.cpu(metric, cpu)?;
        let hours = self.hours(cpu);
        self.enough_hours(hours.len(), false)?;
        let rest = self.rest();
        self.ask(&rest)?;
        let network = self.network_quiet(baseline);
        let (write_ops, write_bytes) = (self.writes(Metric::WriteOps), self.writes(Metric::WriteBytes));
        // A sign of activity decides, even if other data is missing.
        for active in [network.as_ref().err(), write_ops.as_ref().err(), write_bytes.as_ref().err()] {
            if let Some(End::Active(sign)) = active {
                return Err(End::Active(sign.clone()));
            }
        }
        self.checks()?;
        self.credits()?;
        for metric in &rest {
            self.covered(*metric, self.series(&[*metric])?, self.decision)?;
        }
        let (busiest_day, strict, subtracted) = network?;
        let since = self.since(cpu);
        let why_likely =
            if since > self.veto { Some(WhyLikely::Young) } else { (!strict).then_some(WhyLikely::Network) };
        Ok(IdleFacts {
            tier: if why_likely.is_none() { Tier::Strict } else { Tier::Likely },
            why_likely,
            report_only: why_report_only(self.instance, self.settings),
            since: since.max(self.veto),
            running_hours: small(hours.len()),
            cpu_p97,
            cpu_max,
            network_per_day: busiest_day,
            baseline_per_hour: subtracted,
            write_ops: write_ops?,
            write_bytes: write_bytes?,
            io_per_second: None,
        })
    }

    // --- CPU ----------------------------------------------------------------------------------------------

    /// The screening: one metric for every candidate.
    fn by_day(&self) -> Result<(), End> {
        let series = self.series(&[Metric::CpuByDay])?;
        let days = self.values(series, self.veto, DAY, f64::max);
        let whole_in_decision = |day: i64| end_of(day - DAY, DAY) >= self.decision;
        for (day, cpu) in days.iter().rev() {
            let (cpu, limit) = (*cpu, self.settings.cpu_max_percent);
            if cpu >= self.settings.burst_percent {
                return Err(self.burst(cpu, end_of(*day, DAY)));
            }
            if cpu >= limit && whole_in_decision(*day) {
                return Err(End::Active(Sign::CpuPeak { cpu, limit, at: end_of(day - DAY, DAY) }));
            }
        }
        self.covered(Metric::CpuByDay, series, self.veto)
    }

    fn burst(&self, cpu: f64, end: DateTime<Utc>) -> End {
        End::Active(Sign::Burst { cpu, limit: self.settings.burst_percent, at: end.min(self.now) })
    }

    /// The percentile and the maximum of hours that show no work.
    fn cpu(&self, metric: Metric, series: &Series) -> Result<(f64, f64), End> {
        let settings = self.settings;
        let from = if metric.over_veto() { self.veto } else { self.decision };
        let all = self.values(series, from, HOUR, f64::max);
        if let Some((hour, cpu)) = all.iter().rev().find(|(_, cpu)| **cpu >= settings.burst_percent) {
            return Err(self.burst(*cpu, end_of(*hour, HOUR)));
        }
        let values: BTreeMap<i64, f64> =
            all.into_iter().filter(|(hour, _)| end_of(*hour, HOUR) > self.decision).collect();
        let limit = settings.cpu_max_percent;
        if let Some((hour, cpu)) = values.iter().rev().find(|(_, cpu)| **cpu >= limit) {
            let at = end_of(*hour, HOUR).min(self.now);
            return Err(End::Active(Sign::CpuPeak { cpu: *cpu, limit, at }));
        }
        let max = values.values().copied().fold(0.0, f64::max);
        let high = percentile(values.values().copied(), settings.percentile).unwrap_or(0.0);
        let limit = settings.cpu_p97_percent;
        if high >= limit {
            let at = self.sign_at(&values, limit, settings.percentile);
            return Err(End::Active(Sign::Cpu { percentile: high, limit, at }));
        }
        let (vcpus, limit) = (high / 100.0 * self.vcpus, settings.cpu_vcpus.max(settings.cpu_vcpu_share * self.vcpus));
        if vcpus >= limit {
            let at = self.sign_at(&values, limit / self.vcpus * 100.0, settings.percentile);
            return Err(End::Active(Sign::CpuAbsolute { vcpus, limit, at }));
        }
        self.covered(metric, series, from)?;
        // The long window may have enough data while the short one does not.
        self.covered(metric, series, self.decision)?;
        Ok((high, max))
    }

    // --- the survivors --------------------------------------------------------------------------------------

    fn rest(&self) -> Vec<Metric> {
        let mut rest = vec![Metric::Received, Metric::Sent, Metric::WriteOps, Metric::WriteBytes, Metric::FailedChecks];
        if is_burstable(&self.instance.kind) {
            rest.push(Metric::Credits);
        }
        rest
    }

    fn network(&self) -> Result<Network, End> {
        let mut hours = Network::new();
        let received = self.values(self.series(&[Metric::Received])?, self.decision, HOUR, f64::max);
        for (hour, bytes) in received {
            hours.entry(hour).or_default().0 = Some(bytes);
        }
        let sent = self.values(self.series(&[Metric::Sent])?, self.decision, HOUR, f64::max);
        for (hour, bytes) in sent {
            hours.entry(hour).or_default().1 = Some(bytes);
        }
        Ok(hours)
    }

    /// The traffic of the busiest day in bytes, whether every day is quiet enough for `strict`, and what was
    /// subtracted.
    fn network_quiet(&self, baseline: Option<f64>) -> Result<(f64, bool, Option<f64>), End> {
        let (settings, hours) = (self.settings, self.network()?);
        // The ratio of an hour to the limits: from 1 on, the hour is not quiet.
        let rate = |bytes: Option<f64>, limit: f64| bytes.unwrap_or(0.0) / count(HOUR as usize) / limit;
        let loudness: BTreeMap<i64, f64> = hours
            .iter()
            .map(|(hour, (received, sent))| {
                let received = rate(*received, settings.received_bytes_per_second);
                (*hour, received.max(rate(*sent, settings.sent_bytes_per_second)))
            })
            .collect();
        let loud = loudness.values().filter(|loudness| **loudness >= 1.0).count();
        let quiet = loud <= skip(loudness.len(), settings.quiet_hours_percent);
        let days = self.days(&hours);
        let busiest_day = days.values().map(|(bytes, _)| *bytes).fold(0.0, f64::max);
        let below =
            |less: f64| days.values().all(|(bytes, hours)| bytes - less * hours < settings.network_bytes_per_day);
        if below(0.0) {
            return Ok((busiest_day, true, None));
        }
        if !quiet {
            let at = self.sign_at(&loudness, 1.0, settings.quiet_hours_percent);
            let quiet_percent = 100.0 - 100.0 * count(loud) / count(loudness.len().max(1));
            return Err(End::Active(Sign::Network { busiest_day, quiet_percent, at }));
        }
        // The baseline applies only below the limits. If all peers work, their traffic does not come from agents.
        let subtracted = baseline.filter(|less| below(*less));
        Ok((busiest_day, subtracted.is_some(), subtracted))
    }

    /// Bytes and hours of each UTC day. Missing hours of a day are assumed to be like the rest of it.
    fn days(&self, hours: &Network) -> BTreeMap<i64, (f64, f64)> {
        let expected = self.expected(self.decision, HOUR);
        let day = |hour: i64| hour.div_euclid(DAY);
        let mut days: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        let directions: [fn(&Both) -> Option<f64>; 2] = [|both| both.0, |both| both.1];
        for of in directions {
            let mut sums: BTreeMap<i64, (f64, usize, usize)> = BTreeMap::new();
            for (hour, bytes) in hours.iter().filter_map(|(hour, pair)| Some((*hour, of(pair)?))) {
                let (sum, there, _) = sums.entry(day(hour)).or_default();
                (*sum, *there) = (*sum + bytes, *there + 1);
            }
            for hour in expected.iter().filter(|hour| hours.get(*hour).and_then(of).is_none()) {
                sums.entry(day(*hour)).or_default().2 += 1;
            }
            for (day, (sum, there, missing)) in sums {
                let (bytes, hours) = days.entry(day).or_default();
                *bytes += sum * count(there + missing) / count(there.max(1));
                *hours = hours.max(count(there + missing));
            }
        }
        days
    }

    /// The percentile of writes per second.
    fn writes(&self, metric: Metric) -> Result<f64, End> {
        let settings = self.settings;
        let mut values = self.values(self.series(&[metric])?, self.decision, HOUR, f64::max);
        values.values_mut().for_each(|value| *value /= count(HOUR as usize));
        let high = percentile(values.values().copied(), settings.percentile).unwrap_or(0.0);
        let by_ops = metric == Metric::WriteOps;
        let limit = if by_ops { settings.write_ops_per_second } else { settings.write_bytes_per_second };
        if high < limit {
            return Ok(high);
        }
        let at = self.sign_at(&values, limit, settings.percentile);
        let sign =
            if by_ops { Sign::Writes { ops: high, limit, at } } else { Sign::Written { bytes: high, limit, at } };
        Err(End::Active(sign))
    }

    fn checks(&self) -> Result<(), End> {
        let failed = self.values(self.series(&[Metric::FailedChecks])?, self.decision, HOUR, f64::max);
        match failed.iter().rev().find(|(_, failed)| **failed > 0.0) {
            Some((hour, _)) => Err(End::Active(Sign::ChecksFailed { at: end_of(*hour, HOUR).min(self.now) })),
            None => Ok(()),
        }
    }

    /// An instance without credits is throttled to its baseline, however much work it has.
    fn credits(&self) -> Result<(), End> {
        if !is_burstable(&self.instance.kind) {
            return Ok(());
        }
        let credits = self.values(self.series(&[Metric::Credits])?, self.decision, HOUR, f64::min);
        let spent = credits.values().filter(|credits| **credits < CREDITS).count();
        if spent > skip(credits.len(), self.settings.quiet_hours_percent) {
            return Err(End::Active(Sign::CreditsSpent { hours: small(spent) }));
        }
        Ok(())
    }
}
