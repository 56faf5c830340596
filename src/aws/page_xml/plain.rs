//! Plain elements: tags without attributes, and text. They are found by searches for `<` and `>`, and the reader, which knows
//! all of XML, need not see them; of a page of EC2 it sees where the wanted elements with children begin and end.

use memchr::{memchr, memchr3};

/// Whether an element is wanted: its name, as a constant.
pub(crate) type Wanted = fn(&str) -> Option<&'static str>;

/// The plain element that comes next.
pub(crate) enum Plain<'a> {
    /// One that is wanted, and has only text in it.
    Leaf { name: &'static str, text: &'a str },
    /// One that nobody asks for, whatever is in it.
    Unwanted,
}

/// The next element in `rest`, and where it ends. `None` where there is none, where it is wanted and has children, or where
/// it is not plain: attributes, comments and CDATA sections may hold what looks like a tag. `open` is room for names.
pub(crate) fn plain<'a>(rest: &'a str, wanted: Wanted, open: &mut Vec<&'a str>) -> Option<(Plain<'a>, usize)> {
    let blank = rest.len() - rest.trim_ascii_start().len();
    if rest.as_bytes().get(blank) != Some(&b'<') {
        return None;
    }
    let mut tags = Tags { text: rest, at: blank };
    let Tag { name, kind } = tags.next()?;
    let wanted = wanted(name);
    if wanted.is_none() && !is_name(name) {
        return None;
    }
    match kind {
        Kind::End => return None,
        Kind::Empty => return Some((wanted.map_or(Plain::Unwanted, |name| Plain::Leaf { name, text: "" }), tags.at)),
        Kind::Begin => {}
    }
    let begun = tags.at;
    let text = rest.get(begun..begun + memchr(b'<', rest.get(begun..)?.as_bytes())?)?;
    tags.at += text.len();
    match (wanted, tags.ends(name)) {
        (Some(name), true) => Some((Plain::Leaf { name, text }, tags.at)),
        (Some(_), false) => None,
        (None, true) => Some((Plain::Unwanted, tags.at)),
        (None, false) => {
            open.clear();
            open.push(name);
            to_the_end(&mut tags, open)?;
            Some((Plain::Unwanted, tags.at))
        }
    }
}

/// Past the ends of all that are `open`, each of which must bear the name of what it ends.
fn to_the_end<'a>(tags: &mut Tags<'a>, open: &mut Vec<&'a str>) -> Option<()> {
    while !open.is_empty() {
        let tag = tags.next()?;
        match tag.kind {
            Kind::Begin => open.push(tag.name),
            Kind::Empty => {}
            Kind::End => (open.pop()? == tag.name).then_some(())?,
        }
    }
    Some(())
}

/// Whether it is a name of XML. Of `<a >` it is not what stands between `<` and `>`, and it is for the reader to say so.
pub(crate) fn is_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..);
    let begins = text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit() && byte != b'-' && byte != b'.');
    begins && text.bytes().all(is_of_name)
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Begin,
    /// `<a/>`
    Empty,
    End,
}

struct Tag<'a> {
    kind: Kind,
    name: &'a str,
}

/// The tags of a text, up to the first that is not plain.
struct Tags<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    fn next(&mut self) -> Option<Tag<'a>> {
        let at = self.at + memchr(b'<', self.text.get(self.at..)?.as_bytes())? + 1;
        let rest = self.text.get(at..)?;
        // Attributes have quotes, within which there may be a `>`.
        let length = memchr3(b'>', b'"', b'\'', rest.as_bytes())?;
        if rest.as_bytes()[length] != b'>' {
            return None;
        }
        self.at = at + length + 1;
        let (kind, name) = match &rest.as_bytes()[..length] {
            [b'!' | b'?', ..] => return None,
            [b'/', ..] => (Kind::End, &rest[1..length]),
            [.., b'/'] => (Kind::Empty, &rest[..length - 1]),
            _ => (Kind::Begin, &rest[..length]),
        };
        Some(Tag { kind, name })
    }

    /// Past the end tag of `name`, if that is what comes next.
    fn ends(&mut self, name: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let rest = rest.strip_prefix(b"</").and_then(|rest| rest.strip_prefix(name.as_bytes()));
        let ends = rest.is_some_and(|rest| rest.first() == Some(&b'>'));
        self.at += if ends { name.len() + 3 } else { 0 };
        ends
    }
}
