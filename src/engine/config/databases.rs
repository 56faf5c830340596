//! `[databases]`: what is special about databases. Which have hours is said by the policies.

use crate::engine::config::reader::Section;
use crate::engine::model::named;

/// `[databases]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Databases {
    /// What happens to a cluster whose backups would expire while it is stopped.
    pub expiring_backups: ExpiringBackups,
}

named! {
    /// What happens to a cluster whose backups would expire while it is stopped.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum ExpiringBackups {
        /// It is skipped.
        #[default]
        Skip = "skip",
        /// The rule does not apply.
        Ignore = "ignore",
    }
}

pub(crate) fn read(section: &Section<'_>) -> Databases {
    Databases { expiring_backups: section.one_of("expiring-backups", ExpiringBackups::ALL).unwrap_or_default() }
}
