//! The request of a check-up: `{"mode":"doctor"}`, with accounts and Regions where it is narrowed.

use serde::Deserialize;

use crate::engine::request::{RequestInvalid, Scope, present};

#[derive(Deserialize)]
#[serde(tag = "mode", rename_all = "kebab-case", deny_unknown_fields)]
enum Raw {
    Doctor {
        #[serde(default, deserialize_with = "present")]
        accounts: Option<Vec<String>>,
        #[serde(default, deserialize_with = "present")]
        regions: Option<Vec<String>>,
    },
}

/// What a check-up is asked for.
///
/// # Errors
/// [`RequestInvalid`] for a field that a check-up does not have.
pub(crate) fn parse(text: &str) -> Result<Scope, RequestInvalid> {
    let raw = serde_json::from_str(text).map_err(|error| RequestInvalid::NotADoctor(error.to_string()))?;
    let Raw::Doctor { accounts, regions } = raw;
    Ok(Scope { accounts, regions, ..Scope::default() })
}
