//! `[idle]`: what counts as idle. Without it nothing is measured over weeks, and nothing is found idle.

use chrono::Duration;
use wildmatch::WildMatch;

use crate::engine::config::patterns;
use crate::engine::config::reader::{Section, Word};
use crate::engine::model::Tier;

/// Words of a name, a role or an instance profile that tell of work which no metric shows.
const NAMES: [&str; 14] = [
    "bastion*",
    "jump*",
    "licen?e*",
    "dr",
    "standby",
    "nat",
    "vpn*",
    "ad",
    "build*",
    "cache*",
    "redis*",
    "memcache*",
    "valkey*",
    "hana*",
];

/// Types whose work their own CPU does not show: accelerators, and memory made for databases that live in it.
const TYPES: [&str; 10] = ["dl*", "f*", "g*", "inf*", "p*", "trn*", "vt*", "u-*", "u7*", "x*"];

/// `[idle]`. The defaults and where they come from stand in `docs/idle.md`.
#[derive(Clone, Debug, PartialEq)]
pub struct Idle {
    /// The window in which an instance must have done nothing.
    pub decision: Duration,
    /// The longer window in which one burst is enough to skip it.
    pub veto: Duration,
    /// Fewer running hours in the decision window are evidence of nothing.
    pub min_running_hours: u32,
    /// The share of the expected datapoints that must be there, in per cent.
    pub coverage_percent: f64,
    /// How long before the run an hour must have ended for its datapoint to be expected.
    pub late: Duration,
    /// How long after a start its hours tell of the start and not of work.
    pub boot: Duration,
    /// The percentile of the hours that CPU and writing are held to.
    pub percentile: f64,
    /// That percentile of the hourly maximum of CPU must be below this, in per cent.
    pub cpu_p97_percent: f64,
    /// Every hourly maximum of CPU must be below this, in per cent.
    pub cpu_max_percent: f64,
    /// The percentile in absolute terms must be below the larger of this many vCPUs …
    pub cpu_vcpus: f64,
    /// … and this share of the instance's vCPUs.
    pub cpu_vcpu_share: f64,
    /// `strict`: network in and out together must be below this every day, in bytes.
    pub network_bytes_per_day: f64,
    /// `likely`: received bytes per second must be below this …
    pub received_bytes_per_second: f64,
    /// … and sent bytes per second below this …
    pub sent_bytes_per_second: f64,
    /// … in this share of the hours, in per cent.
    pub quiet_hours_percent: f64,
    /// EBS write operations per second must be below this at the percentile.
    pub write_ops_per_second: f64,
    /// EBS bytes written per second must be below this at the percentile.
    pub write_bytes_per_second: f64,
    /// A day's or hour's maximum of CPU in the veto window from which on it is a burst, in per cent.
    pub burst_percent: f64,
    /// How many instances of one image there must be for the quietest of them to be a baseline.
    pub baseline_peers: u32,
    /// Which percentile of them is the baseline.
    pub baseline_percentile: f64,
    /// How long an instance may run whose owner is known by default only before that is said.
    pub max_age: Duration,
    /// Patterns over words of the name, of the tag `Role` and of the instance profile: such are only reported.
    pub report_only_names: Vec<WildMatch>,
    /// Patterns over instance types: such are only reported.
    pub report_only_types: Vec<WildMatch>,
}

impl Default for Idle {
    fn default() -> Self {
        let globs =
            |patterns: &[&str]| patterns.iter().map(|pattern| WildMatch::new_case_insensitive(pattern)).collect();
        Self {
            decision: Duration::days(14),
            veto: Duration::days(35), // a month end is in it
            min_running_hours: 60,
            coverage_percent: 95.0,
            late: Duration::hours(1),
            boot: Duration::minutes(15),
            percentile: 97.0,
            cpu_p97_percent: 5.0,
            cpu_max_percent: 15.0,
            cpu_vcpus: 0.03,
            cpu_vcpu_share: 0.02,
            network_bytes_per_day: 5.0 * MEGABYTE,
            received_bytes_per_second: 2000.0,
            sent_bytes_per_second: 1000.0,
            quiet_hours_percent: 95.0,
            write_ops_per_second: 1.0,
            write_bytes_per_second: 100.0 * KILOBYTE,
            burst_percent: 20.0,
            baseline_peers: 5,
            baseline_percentile: 10.0,
            max_age: Duration::days(90),
            report_only_names: globs(&NAMES),
            report_only_types: globs(&TYPES),
        }
    }
}

/// Network and disks are counted in thousands, as AWS's own definitions of idle count them.
const KILOBYTE: f64 = 1e3;
const MEGABYTE: f64 = 1e6;

/// More than any limit that means something; it keeps what is computed with finite.
const MOST: f64 = 1e9;

/// What a policy does with an instance that is idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleDeed {
    /// Nobody asks whether it is.
    Ignore,
    /// It is said, and nothing is done.
    Report,
    /// It is marked, its owner is told, and after grace it is stopped.
    Stop,
}

/// What a policy says about idle instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByPolicy {
    pub(crate) deed: IdleDeed,
    pub(crate) tier: Tier,
    pub(crate) grace: u32,
}

