//! Reviewed plans: their location, as given by the caller, and their content.

use std::path::PathBuf;
use std::str::FromStr;

use crate::app::{Error, load, record};
use crate::engine::config::Settings;
use crate::engine::model::RecordKey;
use crate::engine::plan::Plan;
use crate::engine::report::past::reviewed;
use crate::engine::request::RequestInvalid;
use crate::ports::ReadRecord;
use crate::run::Error as RunError;

/// The prefix of a plan in the record.
const RECORD: &str = "record:";

/// Where a reviewed plan is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewedAt {
    /// In a file.
    File(PathBuf),
    /// In the record of the settings.
    Record(RecordKey),
}

impl FromStr for ReviewedAt {
    type Err = RequestInvalid;

    fn from_str(text: &str) -> Result<Self, RequestInvalid> {
        match text.strip_prefix(RECORD) {
            Some(key) => Ok(Self::Record(RecordKey::parse(key)?)),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl ReviewedAt {
    /// Reads the plan.
    ///
    /// # Errors
    /// Where it does not exist, or is not a plan.
    pub async fn read(&self, settings: &Settings) -> Result<Plan, Error> {
        match self {
            Self::File(path) => {
                let wrong = |source| Error::Reviewed { from: path.display().to_string(), source };
                reviewed(&load::file(path)?).map_err(wrong)
            }
            Self::Record(key) => {
                let none = || format!("the settings have no `record`, in which `{}` could be", key.as_str());
                in_record(&record::open(settings).await?.ok_or_else(|| Error::Refused(none()))?, key).await
            }
        }
    }
}

/// Reads a reviewed plan from the record.
///
/// # Errors
/// [`Error::Refused`] where it does not exist.
pub(super) async fn in_record(hub: &impl ReadRecord, key: &RecordKey) -> Result<Plan, Error> {
    let key = key.as_str();
    let Some(text) = hub.read(key).await.map_err(RunError::Record)? else {
        let why =
            format!("the record has no `{key}`; put there what `idle-reaper plan --out FILE` wrote, then try again");
        return Err(Error::Refused(why));
    };
    reviewed(&text).map_err(|source| Error::Reviewed { from: format!("{RECORD}{key}"), source })
}
