//! Slack's Block Kit, and the markup that Slack shares with Amazon Q Developer in chat applications.

use serde_json::{Value, json};

use crate::engine::model::Message;
use crate::engine::report::digest::Digest;
use crate::render::edge::{chat, heading};
use crate::render::message::facts::{Facts, cut, facts, short, size};
use crate::render::message::pack::{Block, Limits, blocks, message, pack};
use crate::render::message::{Frame, intro, recorded, subject, title};

/// Slack accepts 50 blocks per message; one is the header, one the intro, and up to three lead to the record. It refuses
/// messages whose blocks exceed about 13,000 characters of JSON (`msg_blocks_too_long`), far below the 40,000 in its
/// documentation.
const LIMITS: Limits = Limits { count: 45, cost: 10_500 };

/// The maximum length of a section's text.
const TEXT: usize = 2_990;

/// The maximum length of a header's plain text.
const HEADER: usize = 150;

/// The maximum length of an operator's note: escaped five to one, it fits into a text of 3,000.
const NOTE: usize = 500;

pub(crate) fn messages(digest: &Digest, frame: &Frame<'_>) -> Vec<Message> {
    let note = |note: &str| chat(&short(note, NOTE));
    let blocks = blocks(digest, frame.locale, note, link_id, |entry| block(&facts(entry, digest, frame)));
    let parts = pack(blocks, &LIMITS, |text| cost(&section(text).to_string()));
    let of = parts.len();
    let one = |(n, part): (usize, &Vec<Block<'_>>)| {
        let title = title(digest, frame, n + 1, of);
        let header = json!({"type": "plain_text", "text": cut(heading(&title), HEADER), "emoji": false});
        let mut list = vec![json!({"type": "header", "text": header})];
        let intro: Vec<String> = intro(digest, frame).iter().map(|line| chat(line)).collect();
        if !intro.is_empty() {
            list.push(section(&intro.join("\n")));
        }
        list.extend(part.iter().map(|block| section(&block.text)));
        list.extend(recorded(digest, frame).into_iter().map(|(label, link)| section(&linked(&label, &link))));
        // Phone notifications show `text`.
        let body = json!({"text": chat(&title), "blocks": list});
        message(subject(digest, n + 1, of), body.to_string(), part)
    };
    parts.iter().enumerate().map(one).collect()
}

/// With `verbatim`, Slack does not convert names and links in it.
fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// Characters, or a third of the bytes where that is more. So 10,500 stay within 40 KB.
fn cost(json: &str) -> usize {
    size(json).max(json.len().div_ceil(3)) + 1
}

/// The markup of one instance.
pub(crate) fn block(facts: &Facts) -> String {
    let Facts { id, about, place, lines, link } = facts;
    let mut text = String::new();
    for word in about {
        text += &format!("  {}", code(word));
    }
    text += &format!("\n{}", chat(place));
    for line in lines {
        let said = if line.exact { code(&line.text) } else { chat(&line.text) };
        text += &format!("\n*{}*: {said}", line.head);
    }
    let name = link.as_ref().map(|link| linked(id, link)).filter(|name| size(name) + size(&text) < TEXT);
    format!("*{}*{text}", name.unwrap_or_else(|| chat(id)))
}

/// A link with our own text. Addresses of the settings have neither `|` nor `>`.
pub(crate) fn linked(text: &str, link: &str) -> String {
    format!("<{}|{}>", link.replace('&', "&amp;"), chat(text))
}

/// A line of a note whose id leads to its page, where both fit into a text.
pub(crate) fn link_id(line: String, id: &str, link: &str) -> String {
    let with = line.replacen(&chat(id), &linked(id, link), 1);
    if size(&with) < TEXT { with } else { line }
}

/// Text by others, as code: no markup in it has an effect.
fn code(text: &str) -> String {
    format!("`{}`", chat(text))
}
