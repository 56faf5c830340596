//! `man`: the manual page. One page for all verbs, because separate pages would have to be installed one by one.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use crate::app::verbs::Show;
use crate::app::{Args, End, Error, help};

/// Prints the page.
pub(crate) fn man(args: &Args) -> Result<End, Error> {
    let mut page = Vec::new();
    let wrong = |source| Error::File { verb: "write", file: "the manual page".to_owned(), source };
    whole(&mut page).map_err(wrong)?;
    Show::open(args)?.text(&String::from_utf8_lossy(&page))?;
    Ok(End::Done)
}

fn whole(out: &mut Vec<u8>) -> io::Result<()> {
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
