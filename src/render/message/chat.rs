//! The custom notification of Amazon Q Developer in chat applications: JSON in a topic, which it shows in Slack or
//! Teams. It silently drops messages in any other format.

use serde_json::json;

use crate::engine::model::Message;
use crate::engine::report::digest::Digest;
use crate::render::edge::chat;
use crate::render::message::facts::{cut, facts, short, size};
use crate::render::message::pack::{Block, Limits, blocks, message, pack};
use crate::render::message::slack::{block, link_id, linked};
use crate::render::message::{Frame, intro, recorded, subject, title};

/// A description may have 8,000 characters; the intro takes up to 800 of them, and links to the record 2,500.
const LIMITS: Limits = Limits { count: usize::MAX, cost: 7_000 };
const LIMITS_WITH_LINKS: Limits = Limits { cost: 4_500, ..LIMITS };

/// The maximum length of a title.
const TITLE: usize = 250;

/// The maximum length of an operator's note.
const NOTE: usize = 500;

pub(crate) fn messages(digest: &Digest, frame: &Frame<'_>) -> Vec<Message> {
    let note = |note: &str| chat(&short(note, NOTE));
    let blocks = blocks(digest, frame.locale, note, link_id, |entry| block(&facts(entry, digest, frame)));
    let limits = if frame.links.is_some() { LIMITS_WITH_LINKS } else { LIMITS };
    let parts = pack(blocks, &limits, |text| size(text) + 2);
    let of = parts.len();
    let one = |(n, part): (usize, &Vec<Block<'_>>)| {
        let intro: Vec<String> = intro(digest, frame).iter().map(|line| chat(line)).collect();
        let mut description: Vec<String> =
            Some(intro.join("\n")).filter(|intro| !intro.is_empty()).into_iter().collect();
        description.extend(part.iter().map(|block| block.text.clone()));
        description.extend(recorded(digest, frame).into_iter().map(|(label, link)| linked(&label, &link)));
        let content = json!({
            "textType": "client-markdown",
            "title": cut(chat(&title(digest, frame, n + 1, of)), TITLE),
            "description": description.join("\n\n"),
        });
        let body = json!({"version": "1.0", "source": "custom", "content": content});
        message(subject(digest, n + 1, of), body.to_string(), part)
    };
    parts.iter().enumerate().map(one).collect()
}
