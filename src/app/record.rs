//! Opens the record of the settings, for commands that need it and no account.

use std::path::Path;

use crate::app::Error;
use crate::engine::config::{Place, Settings};
use crate::local::folder::Folder;

/// The record, in S3 or in a folder.
#[cfg(feature = "aws")]
pub(super) type Record = crate::aws::AwsHub;

/// The record, in a folder.
#[cfg(not(feature = "aws"))]
pub(super) type Record = Folder;

/// Opens the record; `None` where the settings have none. One in a folder needs no AWS at all.
pub(super) async fn open(settings: &Settings) -> Result<Option<Record>, Error> {
    match &settings.run.record {
        None => Ok(None),
        Some(Place::Folder(folder)) => Ok(Some(in_folder(folder))),
        Some(Place::S3 { .. }) => in_s3(settings).await.map(Some),
    }
}

/// The same for a command that cannot do without.
pub(super) async fn needed(settings: &Settings, for_what: &str) -> Result<Record, Error> {
    let none = || Error::Usage(format!("the settings have no `record` that could {for_what}"));
    open(settings).await?.ok_or_else(none)
}

#[cfg(feature = "aws")]
fn in_folder(folder: &Path) -> Record {
    Record::of_folder(Folder::new(folder))
}

#[cfg(not(feature = "aws"))]
fn in_folder(folder: &Path) -> Record {
    Folder::new(folder)
}

with_aws! {
    "this build leaves AWS out, and the settings' record is in S3";

    async fn in_s3(settings: &Settings) -> Result<Record, Error> {
        Ok(Record::new(&crate::app::load::aws().await?, settings))
    }
}
