//! `completions`: a shell completion script.

use clap_complete::Shell;

use crate::app::complete::script;
use crate::app::verbs::Show;
use crate::app::{Args, End, Error};

/// Prints the script.
pub(crate) fn completions(args: &Args, shell: Shell) -> Result<End, Error> {
    let script = script(&shell.to_string()).map_err(|error| Error::Usage(error.to_string()))?;
    Show::open(args)?.text(&String::from_utf8_lossy(&script))?;
    Ok(End::Done)
}
