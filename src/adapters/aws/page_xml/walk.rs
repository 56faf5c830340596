//! Walks through a document once, from its beginning to its end, and looks into nothing that nobody asks for.

use std::borrow::Cow;
use std::io::BufRead;

use memchr::{memchr, memchr3};
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// A document, as far as it is walked through.
pub(super) struct Walk<'a> {
    text: &'a str,
    xml: Reader<&'a [u8]>,
    /// Whether the element that has just begun is written `<a/>`: its end comes next, and is not written.
    is_empty: bool,
    /// Kept, so that it is allocated once.
    open: Vec<&'a [u8]>,
}

impl<'a> Walk<'a> {
    /// At the beginning of `text`.
    pub(super) fn new(text: &'a str) -> Self {
        let mut xml = Reader::from_str(text);
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        config.trim_text_start = true;
        Self { text, xml, is_empty: false, open: Vec::new() }
    }

    /// Into the root, if that is its name.
    pub(super) fn enter(&mut self, root: &str) -> Option<()> {
        loop {
            match self.event()? {
                Event::Start(found) => return (found.name().0 == root).then_some(()),
                Event::End(_) | Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The next child of the element that has begun, of those that are `wanted`: its end is to be walked to before the next.
    /// At the end of the element nothing.
    pub(super) fn child(&mut self, wanted: fn(&str) -> bool) -> Option<Option<BytesStart<'a>>> {
        loop {
            while let Some(length) = self.unwanted(wanted) {
                self.past(length)?;
            }
            match self.event()? {
                Event::Start(child) if wanted(child.name().0) => return Some(Some(child)),
                Event::Start(child) => self.skip(&child)?,
                Event::End(_) => return Some(None),
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The text of the element that has begun, to its end. Only text: EC2 writes no comment and no CDATA section there, and
    /// a child nobody knows.
    pub(super) fn text(&mut self) -> Option<Cow<'a, str>> {
        let text = if self.is_empty { "" } else { self.past(memchr(b'<', self.rest())?)? };
        self.end()?;
        unescape(text).ok()
    }

    /// Past a child that nobody asks for, and in which there is more than plain elements.
    fn skip(&mut self, child: &BytesStart<'_>) -> Option<()> {
        let name = child.name();
        // The reader takes these for names.
        let is_odd = name.0.contains(['<', '/', '=', '"', '\'']);
        self.is_empty = false;
        if is_odd { None } else { self.xml.read_to_end(name).ok().map(drop) }
    }

    /// How far it is walked through, in bytes.
    pub(super) fn at(&self) -> usize {
        self.text.len() - self.rest().len()
    }

    fn rest(&self) -> &'a [u8] {
        self.xml.get_ref()
    }

    /// What the reader sees next.
    fn event(&mut self) -> Option<Event<'a>> {
        let event = self.xml.read_event().ok()?;
        self.is_empty = matches!(event, Event::Start(_)) && self.text.get(..self.at())?.ends_with("/>");
        Some(event)
    }

    /// The length of the next child, if it need not be seen.
    fn unwanted(&mut self, wanted: fn(&str) -> bool) -> Option<usize> {
        if self.is_empty { None } else { unwanted(self.rest(), wanted, &mut self.open) }
    }

    /// The next bytes, which are walked past.
    fn past(&mut self, length: usize) -> Option<&'a str> {
        let text = self.text.get(self.at()..)?.get(..length)?;
        self.xml.stream().consume(length);
        Some(text)
    }

    /// Past the end tag that comes next, and is that of the element which began last.
    fn end(&mut self) -> Option<()> {
        matches!(self.event()?, Event::End(_)).then_some(())
    }
}

/// The length of the next element, if it is not `wanted` and has only plain elements in it, each with the end of its name:
/// the reader need not see it, and takes ten times as long. `open` is room for the names of those that have begun. Tags with
/// attributes, comments and CDATA sections may hold what looks like a tag: they are left to the reader.
fn unwanted<'a>(rest: &'a [u8], wanted: fn(&str) -> bool, open: &mut Vec<&'a [u8]>) -> Option<usize> {
    open.clear();
    let mut at = 0;
    loop {
        at += memchr(b'<', &rest[at..])? + 1;
        let tag = &rest[at..];
        let tag = &tag[..memchr3(b'>', b'"', b'\'', tag)?];
        at += tag.len() + 1;
        match tag {
            _ if rest[at - 1] != b'>' => return None,
            [b'!' | b'?', ..] => return None,
            [b'/', name @ ..] => (open.pop()? == name).then_some(())?,
            [name @ .., b'/'] | name => {
                if open.is_empty() && std::str::from_utf8(name).is_ok_and(wanted) {
                    return None;
                }
                if name.len() == tag.len() {
                    open.push(name);
                }
            }
        }
        if open.is_empty() {
            return Some(at);
        }
    }
}
