//! `schema`: the JSON Schema of the settings.

use super::super::args::Args;
use super::super::end::End;
use super::super::error::Error;
use super::show;
use crate::decide::settings;

/// Prints the schema.
pub fn schema(args: &Args) -> Result<End, Error> {
    show::text(args, &settings::schema())?;
    Ok(End::Done)
}
