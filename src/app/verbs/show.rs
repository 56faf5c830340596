//! Shows results: the destination, the format and the colours; and progress on a terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::app::args::List;
use crate::app::choices::Format;
use crate::app::{Args, End, Error};
use crate::engine::config::Settings;
use crate::engine::model::Locale;
use crate::engine::report::Report;
use crate::render::money::caveat_of;
use crate::render::{Page, Style, View, csv, edge, html, page, write_json, write_ndjson};

/// The destination of a result. It is opened before anything is done, so that a file that cannot be written is an error
/// before anything has happened.
pub(in crate::app) struct Show<'a> {
    args: &'a Args,
    out: Option<Out<'a>>,
}

/// The file of `--out`. It keeps its content until there is something to write.
struct Out<'a> {
    path: &'a Path,
    file: File,
    /// Whether it was created for this result, and is useless without one.
    unwritten: std::cell::Cell<bool>,
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        if self.unwritten.get() {
            let _ = std::fs::remove_file(self.path);
        }
    }
}

impl<'a> Out<'a> {
    fn open(path: &'a Path) -> io::Result<Self> {
        let (file, new) = match OpenOptions::new().write(true).create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                (OpenOptions::new().write(true).create(true).truncate(false).open(path)?, false)
            }
            file => (file?, true),
        };
        Ok(Self { path, file, unwritten: new.into() })
    }

    fn write(&self, put: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        // A pipe or a device has no length.
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.unwritten.set(false);
        let mut file = BufWriter::new(&self.file);
        put(&mut file)?;
        file.flush()
    }
}

impl<'a> Show<'a> {
    /// The same for a result that can also be a page for browsers.
    pub(super) fn page(args: &'a Args) -> Result<Self, Error> {
        if format(args) == Some(Format::Html) { Self::any(args) } else { Self::open(args) }
    }

    /// For a result that is not a list of instances: refuses the formats that only fit such a list.
    pub(super) fn open(args: &'a Args) -> Result<Self, Error> {
        if format(args) == Some(Format::Html) {
            let why = "this command makes no page for browsers; `plan`, `apply`, `undo`, `report RUN`, `schedule` and `explain` make one; use another ending of `--out`, or `--format table`, `markdown` or `json`";
            return Err(Error::Usage(why.to_owned()));
        }
        if let Some(format @ (Format::Csv | Format::Ndjson)) = format(args) {
            let name = format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
            let why = format!(
                "`{name}` lists instances, and this command has no such list; use `--format table`, `markdown` or `json`"
            );
            return Err(Error::Usage(why));
        }
        Self::any(args)
    }

    /// For a report. JSON and the page are always the whole report, so options that select from it are refused.
    pub(super) fn list(args: &'a Args, list: &List) -> Result<Self, Error> {
        let whole = List { zone: None, ..List::default() };
        let chosen = List { zone: None, reasons: list.reasons.clone(), columns: list.columns.clone(), ..*list };
        if format(args) == Some(Format::Html) && chosen != whole {
            let why = "`--all`, `--reason`, `--sort` and `--columns` choose from a list, and a page has every instance and filters of its own; leave them out";
            return Err(Error::Usage(why.to_owned()));
        }
        if format(args) == Some(Format::Json) && chosen != whole {
            let why = "`--all`, `--reason`, `--sort` and `--columns` choose from a list, and JSON is the whole report; leave them out, or use `--format ndjson`";
            return Err(Error::Usage(why.to_owned()));
        }
        Self::any(args)
    }

