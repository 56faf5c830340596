//! `generate`: files about the program itself: the JSON Schema of the settings, the manual page, completion scripts.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use crate::app::choices::Generated;
use crate::app::verbs::Show;
use crate::app::{Args, End, Error, complete, help};
use crate::engine::config;

/// Prints the file.
pub(crate) fn generate(args: &Args, what: Generated) -> Result<End, Error> {
    let mut text = Vec::new();
    let written = match what {
        Generated::Schema => text.write_all(config::schema().as_bytes()),
        Generated::Man => manual(&mut text),
        Generated::Bash => complete::script("bash", &mut text),
        Generated::Elvish => complete::script("elvish", &mut text),
        Generated::Fish => complete::script("fish", &mut text),
        Generated::Powershell => complete::script("powershell", &mut text),
        Generated::Zsh => complete::script("zsh", &mut text),
    };
    written.map_err(|error| Error::Usage(error.to_string()))?;
    Show::open(args)?.text(&String::from_utf8_lossy(&text))?;
    Ok(End::Done)
}

/// The manual page: one for all verbs, because separate pages would have to be installed one by one.
fn manual(out: &mut Vec<u8>) -> io::Result<()> {
    let command = help::command();
    let verbs: Vec<Command> = command.get_subcommands().filter(|verb| verb.get_name() != "help").cloned().collect();
    let page = Man::new(command);
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    for verb in verbs {
        writeln!(out, ".SH \"idle-reaper {}\"", verb.get_name())?;
        // Options that every verb takes are listed once, under OPTIONS.
        let its_own = Man::new(verb.mut_args(|arg| {
            let general = arg.is_global_set() || arg.get_id() == "help";
            if general { arg.hide(true) } else { arg }
        }));
        without_heading(out, |section| its_own.render_description_section(section))?;
        without_heading(out, |section| its_own.render_synopsis_section(section))?;
        without_heading(out, |section| its_own.render_options_section(section))?;
        without_heading(out, |section| its_own.render_extra_section(section))?;
    }
    page.render_extra_section(out)?;
    page.render_version_section(out)
}

/// A section's text as a paragraph of the section before it.
fn without_heading(out: &mut Vec<u8>, render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut section = Vec::new();
    render(&mut section)?;
    for line in String::from_utf8_lossy(&section).lines() {
        out.extend_from_slice(if line.starts_with(".SH") { b".PP" } else { line.as_bytes() });
        out.push(b'\n');
    }
    Ok(())
}
