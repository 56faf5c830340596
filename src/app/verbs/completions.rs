//! `completions`: a shell completion script.

use clap_complete::Shell;

use crate::app::args::Args;
use crate::app::end::End;
use crate::app::error::Error;
use crate::app::help;
use crate::app::verbs::show::Show;

/// Prints the script.
pub(crate) fn completions(args: &Args, shell: Shell) -> Result<End, Error> {
    let mut command = help::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    Show::open(args)?.text(&String::from_utf8_lossy(&script))?;
    Ok(End::Done)
}
