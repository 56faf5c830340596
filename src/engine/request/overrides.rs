//! What the caller of an undo may override.

/// What the caller of an undo insists on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoOverrides {
    /// Start although the reaper is paused: people pause first, and then undo.
    pub even_paused: bool,
    /// Start although the policy's calendar is frozen.
    pub even_frozen: bool,
}
