//! How resources of each kind are stopped and started: how many at once, how fast, in which order, and how long a run
//! waits for the result.

use std::time::Duration;

use crate::engine::model::{Action, Kind};

/// How resources of one kind are stopped and started.
#[derive(Debug)]
pub struct Pace {
    /// Resources that are scanned again together before they are stopped or started.
    pub batch: usize,
    /// Resources in one call.
    pub per_call: usize,
    /// The pause after a call that tags or stops.
    pub after_stop: Duration,
    /// The pause after a call that starts.
    pub after_start: Duration,
    /// How many AWS starts at once in one account and Region. More of them have to wait; `None`: there is no such limit.
    pub start_burst: Option<usize>,
    /// The waits between the scans after a stop or a start, less if the deadline is near.
    pub waits: &'static [Duration],
}

/// The StopInstances bucket holds 50 calls and refills at 5 per second; the StartInstances bucket holds 5 and refills at 2
/// per second (EC2's table of request throttling). A batch of 50 is small enough that a refused call needs few halvings, and
/// large enough that a full run of 50 stops in one Region is one call. A stop shows within a second or two. A start takes
/// longer, and a start without a KMS grant falls back within seconds: 15 s in all.
const INSTANCE: Pace = Pace {
    batch: 50,
    per_call: 50,
    after_stop: Duration::ZERO,
    after_start: Duration::from_millis(500),
    start_burst: Some(START_BURST),
    waits: &[
        Duration::from_millis(500),
        Duration::from_millis(1500),
        Duration::from_secs(3),
        Duration::from_secs(5),
        Duration::from_secs(5),
    ],
};

/// RDS stops and starts one database in a call, and takes minutes. ECS takes one service. AWS publishes no rates: two calls a second are what EC2
/// allows at least. Five databases are ten calls, so the last is stopped some 5 s after it was scanned.
const DATABASE: Pace = Pace {
    batch: 5,
    per_call: 1,
    after_stop: Duration::from_millis(500),
    after_start: Duration::from_millis(500),
    start_burst: None,
    waits: &[Duration::from_millis(500), Duration::from_millis(1500)],
};

/// One service in a batch: its tag has a size of its own. Two calls a second are a tenth of what ECS allows ("Request throttling for
/// the Amazon ECS API": 20 a second).
const SERVICE: Pace = Pace { batch: 1, ..DATABASE };

/// How many instances AWS starts at once in one Region of one account. Beyond that, the bucket refills at 2 per
/// second (EC2's table of resource throttling: StartInstances 1,000 / 2).
pub const START_BURST: usize = 1000;

impl Pace {
    /// The pace of a kind.
    pub const fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Instance => &INSTANCE,
            Kind::Database => &DATABASE,
            Kind::Service => &SERVICE,
        }
    }
}

/// The place of a kind among the steps of one action in one account and Region. An application needs its database before
/// it starts and until it has stopped.
pub fn order_within_target(kind: Kind, action: Action) -> u8 {
    let start_rank = match kind {
        Kind::Database => 0,
        Kind::Instance | Kind::Service => 1,
    };
    if action == Action::Start { start_rank } else { u8::MAX - start_rank }
}
