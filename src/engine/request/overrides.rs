//! What the caller of an undo may override.

/// The overrides that the caller of an undo sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoOverrides {
    /// Start although the reaper is paused: in an incident, operators pause first and then undo.
    pub even_paused: bool,
    /// Start although the policy's calendar is in a freeze.
    pub even_frozen: bool,
}
