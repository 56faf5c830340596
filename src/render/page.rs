//! A page of lines and tables, and its two formats: for a terminal, and in Markdown for tickets and chats.

use std::fmt::Write as _;

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Row, Table, TableStyle,
};

use crate::engine::model::Locale;
use crate::render::Style;
use crate::render::catalogue::{Label, Sentence, voice};
use crate::render::edge::{cell, code, plain};

pub(crate) use crate::render::cells::{Fit, Head, Shown, Tone};

/// One line under the header and no others: rows of a hundred instances stay readable.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The space between the contents of two columns: their padding, and one column for the line.
const GAP: usize = 3;

/// The indentation of the second line of a row.
const INDENT: u16 = 4;

/// The complete output of a command.
pub struct Page {
    locale: Locale,
    blocks: Vec<Block>,
}

enum Block {
    Title(String),
    Line(Tone, String),
    Item(String),
    /// A link, which only Markdown shows.
    Link(Shown),
    Grid(Grid),
}

/// A table. Its text may contain anything: each format makes it safe.
pub(crate) struct Grid {
    title: Option<&'static str>,
    heads: Vec<Head>,
    rows: Vec<Vec<Shown>>,
}

impl Page {
    pub(crate) fn new(locale: Locale) -> Self {
        Self { locale, blocks: Vec::new() }
    }

    /// A heading in Markdown; on a terminal, a normal line.
    pub(crate) fn title(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Title(text.into()));
    }

    pub(crate) fn line(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(Tone::Plain, text.into()));
    }

    /// A warning, which must be visible.
    pub(crate) fn warning(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(Tone::Bad, text.into()));
    }

    /// A link, which a terminal does not show.
    pub(crate) fn link(&mut self, text: &str, link: Option<String>) {
        if link.is_some() {
            self.blocks.push(Block::Link(Shown::from(text).linked(link)));
        }
    }

    /// One remark in the list at the end.
    pub(crate) fn item(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Item(text.into()));
    }

    /// A table; nothing where it has no rows.
    pub(crate) fn grid(&mut self, title: Option<&'static str>, heads: Vec<Head>, rows: Vec<Vec<Shown>>) {
        if !rows.is_empty() {
            self.blocks.push(Block::Grid(Grid { title, heads, rows }));
        }
    }

    /// The page for a terminal, a pipe or a file.
    pub fn terminal(&self, style: Style) -> String {
        let mut out = String::new();
        for (n, block) in self.blocks.iter().enumerate() {
            let _ = match block {
                Block::Title(text) => writeln!(out, "{}", plain(text)),
                Block::Line(tone, text) => writeln!(out, "{}\n", painted(&plain(text), *tone, style)),
                Block::Item(text) => writeln!(out, "{}", plain(text)),
                Block::Link(_) => Ok(()),
                Block::Grid(grid) => grid.terminal(&mut out, style, self.locale),
            };
            let ends_items = matches!(block, Block::Item(_)) && !matches!(self.blocks.get(n + 1), Some(Block::Item(_)));
            if ends_items && n + 1 < self.blocks.len() {
                out.push('\n');
            }
        }
        out
    }

    /// The page in Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let mut after_item = false;
        for block in &self.blocks {
            let item = matches!(block, Block::Item(_));
            if after_item && !item {
                out.push('\n');
            }
            after_item = item;
            let _ = match block {
                Block::Title(text) => writeln!(out, "# {}\n", cell(text)),
                Block::Line(Tone::Bad, text) => writeln!(out, "> **{}**\n", cell(text)),
                Block::Line(_, text) => writeln!(out, "{}\n", cell(text)),
                Block::Item(text) => writeln!(out, "- {}", cell(text)),
                Block::Link(one) => writeln!(out, "{}\n", markdown(one, false)),
                Block::Grid(grid) => grid.markdown(&mut out),
            };
        }
        out
    }
}

