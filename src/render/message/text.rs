//! Plain text, for email.

use crate::engine::model::{Locale, Message};
use crate::engine::report::digest::Digest;
use crate::render::catalogue::{Head, head};
use crate::render::edge::unlinked;
use crate::render::message::facts::{Facts, facts, short};
use crate::render::message::pack::{Limits, blocks, message, pack};
use crate::render::message::{Frame, intro, recorded, subject, title};

/// SNS accepts 256 KB per message, including attributes. Title and intro need far less than the rest.
const LIMITS: Limits = Limits { count: usize::MAX, cost: 240_000 };

/// The maximum length of an operator's note, in UTF-16 units.
const NOTE: usize = 1_000;

pub(crate) fn messages(digest: &Digest, frame: &Frame<'_>) -> Vec<Message> {
    let blocks = blocks(
        digest,
        frame.locale,
        |note| unlinked(&short(note, NOTE)),
        |line, _, link| format!("{line}\n  {link}"),
        |entry| block(&facts(entry, digest, frame), frame.locale),
    );
    // Blocks are separated by an empty line.
    let parts = pack(blocks, &LIMITS, |text| text.len() + 2);
    let of = parts.len();
    let one = |(n, part): (usize, &Vec<_>)| {
        let mut body = vec![unlinked(&title(digest, frame, n + 1, of))];
        body.extend(Some(intro(digest, frame).join("\n")).filter(|intro| !intro.is_empty()));
        body.extend(part.iter().map(|block: &crate::render::message::pack::Block<'_>| block.text.clone()));
        body.extend(recorded(digest, frame).into_iter().map(|(label, link)| format!("{label}: {link}")));
        message(subject(digest, n + 1, of), body.join("\n\n") + "\n", part)
    };
    parts.iter().enumerate().map(one).collect()
}

fn block(facts: &Facts, locale: Locale) -> String {
    let Facts { id, about, place, lines, link } = facts;
    let mut text = format!("{id}  {}", about.join("  "));
    text.truncate(text.trim_end().len());
    text += &format!("\n  {place}");
    for line in lines {
        text += &format!("\n  {}: {}", line.head, line.text);
    }
    let mut text = unlinked(&text);
    if let Some(link) = link {
        text += &format!("\n  {}: {link}", head(locale, Head::Console));
    }
    text
}
