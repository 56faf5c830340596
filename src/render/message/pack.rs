//! Selects what a message lists, and distributes blocks over as few parts as the limits of a channel allow, in order and without losing one.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use crate::engine::model::{Kind, Locale, Message, Named, Subject, Text};
use crate::engine::report::digest::{Digest, Entry};
use crate::render::catalogue::{Letter, letter};
use crate::render::message::facts::size;

/// One block: its text, and the entries that it names. A note names none.
pub(crate) struct Block<'a> {
    pub(crate) text: String,
    pub(crate) entries: Vec<&'a Entry>,
}

/// The number of instances that are listed if their tags changed at once. For more, probably after a reorganisation of
/// a team, one line gives the number.
const LISTED: usize = 10;

/// The blocks of a digest: notes first, then one for each entry. `with_link` adds a link to a line of a note, to the id
/// that it leads to.
pub(crate) fn blocks<'a>(
    digest: &'a Digest,
    locale: Locale,
    note: impl Fn(&str) -> String,
    with_link: impl Fn(String, &str, &str) -> String,
    entry: impl Fn(&Entry) -> String,
) -> Vec<Block<'a>> {
    let line = |text: &Text, line: &str| match text.link_in(line) {
        Some((id, link)) => with_link(note(line), id, link),
        None => note(line),
    };
    let notes = digest.notes.iter().flat_map(|text| chunks(text.text.lines().map(|one| line(text, one))));
    let notes = notes.map(|text| Block { text, entries: Vec::new() });
    let is_retagged = |entry: &&Entry| entry.item.subject == Subject::Retagged;
    let (mut retagged, mut others): (Vec<&Entry>, Vec<&Entry>) = digest.entries.iter().partition(is_retagged);
    if retagged.len() <= LISTED {
        (retagged, others) = (Vec::new(), digest.entries.iter().collect());
    }
    let line = |entries: Vec<&'a Entry>| {
        let others = entries.iter().any(|entry| entry.item.id.kind != Kind::Instance);
        let text = note(&letter(locale, Letter::ManyRetagged { count: entries.len(), others }));
        Block { text, entries }
    };
    let line = Some(retagged).filter(|entries| !entries.is_empty()).map(line);
    let further = limit(&mut others, digest.channel.prefers.max_lines);
    let others = others.into_iter().map(|one| Block { text: entry(one), entries: vec![one] });
    let further = further.map(|count| note(&letter(locale, Letter::Further { count })));
    let further = further.map(|text| Block { text, entries: Vec::new() });
    notes.chain(line).chain(others).chain(further).collect()
}

/// Keeps at most `most` entries, in their order: what is announced for the earliest time, and then what costs most. Returns
/// how many others there are. They are in no message, so they stay news.
fn limit(entries: &mut Vec<&Entry>, most: Option<usize>) -> Option<usize> {
    let further = entries.len().checked_sub(most?).filter(|further| *further > 0)?;
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|n| {
        let item = entries.get(*n).map(|entry| &entry.item);
        let due = item.and_then(|item| item.due);
        (due.is_none(), due, Reverse(item.map(|item| item.monthly.unwrap_or(Decimal::MAX))))
    });
    order.truncate(most?);
    order.sort_unstable();
    *entries = order.into_iter().filter_map(|n| entries.get(n).copied()).collect();
    Some(further)
}

/// The maximum length of a note in one block, in UTF-16 units: Slack allows 3,000 in one text.
const CHUNK: usize = 2_800;

/// Distributes lines over as few texts as the size of a block allows, in order and without losing one.
fn chunks(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if size(text) + 1 + size(&line) <= CHUNK => {
                text.push('\n');
                text.push_str(&line);
            }
            Some(_) | None => texts.push(line),
        }
    }
    texts
}

/// The limits of one part.
pub(crate) struct Limits {
    /// The number of blocks.
    pub(crate) count: usize,
    /// The total cost of the blocks, in the unit of the channel.
    pub(crate) cost: usize,
}

/// Parts of at least one block each. A block that exceeds the limit alone gets its own part. Blocks are built so that
/// this does not happen. If it did, the channel's refusal would be visible, while a lost id would not.
pub(crate) fn pack<'a>(blocks: Vec<Block<'a>>, limits: &Limits, cost: impl Fn(&str) -> usize) -> Vec<Vec<Block<'a>>> {
    let mut parts: Vec<Vec<Block<'a>>> = Vec::new();
    let mut spent = 0;
    for block in blocks {
        let more = cost(&block.text);
        match parts.last_mut() {
            Some(part) if part.len() < limits.count && spent + more <= limits.cost => {
                part.push(block);
                spent += more;
            }
            Some(_) | None => {
                parts.push(vec![block]);
                spent = more;
            }
        }
    }
    parts
}

/// The message of one part.
pub(crate) fn message(subject: String, body: String, part: &[Block<'_>]) -> Message {
    let named = |entry: &Entry| Named {
        id: entry.item.id.clone(),
        subject: entry.item.subject,
        policy: entry.item.policy.clone(),
        owner: entry.owner.name.clone(),
        binding: entry.item.due.is_some(),
        due: entry.item.due,
    };
    Message { subject, body, named: part.iter().flat_map(|block| &block.entries).map(|entry| named(entry)).collect() }
}
