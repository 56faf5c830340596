//! The reason for a stop, as the `stopped` tag stores it.

use serde::Serialize;

/// Why an instance was stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// It ran outside hours. The reaper may start it again when they begin.
    #[default]
    Hours,
    /// It was idle. Only its team, or an undo, starts it again.
    Idle,
}
