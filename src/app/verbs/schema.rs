//! `schema`: the JSON Schema of the settings.

use crate::app::verbs::Show;
use crate::app::{Args, End, Error};
use crate::engine::config;

/// Prints the schema.
pub(crate) fn schema(args: &Args) -> Result<End, Error> {
    Show::json_only(args)?.text(&config::schema())?;
    Ok(End::Done)
}
