//! `[busy]`: an instance that was busy within the last hour is not stopped.

use crate::engine::config::reader::Section;
use crate::engine::model::named;

/// Bytes in a kilobyte.
const KILOBYTE: f64 = 1000.0;

/// More than any instance transfers: 10 GB per second.
const MOST: f64 = 10_000_000.0;

/// `[busy]`: the limits for the busiest five minutes of the last hour. An instance at or above a limit is busy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Busy {
    /// CPU utilisation in per cent.
    pub cpu_percent: f64,
    /// Bytes per second, received and sent together.
    pub network_bytes_per_second: f64,
    /// Bytes per second written to EBS.
    pub write_bytes_per_second: f64,
    /// GPU utilisation in per cent, where the CloudWatch agent measures it.
    pub gpu_percent: f64,
    /// Connections of a database.
    pub database_connections: f64,
    /// How to handle an instance without a whole hour of figures.
    pub unmeasured: Unmeasured,
    /// Whether active sessions of Session Manager are asked for. An instance that has one is not stopped, and neither is
    /// one of which that is unknown.
    pub sessions: bool,
}

impl Default for Busy {
    /// Monitoring agents and a quiet operating system stay well under these values: about 5 kB/s of network, and about
    /// 20 kB/s of logs. A remote desktop or web server in use exceeds them, and so does a database that writes.
    fn default() -> Self {
        Self {
            cpu_percent: 10.0,
            network_bytes_per_second: 20.0 * KILOBYTE,
            write_bytes_per_second: 100.0 * KILOBYTE,
            gpu_percent: 10.0,
            database_connections: 1.0,
            unmeasured: Unmeasured::Skip,
            sessions: false,
        }
    }
}

named! {
    /// How to handle an instance without a whole hour of figures.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Unmeasured {
        /// It is skipped.
        Skip = "skip",
        /// It is treated as quiet.
        Ignore = "ignore",
    }
}

/// `None` with `off = true`: then the last hour is not measured.
pub(crate) fn read(section: &Section<'_>) -> Option<Busy> {
    let mut busy = Busy::default();
    let off = section.flag("off").unwrap_or(false);
    let percent = |key, limit: &mut f64| *limit = section.decimal(key, 0.0, 100.0).unwrap_or(*limit);
    percent("cpu-percent", &mut busy.cpu_percent);
    percent("gpu-percent", &mut busy.gpu_percent);
    let rate = |key, limit: &mut f64| *limit = section.decimal(key, 0.0, MOST).map_or(*limit, |rate| rate * KILOBYTE);
    rate("network-kilobytes-per-second", &mut busy.network_bytes_per_second);
    rate("write-kilobytes-per-second", &mut busy.write_bytes_per_second);
    busy.database_connections = section.decimal("database-connections", 0.0, MOST).unwrap_or(busy.database_connections);
    busy.unmeasured = section.one_of("unmeasured", Unmeasured::ALL).unwrap_or(busy.unmeasured);
    busy.sessions = section.flag("sessions").unwrap_or(busy.sessions);
    if off && busy.sessions {
        let hint = "leave `off` out, or `sessions`".to_owned();
        let what = "`off = true` switches off the question who is logged in, too, and `sessions = true` asks it";
        section.complain(section.place_of("sessions"), what, hint);
    }
    (!off).then_some(busy)
}
