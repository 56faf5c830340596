//! `[databases]`: what is special about databases. Which have hours is said by the policies.

use crate::engine::config::reader::Section;

/// `[databases]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Databases {
    /// What happens to a cluster whose backups would expire while it is stopped.
    pub expiring_backups: ExpiringBackups,
}

/// What happens to a cluster whose backups would expire while it is stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExpiringBackups {
    /// It is skipped.
    #[default]
    Skip,
    /// The rule does not apply.
    Ignore,
}

pub(crate) fn read(top: &Section<'_>) -> Databases {
    let Some(section) = top.section("databases") else { return Databases::default() };
    let choices = [("skip", ExpiringBackups::Skip), ("ignore", ExpiringBackups::Ignore)];
    let expiring_backups = section.choice("expiring-backups", &choices).unwrap_or_default();
    section.finish();
    Databases { expiring_backups }
}
