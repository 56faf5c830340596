//! A record in a folder: the same keys as in a bucket.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::ports::{Entry, PortError, ReadRecord, WriteRecord};

/// A folder that holds a record.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The record in `path`; the folder is made when something is written.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn at(&self, key: &str) -> PathBuf {
        self.0.join(key)
    }

    /// Writes `key` whole: into a file beside it, then renamed, so that no reader sees half of it.
    ///
    /// # Errors
    /// [`PortError`] when the folder cannot be written.
    pub fn write(&self, key: &str, text: &str) -> Result<String, PortError> {
        let path = self.at(key);
        let draft = path.with_extension("draft");
        let write = || -> io::Result<()> {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&draft, text)?;
            fs::rename(&draft, &path)
        };
        write().map_err(|error| wrong("write", &path, &error))?;
        Ok(path.display().to_string())
    }

    /// Creates `key`, or answers what stands there already.
    ///
    /// # Errors
    /// [`PortError`] when the folder cannot be written.
    pub fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        let path = self.at(key);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| wrong("make", parent, &error))?;
        }
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(|error| wrong("write", &path, &error))?;
                Ok(None)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::read_to_string(&path).map(Some).map_err(|error| wrong("read", &path, &error))
            }
            Err(error) => Err(wrong("create", &path, &error)),
        }
    }

    /// Replaces `key` if it still says `old`; whether it did. The old file is moved away first, which only one of
    /// several can do.
    ///
    /// # Errors
    /// [`PortError`] when the folder cannot be written.
    pub fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        let path = self.at(key);
        let aside = path.with_extension(format!("void-{}", std::process::id()));
        match fs::rename(&path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(wrong("move", &path, &error)),
            Ok(()) => {}
        }
        let found = fs::read_to_string(&aside).map_err(|error| wrong("read", &aside, &error))?;
        fs::remove_file(&aside).map_err(|error| wrong("remove", &aside, &error))?;
        let mine = found == old;
        // What somebody else has written meanwhile is put back, unless a third one was faster.
        let created = self.create(key, if mine { new } else { &found })?;
        Ok(mine && created.is_none())
    }

    /// Reads `key`; `None` where it is not there.
    ///
    /// # Errors
    /// [`PortError`] when it is there and cannot be read.
    pub fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        let path = self.at(key);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong("read", &path, &error)),
        }
    }

    /// Removes `key`; it is no error if it is gone.
    ///
    /// # Errors
    /// [`PortError`] when it cannot be removed.
    pub fn remove(&self, key: &str) -> Result<(), PortError> {
        let path = self.at(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(wrong("remove", &path, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The texts of every file under `folder` whose path beneath it begins at `from` or after it, by path.
    ///
    /// # Errors
    /// [`PortError`] when a file cannot be read. A folder that is not there holds nothing.
    pub fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
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
                } else {
                    let text = fs::read_to_string(&entry).map_err(|error| wrong("read", &entry, &error))?;
                    entries.push((beneath, text));
                }
            }
        }
        entries.sort();
        Ok(entries)
    }
}

impl ReadRecord for Folder {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        self.read(key)
    }

    async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        self.read_since(folder, from)
    }
}

impl WriteRecord for Folder {
    async fn write(&self, key: &str, text: &str) -> Result<String, PortError> {
        self.write(key, text)
    }

    async fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        self.create(key, text)
    }

    async fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        self.swap(key, old, new)
    }

    async fn remove(&self, key: &str) -> Result<(), PortError> {
        self.remove(key)
    }
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
