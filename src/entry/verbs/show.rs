//! Shows results: where, in which rendering, in colour or not; and progress, where somebody looks on.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use super::super::args::{Args, Format};
use super::super::error::Error;
use crate::decide::report::Report;
use crate::render::{Style, markdown, table, write_json};

/// Whether a stream wants colours: a terminal, without `NO_COLOR`.
pub fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The style of what goes to `--out` or to the terminal.
pub fn style(args: &Args) -> Style {
    let stdout = io::stdout();
    let terminal = args.out.is_none() && stdout.is_terminal();
    // A file or a pipe has no width of its own; without any, one long cause would make every line as long.
    let width = terminal_width().filter(|_| terminal).or_else(columns).or(Some(160));
    Style { colour: args.out.is_none() && colour(&stdout), width }
}

fn columns() -> Option<u16> {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
}

fn terminal_width() -> Option<u16> {
    columns().or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0))
}

/// The rendering that is asked for; for a file whose name tells, that one.
pub fn format(args: &Args) -> Format {
    let by_name = |path: &Path| match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Some(Format::Json),
        Some("md") => Some(Format::Markdown),
        _ => None,
    };
    args.format.or_else(|| args.out.as_deref().and_then(by_name)).unwrap_or(Format::Table)
}

/// Shows a report.
pub fn report(args: &Args, report: &Report) -> Result<(), Error> {
    match format(args) {
        Format::Table => text(args, &table(report, style(args))),
        Format::Json => to(args, |out| write_json(report, out)),
        Format::Markdown => text(args, &markdown(report)),
    }
}

/// Shows any text: on the terminal, or in the file of `--out`.
pub fn text(args: &Args, text: &str) -> Result<(), Error> {
    to(args, |out| out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Hands `show` what it writes to: the terminal, or the file of `--out`.
fn to(args: &Args, show: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let Some(path) = &args.out else {
        // A reader that has gone away, such as `head`, is no error.
        let _ = show(&mut BufWriter::new(io::stdout().lock()));
        return Ok(());
    };
    let wrong = |source| Error::File { verb: "write", file: path.display().to_string(), source };
    File::create(path).and_then(|file| show(&mut BufWriter::new(file))).map_err(wrong)?;
    eprintln!("written to {}", path.display());
    Ok(())
}

/// Tells how far a look has come, on a terminal only.
pub fn progress(done: usize, total: usize) {
    let mut stderr = io::stderr();
    if stderr.is_terminal() && total > 1 {
        let end = if done == total { "\r\u{1b}[K" } else { "" };
        let _ = write!(stderr, "\rlooking: {done} of {total} targets{end}").and_then(|()| stderr.flush());
    }
}
