//! The prices of a run over a saved inventory.

use std::path::Path;

use crate::engine::config::{Place, Settings};
use crate::engine::model::RecordKey;
use crate::local::folder::Folder;
use crate::ports::{Entry, PortError, ReadRecord};

/// The price file as the record of a run over an inventory, which reads nothing else.
#[derive(Clone, Debug)]
pub struct PriceFile {
    folder: Folder,
    key: RecordKey,
}

impl PriceFile {
    /// The file that `settings` name: in the record if that is a folder, otherwise in the working directory.
    pub fn of(settings: &Settings) -> Option<Self> {
        let folder = match &settings.run.record {
            Some(Place::Folder(path)) => Folder::new(path),
            Some(Place::S3 { .. }) | None => Folder::new(Path::new("")),
        };
        settings.money.price_file.clone().map(|key| Self { folder, key })
    }
}

impl ReadRecord for PriceFile {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        if key == self.key.as_str() { self.folder.read(key).await } else { Ok(None) }
    }

    async fn read_since(&self, _: &str, _: &str) -> Result<Vec<Entry>, PortError> {
        Ok(Vec::new())
    }
}