    /// Opens the file of `--out`, if there is one.
    pub(super) fn any(args: &'a Args) -> Result<Self, Error> {
        let open = |path: &'a Path| {
            let wrong = |source| Error::File { verb: "write", file: path.display().to_string(), source };
            Out::open(path).map_err(wrong)
        };
        Ok(Self { args, out: args.out.as_deref().map(open).transpose()? })
    }

    /// For a text that goes to standard output, whatever `--out` says.
    pub(super) fn stdout(args: &'a Args) -> Self {
        Self { args, out: None }
    }

    /// The same for a result that is always JSON.
    pub(super) fn json_only(args: &'a Args) -> Result<Self, Error> {
        if args.format.is_some_and(|asked| asked != Format::Json) {
            let why = "this command writes JSON and nothing else; leave `--format` out";
            return Err(Error::Usage(why.to_owned()));
        }
        Self::any(args)
    }

    /// The style of what goes to `--out` or to the terminal.
    pub(super) fn style(&self) -> Style {
        let stdout = io::stdout();
        let terminal = self.out.is_none() && stdout.is_terminal();
        // A file or a pipe has no width: each instance is one whole line.
        let width = terminal_width().filter(|_| terminal).or_else(columns);
        Style { colour: self.out.is_none() && colour(&stdout), width }
    }

    pub(super) fn format(&self) -> Format {
        format(self.args).unwrap_or(Format::Table)
    }

    /// Shows a report.
    pub(super) fn report(&self, report: Report, view: &View, settings: &Settings) -> Result<(), Error> {
        let report = report.shown_in(view.zone);
        // A list of rows has no place to say it.
        if report.bundled_prices.is_some() && matches!(self.format(), Format::Csv | Format::Ndjson) {
            note(&format!("note: `usd-month` is by {}", caveat_of(&report, Locale::En)));
        }
        self.read(|out| self.put(&report, view, settings, out))
    }

    /// Shows the report of a run that has acted.
    #[cfg(feature = "aws")]
    pub(super) fn report_after(&self, report: Report, view: &View, settings: &Settings, end: End) -> End {
        let report = report.shown_in(view.zone);
        self.after(end, |out| self.put(&report, view, settings, out))
    }

    /// A page, or the same as JSON, in the requested format.
    pub(super) fn rendered(&self, page: &Page, json: impl FnOnce() -> serde_json::Result<String>) -> String {
        match self.format() {
            Format::Table => page.terminal(self.style()),
            Format::Markdown => page.markdown(),
            Format::Json | Format::Csv | Format::Ndjson | Format::Html => {
                json().unwrap_or_else(|error| error.to_string()) + "\n"
            }
        }
    }

    /// Shows any text.
    pub(super) fn text(&self, text: &str) -> Result<(), Error> {
        self.read(|out| out.write_all(text.as_bytes()))
    }

    /// Shows any text of a run that has acted.
    pub(super) fn text_after(&self, text: &str, end: End) -> End {
        self.after(end, |out| out.write_all(text.as_bytes()))
    }

    /// Shows lines for a terminal, unchanged in Markdown; or the same as JSON.
    pub(super) fn lines_or(
        &self,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> serde_json::Value,
        indent: bool,
    ) -> Result<(), Error> {
        match self.format() {
            Format::Table => self.text(&text()),
            Format::Markdown => self.text(&edge::fenced(&text())),
            Format::Json | Format::Csv | Format::Ndjson | Format::Html => self.json(&json(), indent),
        }
    }

    /// Shows a value as JSON.
    pub(super) fn json(&self, value: &impl Serialize, indent: bool) -> Result<(), Error> {
        let text = edge::json(value, indent).map_err(|error| Error::Usage(error.to_string()))?;
        self.text(&(text + "\n"))
    }

    /// Whether the result is a page for browsers.
    pub(super) fn is_page(&self) -> bool {
        self.format() == Format::Html
    }

    /// Shows a page for browsers.
    pub(super) fn html(&self, page: Result<String, html::NoPage>) -> Result<(), Error> {
        self.text(&page.map_err(|error| Error::Usage(error.to_string()))?)
    }

    fn put(&self, report: &Report, view: &View, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
        match self.format() {
            Format::Table => out.write_all(page(report, view).terminal(self.style()).as_bytes()),
            Format::Json => write_json(report, true, out),
            Format::Markdown => out.write_all(page(report, view).markdown().as_bytes()),
            Format::Csv => out.write_all(csv(report, view).map_err(io::Error::other)?.as_bytes()),
            Format::Ndjson => write_ndjson(report, view, out),
            Format::Html => {
                let options = html::Options { zone: view.zone, ..html::Options::of(settings) };
                let page = html::of_report(report, &options).map_err(io::Error::other)?;
                out.write_all(page.as_bytes())
            }
        }
    }

    /// Shows the result of a command that changed nothing. If the reader has closed the pipe, as `head` does, this is
    /// not an error.
    fn read(&self, put: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        match self.write(put) {
            Err(Error::File { source, .. }) if self.out.is_none() && source.kind() == ErrorKind::BrokenPipe => Ok(()),
            shown => shown,
        }
    }

    /// Shows what was done. A failure to show it is not an error, because an error means that nothing was done.
    fn after(&self, end: End, put: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> End {
        match self.write(put) {
            Ok(()) => end,
            Err(error) => {
                note(&format!("the run has ended, and its result cannot be shown: {}", error.chain()));
                End::Degraded
            }
        }
    }

    fn write(&self, put: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let (written, file) = match &self.out {
            Some(out) => (out.write(put), out.path.display().to_string()),
            None => {
                let mut stdout = BufWriter::new(io::stdout().lock());
                (put(&mut stdout).and_then(|()| stdout.flush()), "standard output".to_owned())
            }
        };
        if written.is_ok() && self.out.is_some() {
            note(&format!("written to {file}"));
        }
        written.map_err(|source| Error::File { verb: "write", file, source })
    }
}

/// The requested format; otherwise the format of the file's extension.
fn format(args: &Args) -> Option<Format> {
    let by_name = |path: &Path| match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Some(Format::Json),
        Some("md") => Some(Format::Markdown),
        Some("csv") => Some(Format::Csv),
        Some("ndjson" | "jsonl") => Some(Format::Ndjson),
        Some("html" | "htm") => Some(Format::Html),
        _ => None,
    };
    args.format.or_else(|| args.out.as_deref().and_then(by_name))
}

/// Whether a stream wants colours: a terminal, without `NO_COLOR`.
fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn columns() -> Option<u16> {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
}

fn terminal_width() -> Option<u16> {
    columns().or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0))
}

/// Prints a note besides the result. If it cannot be written, the run continues: `eprintln!` would panic.
pub(crate) fn note(text: &str) {
    aside(&edge::plain_lines(text));
}

/// The same for a rendering, whose colours stay.
pub(super) fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Shows the progress of a scan, on a terminal only.
pub(super) fn progress(done: usize, total: usize) {
    let mut stderr = io::stderr();
    if stderr.is_terminal() && total > 1 {
        let end = if done == total { "\r\u{1b}[K" } else { "" };
        let _ = write!(stderr, "\rscanned {done} of {total} targets{end}").and_then(|()| stderr.flush());
    }
}
