//! The boundary where text by others becomes part of the output. A name, a tag, an id or an AWS error may contain
//! anything. Each format makes such text safe here, once, for the program that shows it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use crate::engine::request::events::CONSOLE;

/// An invisible character that breaks what a program would treat as a name, a ticket number or a link.
pub(crate) const BREAK: char = '\u{200b}';

/// Whether a character is invisible, or changes how the characters around it are shown: control characters, line
/// separators, direction marks, tags, and blank letters (Unicode's categories Cc, Cf, Zl and Zp, except for printed
/// ones).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{70f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of plain text. Line breaks become spaces; characters that would hide or reverse text become visible.
pub fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
        c if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// The same for text of several lines, such as an error with its causes.
pub fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

/// JSON with the same strings, but without hidden characters. JSON has such characters only inside strings, so every
/// one of them can be replaced by an escape.
pub fn escaped(json: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && c != '\n';
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + json.len() / 8);
    for c in json.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A TOML string that stays on one line and hides nothing, so that it can stand in a comment, too.
pub(crate) fn toml(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

/// A value as JSON without hidden characters: on one line, or indented.
///
/// # Errors
/// The error of `serde_json`.
pub fn json(value: &impl Serialize, indent: bool) -> serde_json::Result<String> {
    let text = if indent { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    text.map(|text| match escaped(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    })
}

/// Writes JSON in the same form as [`escaped`]. Serializers never split a character between two writes.
pub struct Escaping<W>(pub W);

impl<W: io::Write> io::Write for Escaping<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(buf) {
            Ok(json) => self.0.write_all(escaped(json).as_bytes())?,
            Err(_) => self.0.write_all(buf)?,
        }
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Sizes of instance types. They follow a dot like a top-level domain, but are none.
const SIZES: [&str; 7] = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"];

/// Text in which email programs detect no links: neither an address with a scheme nor a bare host name. Pages of the
/// AWS console stay links. S3 locations and email addresses stay unchanged.
pub fn unlinked(text: &str) -> String {
    rewritten(text, true, |out, c| out.push(c))
}

/// [`unlinked`], where `each` writes every character outside the unchanged parts. `mailboxes` says whether email
/// addresses stay unchanged.
fn rewritten(text: &str, mailboxes: bool, each: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut before, mut mailbox) = (text, ' ', false);
    while let Some(c) = rest.chars().next() {
        if let Some(kept) = kept(rest).filter(|_| !before.is_alphanumeric()) {
            out.push_str(kept);
            (rest, before) = (rest.strip_prefix(kept).unwrap_or_default(), '/');
            continue;
        }
        rest = rest.strip_prefix(c).unwrap_or_default();
        let within = c.is_alphanumeric() || matches!(c, '.' | '-');
        mailbox = mailboxes && (mailbox && within || is_mailbox(before, c));
        if c == '@' && !mailbox {
            out.extend([c, BREAK]);
        } else {
            each(&mut out, c);
        }
        let label = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let domain = rest.starts_with(char::is_alphabetic) && !SIZES.contains(&label) && !mailbox;
        let host = c == '.' && domain && (before.is_alphanumeric() || before == '-');
        if host || c == ':' && rest.starts_with("//") {
            out.push(BREAK);
        }
        before = c;
    }
    out
}

/// Whether an `@` is inside an email address, and therefore mentions no user.
fn is_mailbox(before: char, c: char) -> bool {
    c == '@' && (before.is_ascii_alphanumeric() || matches!(before, '.' | '-' | '_' | '+'))
}

/// The address at the beginning of `text` that stays unchanged.
fn kept(text: &str) -> Option<&str> {
    if !text.starts_with("s3://") && !text.starts_with(CONSOLE) {
        return None;
    }
    let ends = |c: char| !c.is_ascii_graphic() || "<>\"`'()[]|,;".contains(c);
    let address = text.split(ends).next().unwrap_or_default();
    (address.matches("//").count() == 1 && !address.contains("www.")).then_some(address)
}

/// A heading in a chat, which supports no markup and no entities.
pub fn heading(text: &str) -> String {
    rewritten(&plain(text), false, |out, c| out.push(c))
}

/// Text for a chat: it mentions no user, and contains no links or markup by others: `<!channel>`, `<@U1>`,
/// `@here`, `[a](https://…)`.
pub fn chat(text: &str) -> String {
    let text = rewritten(&plain(text), false, |out, c| match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '`' => out.push('\''),
        c => out.push(c),
    });
    text.replace("](", &format!("]{BREAK}("))
}

/// Text for a Markdown cell. No bar or line break ends the cell. There is no markup, link, mention or ticket
/// reference. Text between two backticks is shown unchanged.
pub fn cell(text: &str) -> String {
    let text = plain(text);
    let (mut out, mut rest) = (String::with_capacity(text.len()), &*text);
    while let Some((before, after)) = rest.split_once('`') {
        out += &inert(before);
        rest = match after.split_once('`') {
            // Two backticks in a row would begin or end another kind of span.
            Some((inside, beyond)) if !inside.is_empty() && !inside.contains(MARKUP) && !beyond.starts_with('`') => {
                out += &code(inside);
                beyond
            }
            Some(_) | None => {
                out += "\\`";
                after
            }
        };
    }
    out + &inert(rest)
}

/// Characters that some Markdown programs change even between backticks.
const MARKUP: [char; 5] = ['\\', '<', '>', '[', ']'];

fn inert(text: &str) -> String {
    rewritten(text, true, |out, c| match c {
        '\\' | '|' | '<' | '>' | '[' | ']' | '*' | '_' | '!' | '~' => out.extend(['\\', c]),
        '#' => out.extend(['\\', c, BREAK]),
        '&' => out.push_str("&amp;"),
        c => out.push(c),
    })
}

/// Text that Markdown shows unchanged, such as an id.
pub fn code(text: &str) -> String {
    format!("`{}`", plain(text).replace('`', "'").replace('|', "\\|"))
}

/// Text of several lines that Markdown shows unchanged.
pub fn fenced(text: &str) -> String {
    let fence = "`".repeat(3.max(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or_default()));
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}
