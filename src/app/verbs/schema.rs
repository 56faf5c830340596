//! `schema`: the JSON Schema of the settings.

use crate::app::args::Args;
use crate::app::end::End;
use crate::app::error::Error;
use crate::app::verbs::show::Show;
use crate::engine::config;

/// Prints the schema.
pub(crate) fn schema(args: &Args) -> Result<End, Error> {
    Show::json_only(args)?.text(&config::schema())?;
    Ok(End::Done)
}
