//! The headings and cells of a table, and how they are shown where a terminal is narrow.

/// How good or bad a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Notice,
    Bad,
}

/// The heading of a column.
#[derive(Clone)]
pub(crate) struct Head {
    pub(super) word: String,
    pub(super) fit: Fit,
    pub(super) code: bool,
    pub(super) right: bool,
}

/// What happens to a column if a terminal is too narrow for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It stays, and is never wrapped.
    Whole,
    /// It stays, but may be cut.
    Cut,
    /// It is left out; the highest number goes first.
    Optional(u8),
    /// It gets its own line below the row.
    Beneath,
}

/// The text of a cell.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(super) tone: Tone,
    /// Where it leads in Markdown. Whoever sets it has made the address safe.
    pub(super) link: Option<String>,
}

impl<T: Into<String>> From<T> for Shown {
    fn from(text: T) -> Self {
        Self { text: text.into(), tone: Tone::Plain, link: None }
    }
}

impl Shown {
    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone, link: None }
    }

    /// The same, leading to this address.
    #[must_use]
    pub(crate) fn linked(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }
}

impl Head {
    pub(crate) fn new(word: impl Into<String>, fit: Fit) -> Self {
        Self { word: word.into(), fit, code: false, right: false }
    }

    /// A column of ids, which Markdown shows unchanged.
    pub(crate) fn id(word: impl Into<String>) -> Self {
        Self { code: true, ..Self::new(word, Fit::Whole) }
    }

    /// A column of numbers.
    pub(crate) fn figure(word: impl Into<String>, fit: Fit) -> Self {
        Self { right: true, ..Self::new(word, fit) }
    }
}
