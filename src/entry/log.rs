//! Logs: JSON inside Lambda, with the run's id on every line; on the command line only warnings, on stderr.

use tracing::Level;
use tracing_subscriber::fmt;

/// The variable that sets how much is logged: `error`, `warn`, `info`, `debug`, `trace`.
pub const LEVEL: &str = "IDLE_REAPER_LOG";

fn level(default: Level) -> Level {
    std::env::var(LEVEL).ok().and_then(|level| level.parse().ok()).unwrap_or(default)
}

/// Sets up logging inside Lambda.
#[cfg(feature = "aws")]
pub fn for_lambda() {
    // A second setup in one process is no reason to fail.
    let _ = fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level(Level::INFO))
        .with_ansi(false)
        .try_init();
}

/// Sets up logging on the command line.
pub fn for_terminal(colour: bool) {
    let _ = fmt().with_writer(std::io::stderr).with_max_level(level(Level::WARN)).with_ansi(colour).try_init();
}
