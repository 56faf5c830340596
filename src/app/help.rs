//! The parts of each verb's help besides its own options: the general options that apply to it, and examples.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, Error};
use serde::Deserialize;

use crate::app::Args;

/// One verb.
#[derive(Deserialize)]
struct Page {
    verb: String,
    /// The general options that apply to it. The others are not in its help, and are refused.
    takes: Vec<String>,
    /// The arguments after `idle-reaper`.
    examples: Vec<String>,
}

/// The pages, in the order of the verbs. A test reads them, so that they are never empty.
static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let pages: BTreeMap<String, Vec<Page>> = toml::from_str(include_str!("help.toml")).unwrap_or_default();
    pages.into_values().flatten().collect()
});

/// The command line, with the help of every verb.
pub(super) fn command() -> Command {
    let mut command = Args::command();
    // Before the build, the verbs lack the general options that are to be hidden.
    command.build();
    for page in PAGES.iter() {
        let general = hidden(&command, page);
        command = command.mut_subcommand(&page.verb, |verb| {
            let is_hidden = |arg: &Arg| general.iter().any(|id| arg.get_id() == id.as_str());
            verb.after_help(examples(page)).mut_args(|arg| match arg {
                arg if is_hidden(&arg) => arg.hide(true),
                arg if page.verb == "start-stopped" && arg.get_id() == "accounts" => {
                    arg.help("The account of your credentials, by its id")
                }
                arg => arg,
            })
        });
    }
    command
}

/// Parses the command line.
///
/// # Errors
/// Help, a version, or a parse error, as clap prints it.
pub(super) fn parse(words: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Args, Error> {
    let mut command = command();
    let found = command.try_get_matches_from_mut(words)?;
    refuse(&mut command, &found)?;
    clap::FromArgMatches::from_arg_matches(&found)
}

/// Refuses a general option that does not apply to the verb. An ignored option would look as if it had an effect.
fn refuse(command: &mut Command, found: &ArgMatches) -> Result<(), Error> {
    let Some((verb, given)) = found.subcommand() else { return Ok(()) };
    let Some(page) = PAGES.iter().find(|page| page.verb == verb) else { return Ok(()) };
    let written = |id: &&String| given.value_source(id) == Some(ValueSource::CommandLine);
    let hidden = hidden(command, page);
    let Some(id) = hidden.iter().find(written) else { return Ok(()) };
    let long = command.get_arguments().find(|arg| arg.get_id() == id.as_str()).and_then(|arg| arg.get_long());
    let option = long.unwrap_or(id);
    let why =
        format!("`{verb}` has no option `--{option}`; leave `--{option}` out, or see `idle-reaper {verb} --help`");
    Err(command.error(ErrorKind::UnknownArgument, why))
}

/// The ids of the general options that do not apply to a verb.
fn hidden(command: &Command, page: &Page) -> Vec<String> {
    let general = command.get_arguments().filter(|arg| arg.is_global_set()).map(|arg| arg.get_id().as_str());
    general.filter(|id| *id != "help" && !page.takes.iter().any(|takes| takes == id)).map(str::to_owned).collect()
}

fn examples(page: &Page) -> String {
    let lines = page.examples.iter().map(|example| format!("\n  idle-reaper {example}"));
    format!("Examples:{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Args, Error> {
        let words = line.split('\'').enumerate().flat_map(|(n, part)| match n % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        parse(std::iter::once("idle-reaper".to_owned()).chain(words).map(Into::into))
    }

    #[test]
    fn every_verb_has_a_page_and_examples_that_are_commands_of_it() {
        let verbs: Vec<String> = command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        assert_eq!(verbs[0], "help", "which needs no page");
        assert_eq!(verbs[1..], PAGES.iter().map(|page| page.verb.clone()).collect::<Vec<_>>());
        for page in PAGES.iter() {
            assert!(!page.examples.is_empty(), "{}", page.verb);
            for example in &page.examples {
                assert!(example.split(' ').any(|word| word == page.verb), "{example}");
                assert!(read(example).is_ok(), "{example}: {}", read(example).expect_err("it is refused"));
            }
        }
    }

    #[test]
    fn what_a_verb_takes_is_a_general_option() {
        let command = command();
        for id in PAGES.iter().flat_map(|page| &page.takes) {
            assert!(command.get_arguments().any(|arg| arg.get_id() == id.as_str() && arg.is_global_set()), "{id}");
        }
    }

    #[test]
    fn an_option_that_does_not_apply_is_not_in_the_help_and_is_refused_wherever_it_stands() {
        for line in ["check -a x", "-a x check", "apply --inventory x", "undo r --inventory x", "generate man -f json"]
        {
            let refused = read(line).expect_err(line).to_string();
            assert!(refused.contains(" has no option `--"), "{line}: {refused}");
        }
        let help = |verb: &str| command().find_subcommand_mut(verb).unwrap().render_help().to_string();
        assert!(help("plan").contains("-a, --account") && !help("check").contains("--account"));
        assert!(help("start-stopped").contains("by its id") && !help("start-stopped").contains("by id or name"));
        assert!(!help("generate").contains("--config") && help("generate").contains("-o, --out"));
    }
}
