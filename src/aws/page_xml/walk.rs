//! Walks through a document once, from its beginning to its end, and looks into nothing that nobody asks for.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::aws::page_xml::plain::{Plain, Wanted, is_name, plain};

/// A document, as far as it is walked through.
pub(crate) struct Walk<'a> {
    text: &'a str,
    xml: Reader<&'a [u8]>,
    /// What is in the element that has just begun, if it is walked through already.
    leaf: Option<&'a str>,
    /// Kept, so that it is allocated once.
    open: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    /// At the beginning of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, xml: Reader::from_str(text), leaf: None, open: Vec::new() }
    }

    /// Into the root, if that is its name.
    pub(crate) fn enter(&mut self, root: &str) -> Option<()> {
        loop {
            match self.xml.read_event().ok()? {
                Event::Start(found) => return (found.name().0 == root && is_whole(&found)).then_some(()),
                Event::Decl(_) => {}
                between => is_nothing(&between).then_some(())?,
            }
        }
    }

    /// Out of the root, which has ended, to the end of the document: nothing more is in it.
    pub(crate) fn leave(&mut self) -> Option<()> {
        loop {
            match self.xml.read_event().ok()? {
                Event::Eof => return Some(()),
                after => is_nothing(&after).then_some(())?,
            }
        }
    }

    /// The name of the next child of the element that has begun, of those that are `wanted`: its end is to be walked to before
    /// the next. At the end of the element nothing. EC2 writes elements without attributes, and nobody knows what one would
    /// mean: a child that is wanted and has one cannot be read.
    pub(crate) fn child(&mut self, wanted: Wanted) -> Option<Option<&'static str>> {
        if let Some(text) = self.leaf.take() {
            // Text where children are due is none that EC2 writes.
            return text.trim_ascii().is_empty().then_some(None);
        }
        loop {
            if let Some((found, length)) = plain(self.rest(), wanted, &mut self.open) {
                self.xml.stream().consume(length);
                match found {
                    Plain::Leaf { name, text } => {
                        self.leaf = Some(text);
                        return Some(Some(name));
                    }
                    Plain::Unwanted => continue,
                }
            }
            match self.event()? {
                Event::Start(child) => match wanted(child.name().0) {
                    Some(name) => return child.attributes_raw().is_empty().then_some(Some(name)),
                    None => self.skip(&child)?,
                },
                Event::Empty(child) => (wanted(child.name().0).is_none() && is_whole(&child)).then_some(())?,
                Event::End(_) => return Some(None),
                Event::Comment(_) | Event::PI(_) => {}
                // Text where children are due, and what an entity stands for nobody looks up.
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => return None,
                Event::Eof | Event::Decl(_) | Event::DocType(_) => return None,
            }
        }
    }

    /// The text of the element that has begun, to its end. Only text: EC2 writes no comment and no CDATA section there, and
    /// a child nobody knows.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        unescape(self.leaf.take()?).ok()
    }

    /// How far it is walked through, in bytes.
    pub(crate) fn at(&self) -> usize {
        self.text.len() - self.xml.get_ref().len()
    }

    /// What the reader sees next, blank text aside. With that it goes on at once: between text and the tag that follows,
    /// nothing may be taken from under it.
    fn event(&mut self) -> Option<Event<'a>> {
        match self.xml.read_event().ok()? {
            Event::Text(text) if text.trim_ascii().is_empty() => self.xml.read_event().ok(),
            event => Some(event),
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at()..).unwrap_or_default()
    }

    /// Past a child that nobody asks for, and that is not plain.
    fn skip(&mut self, child: &BytesStart<'_>) -> Option<()> {
        is_whole(child).then_some(())?;
        let mut depth = 1_usize;
        while depth > 0 {
            match self.xml.read_event().ok()? {
                Event::Start(tag) => depth += is_whole(&tag).then_some(1)?,
                Event::Empty(tag) => is_whole(&tag).then_some(())?,
                Event::End(_) => depth -= 1,
                Event::Eof | Event::DocType(_) => return None,
                _ => {}
            }
        }
        Some(())
    }
}

/// Whether what the reader takes for a tag is one: it does not look at names, and takes what follows a lost quote, tags
/// and all, for the value of an attribute.
fn is_whole(tag: &BytesStart<'_>) -> bool {
    is_name(tag.name().0) && !tag.attributes_raw().contains('<')
}

/// Whether it may stand before the root, and after it.
fn is_nothing(event: &Event<'_>) -> bool {
    match event {
        Event::Text(text) => text.trim_ascii().is_empty(),
        Event::Comment(_) | Event::PI(_) => true,
        _ => false,
    }
}
