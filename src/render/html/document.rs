//! A page as data, and its markup, which is in `page.html`. The page loads nothing and sends nothing: a content security
//! policy allows its own style and script by their hashes, and nothing else.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::engine::model::Locale;
use crate::render::catalogue::environment as template_environment;
use crate::render::html::escape::{hash, text};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The hashes of style and script.
static HASHES: LazyLock<[String; 2]> = LazyLock::new(|| [STYLE, SCRIPT].map(hash));

/// A page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Document {
    pub(super) title: String,
    /// What matters most, in a sentence.
    pub(super) headline: String,
    pub(super) lines: Vec<Cell>,
    pub(super) blocks: Vec<Block>,
    pub(super) every: Option<Every>,
    /// How the run is found again.
    pub(super) found_by: Vec<(String, Cell)>,
}

/// A part of a page.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(super) enum Block {
    Table(Table),
    Tiles { tiles: Vec<Tile>, note: Option<String> },
    Charts { heading: String, charts: Vec<Chart> },
    Heat(Heat),
    List { heading: String, lines: Vec<String> },
}

/// A table. The first cell of each row is its heading.
#[derive(Debug, Default, Serialize)]
pub(super) struct Table {
    pub(super) class: &'static str,
    pub(super) heading: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many rows stay where the script has a list of all, and what that list then shows.
    pub(super) most: Option<(usize, &'static str)>,
    /// What is said of the rows that are missing: with that list, and without.
    pub(super) further: [Option<String>; 2],
    pub(super) notes: Vec<String>,
}

/// The heading of a column: `n` for numbers, `w` for what narrow screens leave out.
#[derive(Debug, Serialize)]
pub(super) struct Head(pub(super) String, pub(super) &'static str);

/// The content of a cell.
#[derive(Debug, Default, Serialize)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Where the text leads.
    pub(super) href: Option<String>,
    /// An id behind it.
    pub(super) code: Option<String>,
    /// What stands behind it in small print.
    pub(super) small: Option<String>,
    /// It is a tag of this class.
    pub(super) tag: Option<String>,
    /// A bar of this many per cent below it, and its class.
    pub(super) bar: Option<(String, &'static str)>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// A figure with its label.
#[derive(Debug, Serialize)]
pub(super) struct Tile {
    pub(super) class: &'static str,
    pub(super) label: String,
    pub(super) figure: String,
    pub(super) about: Vec<String>,
}

/// Bars.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    pub(super) heading: String,
    pub(super) bars: Vec<Bar>,
}

/// One bar: its label, its figure as text, and its width in per cent.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) figure: String,
    pub(super) width: String,
}

/// A map of days and hours.
#[derive(Debug, Serialize)]
pub(super) struct Heat {
    pub(super) heading: String,
    pub(super) about: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) days: Vec<HeatRow>,
    /// Whether it has numbers, and signs.
    pub(super) counted: bool,
    pub(super) events: bool,
}

/// One day of it.
#[derive(Debug, Serialize)]
pub(super) struct HeatRow {
    pub(super) name: String,
    pub(super) note: Option<String>,
    pub(super) weekend: bool,
    pub(super) cells: Vec<HeatCell>,
}

/// One hour: its class, its number, and what happened in it.
#[derive(Debug, Serialize)]
pub(super) struct HeatCell {
    pub(super) class: String,
    pub(super) text: String,
    pub(super) events: Vec<&'static str>,
}

/// The list of all instances, which the script fills.
#[derive(Debug, Serialize)]
pub(super) struct Every {
    /// Whether it has other resources than instances.
    pub(super) others: bool,
    pub(super) data: String,
    /// The tag that keeps an instance.
    pub(super) keep: String,
    pub(super) left_out: Option<String>,
    /// By which fields it can be grouped, with their labels.
    pub(super) groups: Vec<(&'static str, &'static str)>,
}

/// What the template gets besides.
#[derive(Serialize)]
struct Whole<'a> {
    lang: &'a str,
    style: &'a str,
    script: &'a str,
    hashes: &'a [String; 2],
    version: &'a str,
    #[serde(flatten)]
    document: &'a Document,
}

impl Document {
    /// The page.
    ///
    /// # Errors
    /// If the template does not fit the data. The tests prove that it does.
    pub(super) fn render(&self, locale: Locale) -> Result<String, minijinja::Error> {
        static ENGLISH: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::En));
        static JAPANESE: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::Ja));
        let environment = match locale {
            Locale::En => &*ENGLISH,
            Locale::Ja => &*JAPANESE,
        };
        let (lang, version) = (locale.as_str(), env!("CARGO_PKG_VERSION"));
        let whole = Whole { lang, style: STYLE, script: SCRIPT, hashes: &HASHES, version, document: self };
        Ok(environment.render_str(include_str!("page.html"), Value::from(Serde(whole)))? + "\n")
    }
}

/// Every text is made safe when it is written, except what the template marks as safe: style, script and data.
fn environment(locale: Locale) -> Environment<'static> {
    let mut environment = template_environment(locale);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("safe", Value::from_safe_string);
    environment.set_formatter(|out, _, value| {
        if value.is_none() || value.is_undefined() {
            return Ok(());
        }
        let written = value.to_string();
        Ok(if value.is_safe() { out.write_str(&written) } else { out.write_str(&text(&written)) }?)
    });
    environment
}
