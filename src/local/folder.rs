//! A record in a folder, with the same keys as in a bucket.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};

use crate::local::packed;
use crate::ports::{Entry, PortError, ReadRecord, WriteRecord};

/// A folder that holds a record.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The record in `path`. The folder is created at the first write.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn at(&self, key: &str) -> PathBuf {
        self.0.join(key)
    }

    /// Reads `key`; `None` where it does not exist.
    fn find(&self, key: &str) -> Result<Option<String>, PortError> {
        let path = self.at(key);
        match text(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong("read", &path, &error)),
        }
    }

    /// Waits until no other process creates or swaps a file of this record. The operating system releases the lock when
    /// this process ends, even if it is killed.
    fn alone(&self) -> Result<File, PortError> {
        let path = self.at(GUARD);
        let guard = || -> io::Result<File> {
            folder(&self.0)?;
            let file = private().create(true).truncate(false).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        guard().map_err(|error| wrong("lock", &path, &error))
    }

    /// Whether the folder can be written, or made.
    ///
    /// # Errors
    /// [`PortError`] when it cannot.
    pub fn check(&self) -> Result<(), PortError> {
        let there = self.0.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
        let draft = there.join(format!(".doctor-{}.{DRAFT}", std::process::id()));
        let tried = private().create_new(true).open(&draft).and_then(|_| fs::remove_file(&draft));
        tried.map_err(|error| wrong("write", &self.0, &error))
    }
}

impl ReadRecord for Folder {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        self.find(key)
    }

    /// The time by the clock of the file system, which several machines may share.
    async fn now(&self) -> Option<DateTime<Utc>> {
        let guard = self.alone().ok()?;
        let _ = guard.set_len(0).and_then(|()| (&guard).write_all(b"\n")); // a write updates the file's time
        guard.metadata().ok()?.modified().ok().map(Into::into)
    }

    /// The texts of all files in `folder` whose path in it is `from` or sorts after it, by path.
    async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        let root = self.at(folder);
        let mut entries = Vec::new();
        let mut open = vec![root.clone()];
        while let Some(path) = open.pop() {
            for entry in listing(&path)? {
                let beneath = entry.strip_prefix(&root).unwrap_or(&entry).to_string_lossy().into_owned();
                if *beneath < *from {
                    continue;
                }
                if entry.is_dir() {
                    open.push(entry);
                } else if entry.extension().is_none_or(|ending| ending != DRAFT) {
                    let text = text(&entry).map_err(|error| wrong("read", &entry, &error))?;
                    entries.push((beneath, text));
                }
            }
        }
        entries.sort();
        Ok(entries)
    }
}

impl WriteRecord for Folder {
    /// Writes `key` atomically: into a file next to it, which is then renamed, so that no reader finds half of it.
    async fn write_bytes(&self, key: &str, bytes: Vec<u8>) -> Result<String, PortError> {
        let path = self.at(key);
        put(&path, &bytes).map_err(|error| wrong("write", &path, &error))?;
        Ok(path.display().to_string())
    }

    /// Creates `key`, or returns the text that it already has.
    async fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        let path = self.at(key);
        let _alone = self.alone()?;
        if let Some(there) = self.find(key)? {
            return Ok(Some(there));
        }
        put(&path, text.as_bytes()).map_err(|error| wrong("create", &path, &error))?;
        Ok(None)
    }

    /// Replaces `key` if it still contains `old`. Returns whether it did. The file is complete before and after, even
    /// if the process is killed.
    async fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        let path = self.at(key);
        let _alone = self.alone()?;
        if self.find(key)?.is_none_or(|there| there != old) {
            return Ok(false);
        }
        put(&path, new.as_bytes()).map_err(|error| wrong("write", &path, &error))?;
        Ok(true)
    }

    /// Removes `key`. It is not an error if it does not exist.
    async fn remove(&self, key: &str) -> Result<(), PortError> {
        let path = self.at(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(wrong("remove", &path, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The file that is locked to create or swap another file.
const GUARD: &str = ".guard";

/// The extension of an incomplete file.
const DRAFT: &str = "draft";

/// The number of drafts of this process, so that no two have the same name.
static DRAFTS: AtomicUsize = AtomicUsize::new(0);

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        folder(parent)?;
    }
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.{DRAFT}", std::process::id()));
    private().create(true).truncate(true).open(&draft)?.write_all(bytes)?;
    fs::rename(&draft, path)
}

/// A record contains who has which machines, and what they cost. Only its owner may read it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn text(path: &Path) -> io::Result<String> {
    fs::read(path).map(packed::text)
}

fn listing(path: &Path) -> Result<Vec<PathBuf>, PortError> {
    let listing = match fs::read_dir(path) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong("read", path, &error)),
    };
    listing.map(|entry| entry.map(|entry| entry.path()).map_err(|error| wrong("read", path, &error))).collect()
}

fn wrong(verb: &str, path: &Path, error: &io::Error) -> PortError {
    PortError(format!("cannot {verb} `{}`: {error}", path.display()))
}