impl Grid {
    fn markdown(&self, out: &mut String) -> std::fmt::Result {
        if let Some(title) = self.title {
            writeln!(out, "## {title}\n")?;
        }
        let words: Vec<String> = self.heads.iter().map(|head| cell(&head.word)).collect();
        writeln!(out, "| {} |\n|{}", words.join(" | "), "---|".repeat(words.len()))?;
        for row in &self.rows {
            let shown = self.heads.iter().zip(row);
            let cells: Vec<String> = shown.map(|(head, one)| markdown(one, head.code)).collect();
            writeln!(out, "| {} |", cells.join(" | "))?;
        }
        writeln!(out)
    }

    fn terminal(&self, out: &mut String, style: Style, locale: Locale) -> std::fmt::Result {
        let all: Vec<usize> = (0..self.heads.len()).collect();
        let (shown, beneath) = self.fitting(all, style);
        if let Some((numbered, notes)) = beneath.and_then(|long| self.with_notes(long)) {
            numbered.terminal(out, style, locale)?;
            out.truncate(out.trim_end().len());
            out.push('\n');
            for (n, text) in notes.iter().enumerate() {
                indented(out, &format!("[{}] {text}", n + 1), style)?;
            }
            return writeln!(out);
        }
        if let Some(title) = self.title {
            writeln!(out, "{title}")?;
        }
        let table = self.table(&shown, style, beneath.is_some());
        let alike = beneath.is_some_and(|long| self.alike(long));
        let lines = table.lines().map(|line| line.trim_end().to_owned());
        match beneath {
            None => lines.for_each(|line| *out += &(line + "\n")),
            // One line of the table for its heading, one line below it, and one for each row.
            Some(long) => {
                for (n, line) in lines.enumerate() {
                    writeln!(out, "{line}")?;
                    let row = n.checked_sub(2).and_then(|n| self.rows.get(n));
                    if let Some(one) = row.and_then(|row| row.get(long)).filter(|one| !alike && !one.text.is_empty()) {
                        indented(out, &one.text, style)?;
                    }
                }
            }
        }
        if let Some(text) = beneath.filter(|_| alike).and_then(|long| Some(&self.rows.first()?.get(long)?.text)) {
            indented(out, &voice(locale).say(Sentence::EachOf { text }), style)?;
        }
        let left_out = self.heads.iter().enumerate().filter(|(n, _)| !shown.contains(n) && Some(*n) != beneath);
        let list: Vec<&str> = left_out.map(|(_, head)| &*head.word).collect();
        if !list.is_empty() {
            let voice = voice(locale);
            indented(out, &voice.say(Sentence::LeftOut { list: &list.join(voice.label(Label::ListBreak)) }), style)?;
        }
        writeln!(out)
    }

    /// Whether a column has the same text in several rows. Then it is enough to show it once.
    fn alike(&self, column: usize) -> bool {
        let mut texts = self.rows.iter().filter_map(|row| row.get(column)).map(|one| &one.text);
        let first = texts.next();
        self.rows.len() > 1 && texts.all(|text| Some(text) == first)
    }

