//! `[idle]`: the definition of idle. Without this section there are no measurements over weeks, and nothing is found
//! idle.

use chrono::Duration;
use wildmatch::WildMatch;

use crate::engine::config::patterns;
use crate::engine::config::reader::{Section, Value};
use crate::engine::model::Tier;
use crate::engine::model::named;

/// Words in a name, a role or an instance profile that indicate work which no metric shows.
const NAMES: &str = "bastion* jump* licen?e* dr standby nat vpn* ad build* cache* redis* memcache* valkey* hana*";

/// Types whose work does not show in their own CPU metric: accelerators, and types with large memory for in-memory
/// databases.
const TYPES: &str = "dl* f* g* inf* p* trn* vt* u-* u7* x*";

/// `[idle]`. `docs/idle.md` explains the defaults and their sources.
#[derive(Clone, Debug, PartialEq)]
pub struct Idle {
    /// The window in which an instance must have done nothing.
    pub decision: Duration,
    /// The longer window, in which one burst is enough to skip the instance.
    pub veto: Duration,
    /// With fewer running hours in the decision window, there is no evidence.
    pub min_running_hours: u32,
    /// The share of the expected datapoints that must exist, in per cent.
    pub coverage_percent: f64,
    /// How long before the run an hour must have ended, so that its datapoint is expected.
    pub late: Duration,
    /// How long after a start its metrics show the start, not work.
    pub boot: Duration,
    /// The percentile of the hours that is used for CPU and writes.
    pub percentile: f64,
    /// That percentile of the hourly maximum of CPU must be below this, in per cent.
    pub cpu_p97_percent: f64,
    /// Every hourly maximum of CPU must be below this, in per cent.
    pub cpu_max_percent: f64,
    /// The percentile in vCPUs must be below the larger of this many vCPUs …
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
    /// The maximum of CPU of a day or hour in the veto window from which it is a burst, in per cent.
    pub burst_percent: f64,
    /// The minimum number of instances of one image for a baseline from the quietest of them.
    pub baseline_peers: u32,
    /// The percentile of these instances that is the baseline.
    pub baseline_percentile: f64,
    /// How long an instance may run before it is reported, if only the default names its owner.
    pub max_age: Duration,
    /// Patterns over words of the name, of the tag `Role` and of the instance profile; matching instances are only
    /// reported.
    pub report_only_names: Vec<WildMatch>,
    /// Patterns over instance types; matching instances are only reported.
    pub report_only_types: Vec<WildMatch>,
}

impl Default for Idle {
    fn default() -> Self {
        let globs = |patterns: &str| patterns.split(' ').map(WildMatch::new_case_insensitive).collect();
        Self {
            decision: Duration::days(14),
            veto: Duration::days(35), // it contains a month end
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
            report_only_names: globs(NAMES),
            report_only_types: globs(TYPES),
        }
    }
}

/// Network and disk use decimal kilobytes, as in AWS's own definitions of idle.
const KILOBYTE: f64 = 1e3;
const MEGABYTE: f64 = 1e6;

/// More than any useful limit. It keeps the results of computations finite.
const MOST: f64 = 1e9;

named! {
    /// What a policy does with an idle instance.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum IdleDeed {
        /// It does not measure whether instances are idle.
        Ignore = "ignore",
        /// It only reports it.
        Report = "report",
        /// It marks the instance, notifies its owner, and stops it after the grace period.
        Stop = "stop",
    }
}

/// Reads `[idle]`, which may be empty.
pub(crate) fn read(section: &Section<'_>) -> Idle {
    let mut idle = Idle::default();
    windows(section, &mut idle);
    limits(section, &mut idle);
    let types = section.texts("report-only-types");
    section.check_patterns(types.as_deref().unwrap_or_default(), patterns::kind);
    let (names, types) = (globs(section.texts("report-only-names")), globs(types));
    idle.report_only_names = names.unwrap_or(idle.report_only_names);
    idle.report_only_types = types.unwrap_or(idle.report_only_types);
    idle.max_age = section.duration("max-age").unwrap_or(idle.max_age);
    idle
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

/// These patterns protect, so they ignore case.
fn globs(words: Option<Vec<Value<'_>>>) -> Option<Vec<WildMatch>> {
    words.map(|words| words.iter().map(|word| WildMatch::new_case_insensitive(word.text)).collect())
}

/// What a policy does with an idle instance, up to which tier, and after how many business days. `measured` is true if
/// there is an `[idle]` section.
pub(crate) fn by_policy(section: &Section<'_>, measured: bool) -> (IdleDeed, Tier, u32) {
    let deed = section.one_of("idle", IdleDeed::ALL);
    if !measured && deed.is_some_and(|deed| deed != IdleDeed::Ignore) {
        let place = section.place_of("idle");
        let hint = "add `[idle]`, which may be empty, or leave `idle` out".to_owned();
        section.complain(place, "the policy speaks of idle instances, and without `[idle]` nothing is measured", hint);
    }
    let tier = section.one_of("idle-tier", Tier::ALL);
    let unasked = if measured { IdleDeed::Report } else { IdleDeed::Ignore };
    let grace = section.number("grace", 1..=60).unwrap_or(5);
    (deed.unwrap_or(unasked), tier.unwrap_or(Tier::Strict), grace)
}
