//! The reason for a stop, as the `stopped` tag keeps it.

/// For what an instance was stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Because {
    /// It ran outside hours: it may be started again when they begin.
    #[default]
    Hours,
    /// It was idle: nobody starts it but its team, or an undo.
    Idle,
}
