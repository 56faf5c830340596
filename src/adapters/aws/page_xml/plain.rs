//! Plain elements: tags without attributes, and text. Two searches find a tag, and the reader, which knows
//! all of XML, need not see it; nearly every page of EC2 has nothing else in it.

use memchr::{memchr, memchr3};

/// The same name, of an element that is wanted.
pub(super) type Wanted = fn(&str) -> Option<&'static str>;

/// The plain element that comes next.
pub(super) enum Plain<'a> {
    /// One that is wanted, and has only text in it.
    Leaf { name: &'static str, text: &'a str },
    /// One that nobody asks for, whatever is in it.
    Unwanted,
}

/// The next element in `rest`, and how many bytes there are to its end. `None` where there is none, or where it is not
/// plain: attributes, comments and CDATA sections may hold what looks like a tag. `open` is room for names.
pub(super) fn plain<'a>(rest: &'a str, wanted: Wanted, open: &mut Vec<&'a str>) -> Option<(Plain<'a>, usize)> {
    let mut tags = Tags { text: rest, at: 0 };
    let Tag { name, kind, .. } = tags.next()?;
    // `<a >` is the reader's: whether `a` is wanted it knows.
    if name.bytes().any(|byte| byte <= b' ') {
        return None;
    }
    let begun = tags.at;
    let found = match (kind, wanted(name)) {
        (Kind::End, _) => return None,
        (Kind::Empty, Some(name)) => Plain::Leaf { name, text: "" },
        (Kind::Empty, None) => Plain::Unwanted,
        (Kind::Begin, Some(name)) => {
            let end = tags.next().filter(|tag| tag.kind == Kind::End && tag.name == name)?;
            Plain::Leaf { name, text: rest.get(begun..end.at)? }
        }
        (Kind::Begin, None) => {
            open.clear();
            open.push(name);
            to_the_end(&mut tags, open)?;
            Plain::Unwanted
        }
    };
    Some((found, tags.at))
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
    /// Where it begins.
    at: usize,
}

/// The tags of a text, up to the first that is not plain.
struct Tags<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    fn next(&mut self) -> Option<Tag<'a>> {
        let at = self.at + memchr(b'<', self.text.get(self.at..)?.as_bytes())?;
        let rest = self.text.get(at + 1..)?;
        // Within quotes there may be a `>`.
        let length = memchr3(b'>', b'"', b'\'', rest.as_bytes())?;
        self.at = at + 1 + length + 1;
        let tag = rest.get(..length).filter(|_| rest.as_bytes()[length] == b'>')?;
        let (kind, name) = match tag.as_bytes() {
            [b'!' | b'?', ..] => return None,
            [b'/', ..] => (Kind::End, &tag[1..]),
            [.., b'/'] => (Kind::Empty, &tag[..length - 1]),
            _ => (Kind::Begin, tag),
        };
        Some(Tag { kind, name, at })
    }
}
