//! What the binary prints about itself: completions and the manual page.

use std::process::{Command, Output};

use clap::CommandFactory;
use idle_reaper::entry::Args;

/// Runs the binary with a clean environment and answers its standard output.
fn printed(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_idle-reaper")).env_clear().args(arguments).output().unwrap();
    assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn verbs() -> Vec<String> {
    Args::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

#[test]
fn every_verb_stands_in_the_help_in_one_line() {
    let help = printed(&["--help"]);
    for verb in verbs() {
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("{verb} ")));
        assert!(line.is_some_and(|line| line.trim().len() > verb.len() + 10), "{verb} in {help}");
    }
    assert!(Args::command().get_subcommands().all(|verb| !verb.is_hide_set()));
}

#[test]
fn bash_completes_every_verb_and_the_other_shells_have_their_scripts() {
    let bash = printed(&["completions", "bash"]);
    for verb in verbs() {
        assert!(bash.contains(&format!("idle__reaper,{verb})")), "bash does not know {verb}");
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        assert!(verbs().iter().all(|verb| script.contains(verb.as_str())), "{shell}");
    }
}

#[test]
fn the_manual_page_describes_every_verb_with_its_own_options_and_the_exit_codes() {
    let page = printed(&["man"]);
    for verb in verbs() {
        assert!(page.contains(&format!(".SH \"idle-reaper {verb}\"")), "the page leaves {verb} out");
    }
    assert_eq!(page.matches(".TH ").count(), 1);
    assert_eq!(page.matches("\\-\\-inventory\\fR \\fI").count(), 1, "the options of all verbs stand once");
    for part in ["\\-\\-detailed\\-exitcode", "\\-\\-run\\fR", "Exit codes"] {
        assert!(page.contains(part), "the page leaves {part} out");
    }
}