    /// The table with numbers in place of the texts of a column, and the texts, each once. Only where this at least
    /// halves the number of texts.
    fn with_notes(&self, column: usize) -> Option<(Self, Vec<String>)> {
        let mut texts: Vec<String> = Vec::new();
        let mut rows = self.rows.clone();
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(column)).filter(|cell| !cell.text.is_empty()) {
            let known = texts.iter().position(|text| *text == cell.text);
            let number = known.unwrap_or(texts.len());
            if known.is_none() {
                texts.push(std::mem::take(&mut cell.text));
            }
            cell.text = format!("[{}]", number + 1);
        }
        let mut heads = self.heads.clone();
        heads.get_mut(column)?.fit = Fit::Whole;
        (texts.len() > 1 && texts.len() * 2 <= rows.len()).then_some((Self { title: self.title, heads, rows }, texts))
    }

    /// The columns that fit into a terminal, and the one that goes below the row.
    fn fitting(&self, mut shown: Vec<usize>, style: Style) -> (Vec<usize>, Option<usize>) {
        let Some(limit) = style.width.map(usize::from) else { return (shown, None) };
        let widths = self.table(&shown, style, false).column_max_content_widths();
        let width =
            |shown: &[usize]| shown.iter().filter_map(|n| widths.get(*n)).map(|width| usize::from(*width) + GAP).sum();
        let fits = |shown: &[usize]| {
            let total: usize = width(shown);
            total <= limit + 1
        };
        let long = self.heads.iter().position(|head| head.fit == Fit::Beneath);
        let beneath = long.filter(|_| !fits(&shown));
        shown.retain(|n| Some(*n) != beneath);
        while !fits(&shown) {
            let optional = |n: &usize| match self.heads.get(*n).map(|head| head.fit) {
                Some(Fit::Optional(rank)) => Some((rank, *n)),
                Some(Fit::Whole | Fit::Cut | Fit::Beneath) | None => None,
            };
            let Some((_, out)) = shown.iter().filter_map(optional).max() else { break };
            shown.retain(|n| *n != out);
        }
        (shown, beneath)
    }

    /// With `short`, every row has one line, and its cells may be cut.
    fn table(&self, shown: &[usize], style: Style, short: bool) -> Table {
        let mut table = Table::new();
        table.force_no_tty();
        if style.colour {
            table.enforce_styling();
        }
        if let Some(width) = style.width {
            table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        } else {
            table.load_style(TableStyle::new());
        }
        let line = |cells: Vec<Cell>| {
            let mut row = Row::from(cells);
            if short {
                row.max_height(1);
            }
            row
        };
        let heads = shown.iter().filter_map(|n| self.heads.get(*n));
        table.set_header(line(heads.clone().map(|head| bold(&head.word, style)).collect()));
        for row in &self.rows {
            table.add_row(line(shown.iter().filter_map(|n| row.get(*n)).map(|one| coloured(one, style)).collect()));
        }
        for (head, column) in heads.zip(table.column_iter_mut()) {
            if matches!(head.fit, Fit::Whole | Fit::Optional(_)) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            if head.right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }
}

/// A cell in Markdown.
fn markdown(one: &Shown, is_code: bool) -> String {
    let text = if is_code { code(&one.text) } else { cell(&one.text) };
    linked(text, one.link.clone())
}

/// Markdown that leads to an address, which has neither spaces nor brackets.
pub(crate) fn linked(text: String, link: Option<String>) -> String {
    match link {
        Some(link) => format!("[{text}]({link})"),
        None => text,
    }
}

/// Text on its own lines, wrapped between words.
fn indented(out: &mut String, text: &str, style: Style) -> std::fmt::Result {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).force_no_tty().add_row([plain(text)]);
    if let Some(width) = style.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.saturating_sub(INDENT).max(20));
    }
    table.lines().try_for_each(|line| writeln!(out, "{:1$}{2}", "", usize::from(INDENT), line.trim_end()))
}

fn bold(text: &str, style: Style) -> Cell {
    let cell = Cell::new(text);
    if style.colour { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn coloured(one: &Shown, style: Style) -> Cell {
    let cell = Cell::new(plain(&one.text));
    match one.tone {
        Tone::Good if style.colour => cell.fg(Color::Green),
        Tone::Notice if style.colour => cell.fg(Color::Yellow),
        Tone::Bad if style.colour => cell.fg(Color::Red),
        Tone::Plain | Tone::Good | Tone::Notice | Tone::Bad => cell,
    }
}

fn painted(text: &str, tone: Tone, style: Style) -> String {
    let code = match tone {
        Tone::Good => 32,
        Tone::Notice => 33,
        Tone::Bad => 31,
        Tone::Plain => return text.to_owned(),
    };
    if style.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
