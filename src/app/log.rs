//! Logs: JSON inside Lambda, with the run's id on every line; on the command line only errors, on stderr.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::fmt;

use crate::render::edge;

/// The variable that sets how much is logged: `error`, `warn`, `info`, `debug`, `trace`.
pub(super) const LEVEL: &str = "IDLE_REAPER_LOG";

fn level(default: Level) -> Level {
    std::env::var(LEVEL).ok().and_then(|level| level.parse().ok()).unwrap_or(default)
}

/// The destination of logs. A stream that cannot be written is ignored: otherwise the subscriber would report it on
/// stderr, and end the process if stderr cannot be written either.
struct Sink<W, F>(W, F);

impl<W: Write, F: Fn(&str) -> String> Write for Sink<W, F> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all((self.1)(&String::from_utf8_lossy(line)).as_bytes());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Sets up logging inside Lambda.
#[cfg(feature = "aws")]
pub(crate) fn for_lambda() {
    // A second setup in one process is not an error.
    let _ = fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level(Level::INFO))
        .with_ansi(false)
        .with_writer(|| Sink(io::stdout(), |line: &str| edge::escaped(line).into_owned()))
        .try_init();
}

/// Sets up logging on the command line. Relevant warnings of the SDK are in the command's error.
pub(super) fn for_terminal() {
    let _ = fmt()
        .with_writer(|| Sink(io::stderr(), |line: &str| edge::plain_lines(line)))
        .with_max_level(level(Level::ERROR))
        .with_ansi(false)
        .try_init();
}
