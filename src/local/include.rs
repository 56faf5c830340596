//! The files that settings include, in and below the folder of the settings.

use std::path::{Path, PathBuf};
use std::{fs, io};

use wildmatch::WildMatch;

use crate::engine::config::Included;

/// The files that `pattern` names, relative to the folder of the file `settings`.
///
/// # Errors
/// Why there are none, to stand behind the pattern.
pub fn find(settings: &Path, pattern: &str) -> Result<Vec<Included>, String> {
    let base = settings.parent().unwrap_or(Path::new(""));
    let inside = Inside::new(base, settings).map_err(|error| format!("cannot be found: {error}"))?;
    let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let (folder, glob) = (base.join(folder), WildMatch::new(name));
    let unreadable = |error: io::Error| format!("cannot be read: `{}`: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(or_current(&folder)).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.file_name();
        let text = file.to_string_lossy();
        // As in a shell, an editor's hidden copy is not meant.
        if glob.matches(&text) && text.starts_with('.') == name.starts_with('.') {
            files.push(inside.read(&folder.join(&file))?);
        }
    }
    if files.is_empty() { Err("matches no file".to_owned()) } else { Ok(files) }
}

/// No folder has an empty name: that is the current one.
fn or_current(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// The folder of the settings.
struct Inside {
    folder: PathBuf,
    settings: PathBuf,
}

impl Inside {
    fn new(base: &Path, settings: &Path) -> io::Result<Self> {
        Ok(Self { folder: or_current(base).canonicalize()?, settings: settings.canonicalize()? })
    }

    /// Reads a file, unless a link leads out of the folder: whoever may change the folder of the settings alone decides what
    /// is stopped.
    fn read(&self, path: &Path) -> Result<Included, String> {
        let name = path.display().to_string();
        let unreadable = |error: io::Error| format!("cannot be read: `{name}`: {error}");
        let real = path.canonicalize().map_err(unreadable)?;
        if !real.starts_with(&self.folder) {
            return Err(format!("leads out of the folder of the settings: `{name}` is `{}`", real.display()));
        }
        if real == self.settings {
            return Err(format!("names the settings themselves, `{name}`; put the others into a folder of their own"));
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        Ok(Included { name, text })
    }
}
