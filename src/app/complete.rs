//! Completes the command line in a shell: clap knows the options, and the settings know the names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap_complete::CompleteEnv;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;

use crate::app::help;
use crate::engine::config::{Accounts, Regions, Settings};
use crate::local::{include, nearest};

/// The variable by which a completion script asks. It is not clap's own, which other programs have, too.
const VARIABLE: &str = "IDLE_REAPER_COMPLETE";

/// Answers a completion script and ends the process, if one asks.
pub(super) fn answer() {
    CompleteEnv::with_factory(help::command).var(VARIABLE).complete();
}

/// Writes the script that registers the completion in a shell.
pub(super) fn script(shell: &str, out: &mut Vec<u8>) -> std::io::Result<()> {
    let name = env!("CARGO_PKG_NAME");
    match Shells::builtins().completer(shell) {
        Some(known) => known.write_registration(VARIABLE, name, name, name, out),
        None => Err(std::io::Error::other(format!("there is no completion for `{shell}`"))),
    }
}

/// The policies' names.
pub(super) fn policies(begun: &OsStr) -> Vec<CompletionCandidate> {
    named(begun, |settings| settings.policies.iter().map(|policy| policy.name.clone()).collect())
}

/// The schedules' names.
pub(super) fn schedules(begun: &OsStr) -> Vec<CompletionCandidate> {
    named(begun, |settings| settings.schedules.keys().cloned().collect())
}

/// The accounts, if the settings list them.
pub(super) fn accounts(begun: &OsStr) -> Vec<CompletionCandidate> {
    named(begun, |settings| match &settings.scope.accounts {
        Accounts::List(ids) => ids.iter().map(ToString::to_string).collect(),
        Accounts::Organization | Accounts::Own => Vec::new(),
    })
}

/// The Regions, if the settings list them.
pub(super) fn regions(begun: &OsStr) -> Vec<CompletionCandidate> {
    named(begun, |settings| match &settings.scope.regions {
        Regions::List(regions) => regions.iter().map(ToString::to_string).collect(),
        Regions::Enabled | Regions::Own => Vec::new(),
    })
}

/// The names that begin like this. Settings that cannot be read have none: a completion has no place for an error.
fn named(begun: &OsStr, names: impl Fn(&Settings) -> Vec<String>) -> Vec<CompletionCandidate> {
    let begun = begun.to_string_lossy();
    let names = settings().map(|settings| names(&settings)).unwrap_or_default();
    names.into_iter().filter(|name| name.starts_with(&*begun)).map(CompletionCandidate::new).collect()
}

/// The settings of the command that is being written. AWS is not asked: that would take seconds for each key.
fn settings() -> Option<Settings> {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let given = words.iter().enumerate().find_map(|(n, word)| match word.as_str() {
        "-c" | "--config" => words.get(n + 1).cloned(),
        word => word.strip_prefix("--config=").map(str::to_owned),
    });
    let source = given.or_else(|| std::env::var("IDLE_REAPER_CONFIG").ok()).map(PathBuf::from);
    let nearest = || Some(nearest::find(&std::env::current_dir().ok()?).ok()?.join(nearest::NAME));
    read(&source.or_else(nearest)?)
}

fn read(file: &Path) -> Option<Settings> {
    let text = std::fs::read_to_string(file).ok()?;
    Settings::parse_with(&file.display().to_string(), &text, &|pattern| include::find(file, pattern)).ok()
}
