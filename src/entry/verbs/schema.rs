//! `schema`: the JSON Schema of the settings.

use super::super::args::{Args, Format};
use super::super::end::End;
use super::super::error::Error;
use super::show::Show;
use crate::decide::settings;

/// Prints the schema.
pub fn schema(args: &Args) -> Result<End, Error> {
    Show::only(args, Some(Format::Json), "JSON")?.text(&settings::schema())?;
    Ok(End::Done)
}
