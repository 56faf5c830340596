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
        Self { text, xml, open: Vec::new() }
    }

    /// Into the root, if that is its name.
    pub(super) fn enter(&mut self, root: &str) -> Option<()> {
        loop {
            match self.xml.read_event().ok()? {
                Event::Start(found) => return (found.name().0 == root).then_some(()),
                Event::End(_) | Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The next child of the element that has begun, whose end is to be walked to before the next; at its own end nothing.
    pub(super) fn child(&mut self) -> Option<Option<BytesStart<'a>>> {
        loop {
            match self.xml.read_event().ok()? {
                Event::Start(child) => return Some(Some(child)),
                Event::End(_) => return Some(None),
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The text of the element that has begun, to its end. Only text: EC2 writes no comment and no CDATA section there, and
    /// a child nobody knows.
    pub(super) fn text(&mut self) -> Option<Cow<'a, str>> {
        let text = if self.is_empty() { "" } else { self.past(memchr(b'<', self.rest())?)? };
        self.end()?;
        unescape(text).ok()
    }

    /// Past a child that nobody asks for.
    pub(super) fn skip(&mut self, child: &BytesStart<'_>) -> Option<()> {
        let name = child.name();
        // The reader takes these for names.
        if name.0.contains(['<', '/', '=', '"', '\'']) {
            return None;
        }
        if self.is_empty() {
            return self.end();
        }
        match inside(self.rest(), &mut self.open) {
            Some(length) => self.past(length).and_then(|_| self.end()),
            None => self.xml.read_to_end(name).ok().map(drop),
        }
    }

    /// How far it is walked through, in bytes.
    pub(super) fn at(&self) -> usize {
        self.text.len() - self.rest().len()
    }

    fn rest(&self) -> &'a [u8] {
        self.xml.get_ref()
    }

    /// Whether the element that has begun is written `<a/>`, so that its end, which comes next, is not.
    fn is_empty(&self) -> bool {
        self.text.get(..self.at()).is_some_and(|walked| walked.ends_with("/>"))
    }

    /// The next bytes, which are walked past.
    fn past(&mut self, length: usize) -> Option<&'a str> {
        let text = self.text.get(self.at()..)?.get(..length)?;
        self.xml.stream().consume(length);
        Some(text)
    }

    /// Past the end tag that comes next, and is that of the element which began last.
    fn end(&mut self) -> Option<()> {
        matches!(self.xml.read_event(), Ok(Event::End(_))).then_some(())
    }
}

/// How many bytes there are up to the end tag of an element that has begun; `open` holds the names of those within. `None`
/// where that takes more than comparing names: attributes, comments and CDATA sections may hold what looks like a tag.
fn inside<'a>(rest: &'a [u8], open: &mut Vec<&'a [u8]>) -> Option<usize> {
    open.clear();
    let mut at = 0;
    loop {
        at += memchr(b'<', &rest[at..])?;
        let tag = &rest[at + 1..];
        let tag = &tag[..memchr3(b'>', b'"', b'\'', tag)?];
        if rest[at + 1 + tag.len()] != b'>' {
            return None;
        }
        match tag {
            [b'/', name @ ..] => match open.pop() {
                None => return Some(at),
                Some(begun) => (begun == name).then_some(())?,
            },
            [b'!' | b'?', ..] => return None,
            [.., b'/'] => {}
            name => open.push(name),
        }
        at += 1 + tag.len();
    }
}
