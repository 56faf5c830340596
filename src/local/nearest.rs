//! The settings file of a command line that names none: in the current folder, or in the nearest folder above it, as git
//! and cargo find theirs.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file's name.
pub const NAME: &str = "reaper.toml";

/// The nearest folder, from `here` upwards, with a file of this name. The search ends at the edge of the file system.
///
/// # Errors
/// The folders that were searched, in backticks.
pub fn find(here: &Path) -> Result<PathBuf, String> {
    let mut searched = Vec::new();
    for folder in here.ancestors().take_while(|folder| same_file_system(here, folder)) {
        match folder.join(NAME).symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => searched.push(format!("`{}`", folder.display())),
            // A link to nothing, or a file that cannot be read, is the caller's all the same: others further up are not.
            Ok(_) | Err(_) => return Ok(folder.to_owned()),
        }
    }
    Err(searched.join(", "))
}

/// Whether both folders are on one file system. Above a mount point, the files may be another user's.
#[cfg(unix)]
fn same_file_system(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| path.metadata().map(|found| found.dev()).ok();
    device(one) == device(other)
}

#[cfg(not(unix))]
fn same_file_system(_: &Path, _: &Path) -> bool {
    true
}