/// `None` where the section is absent: then nothing is measured over weeks.
pub(crate) fn read(top: &Section<'_>) -> Option<Idle> {
    let section = top.section("idle")?;
    let mut idle = Idle::default();
    windows(&section, &mut idle);
    limits(&section, &mut idle);
    let types = section.words("report-only-types");
    section.check_patterns(types.as_deref().unwrap_or_default(), patterns::kind);
    let (names, types) = (globs(section.words("report-only-names")), globs(types));
    idle.report_only_names = names.unwrap_or(idle.report_only_names);
    idle.report_only_types = types.unwrap_or(idle.report_only_types);
    idle.max_age = section.duration("max-age").unwrap_or(idle.max_age);
    section.finish();
    Some(idle)
}

fn windows(section: &Section<'_>, idle: &mut Idle) {
    let days = |key| section.number(key, 1..=90).map(|days| Duration::days(i64::from(days)));
    idle.decision = days("decision-window-days").unwrap_or(idle.decision);
    idle.veto = days("veto-window-days").unwrap_or(idle.veto.max(idle.decision));
    if idle.veto < idle.decision {
        let place = section.place_of("veto-window-days");
        let hint = "the veto window is the longer one: a burst in it skips".to_owned();
        section.complain(place, "`veto-window-days` is shorter than `decision-window-days`", hint);
    }
    idle.min_running_hours = section.number("min-running-hours", 1..=2160).unwrap_or(idle.min_running_hours);
    if i64::from(idle.min_running_hours) > idle.decision.num_hours() {
        let place = section.place_of("min-running-hours");
        let what =
            format!("the decision window has {} hours, fewer than `min-running-hours`", idle.decision.num_hours());
        section.complain(place, what, "so nothing could ever be idle; write fewer hours or more days".to_owned());
    }
    idle.coverage_percent = section.decimal("coverage-percent", 50.0, 100.0).unwrap_or(idle.coverage_percent);
    idle.late = section.duration("late").unwrap_or(idle.late);
    idle.boot = section.duration("boot").unwrap_or(idle.boot);
}

fn limits(section: &Section<'_>, idle: &mut Idle) {
    let read = |key, limit: &mut f64, scale: f64, above: f64, to: f64| {
        *limit = section.decimal(key, above, to).map_or(*limit, |number| number * scale);
    };
    read("percentile", &mut idle.percentile, 1.0, 50.0, 100.0);
    read("cpu-p97-percent", &mut idle.cpu_p97_percent, 1.0, 0.0, 100.0);
    read("cpu-max-percent", &mut idle.cpu_max_percent, 1.0, 0.0, 100.0);
    read("cpu-vcpus", &mut idle.cpu_vcpus, 1.0, 0.0, MOST);
    read("cpu-vcpu-share", &mut idle.cpu_vcpu_share, 1.0, 0.0, 1.0);
    read("network-megabytes-per-day", &mut idle.network_bytes_per_day, MEGABYTE, 0.0, MOST);
    read("received-bytes-per-second", &mut idle.received_bytes_per_second, 1.0, 0.0, MOST);
    read("sent-bytes-per-second", &mut idle.sent_bytes_per_second, 1.0, 0.0, MOST);
    read("quiet-hours-percent", &mut idle.quiet_hours_percent, 1.0, 50.0, 100.0);
    read("write-ops-per-second", &mut idle.write_ops_per_second, 1.0, 0.0, MOST);
    read("write-kilobytes-per-second", &mut idle.write_bytes_per_second, KILOBYTE, 0.0, MOST);
    read("burst-percent", &mut idle.burst_percent, 1.0, 0.0, 100.0);
    read("baseline-percentile", &mut idle.baseline_percentile, 1.0, 0.0, 50.0);
    idle.baseline_peers = section.number("baseline-peers", 2..=1_000_000).unwrap_or(idle.baseline_peers);
}

/// They protect, so that they are matched without regard to case.
fn globs(words: Option<Vec<Word<'_>>>) -> Option<Vec<WildMatch>> {
    words.map(|words| words.iter().map(|word| WildMatch::new_case_insensitive(word.text)).collect())
}

/// A policy's own keys. `measured`: whether there is an `[idle]`.
pub(crate) fn by_policy(section: &Section<'_>, measured: bool) -> ByPolicy {
    let deeds = [("ignore", IdleDeed::Ignore), ("report", IdleDeed::Report), ("stop", IdleDeed::Stop)];
    let deed = section.choice("idle", &deeds);
    if !measured && deed.is_some_and(|deed| deed != IdleDeed::Ignore) {
        let place = section.place_of("idle");
        let hint = "add `[idle]`, which may be empty, or leave `idle` out".to_owned();
        section.complain(place, "the policy speaks of idle instances, and without `[idle]` nothing is measured", hint);
    }
    let tier = section.choice("idle-tier", &[("strict", Tier::Strict), ("likely", Tier::Likely)]);
    let unasked = if measured { IdleDeed::Report } else { IdleDeed::Ignore };
    ByPolicy {
        deed: deed.unwrap_or(unasked),
        tier: tier.unwrap_or(Tier::Strict),
        grace: section.number("grace", 1..=60).unwrap_or(5),
    }
}
