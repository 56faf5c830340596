//! The facts about one instance, line by line, before they get the format of a channel.

use chrono::{Days, NaiveDate};

use crate::engine::model::{Item, Kind, Subject};
use crate::engine::report::digest::{Digest, Entry, Reader};
use crate::render::catalogue::{self, Head, Letter, detail, letter, meaning};
use crate::render::edge::plain;
use crate::render::message::{Frame, cost};

/// The number of days for which the tag in a message keeps an instance, unless the settings allow less.
const KEEP_DAYS: u32 = 30;

/// The maximum length of each text, in UTF-16 units. A longer text is cut and ends in `…`. All texts together, with
/// every character escaped, fit into the 3,000 of one Slack text. Ids are never cut.
const NAME: usize = 80;
const DETAIL: usize = 320;
const NOTE: usize = 160;
const WORD: usize = 64;

/// The lines about one instance.
pub(crate) struct Facts {
    /// The instance's id.
    pub(crate) id: String,
    /// Its name and type, as written by others.
    pub(crate) about: Vec<String>,
    /// Account, Region and policy.
    pub(crate) place: String,
    /// Everything else.
    pub(crate) lines: Vec<Line>,
    /// Its page in the AWS console.
    pub(crate) link: Option<String>,
}

/// One line.
pub(crate) struct Line {
    /// The label before it.
    pub(crate) head: String,
    /// Its text.
    pub(crate) text: String,
    /// Whether the reader must copy it exactly.
    pub(crate) exact: bool,
}

/// The lines about one entry.
pub(crate) fn facts(entry: &Entry, digest: &Digest, frame: &Frame<'_>) -> Facts {
    let Entry { item, owner } = entry;
    let Item { subject, id, name, kind, policy, verdict, since, due, zone, monthly, note, reminder, .. } = item;
    let (target, id) = (&id.place, &*id.name);
    let zone = digest.channel.prefers.zone.unwrap_or(*zone);
    let say = |head, text: String, exact| Line {
        head: catalogue::head(frame.locale, head).to_owned(),
        text: plain(&text),
        exact,
    };
    // An instance is not stopped before its owner is notified, so the operator's message does not mention a stop.
    let stops = digest.reader != Reader::Operator || *subject == Subject::KeepEnds;
    let due = due.filter(|_| stops).map(|due| (due, zone));
    let what = Letter::What { subject: *subject, due, reminder: *reminder };
    let mut lines = vec![say(Head::What, letter(frame.locale, what), false)];
    let mut verdict = verdict.clone();
    verdict.show_in(zone);
    lines.push(say(Head::Why, short(&detail(&verdict, frame.locale), DETAIL), false));
    let is_operator = digest.reader == Reader::Operator;
    if !is_operator {
        lines.extend(explained(entry, frame).into_iter().map(|(head, text)| say(head, text, false)));
    }
    if !note.is_empty() {
        lines.push(say(Head::Note, short(note, NOTE), false));
    }
    if let Some(since) = since {
        lines.push(say(Head::Since, letter(frame.locale, Letter::At { at: *since, zone }), false));
    }
    lines.push(say(Head::Cost, cost::monthly(*monthly, frame), false));
    if is_operator {
        let unheard = letter(frame.locale, Letter::Unheard { owner: owner.known(), by: &owner.by });
        lines.push(say(Head::Owner, short(&unheard, DETAIL), false));
    }
    if *subject == Subject::Stopped || stop_is_due(item) && !is_operator {
        lines.extend(back(item).map(|start| say(Head::Back, start, true)));
    }
    if !matches!(subject, Subject::Lifted | Subject::FirstStart | Subject::StillWanted) {
        lines.push(say(Head::Keep, keep(item, frame), true));
    }
    // An owner has neither the command nor access to the whole record.
    if is_operator {
        lines.push(say(Head::See, format!("idle-reaper explain {id}"), true));
    }
    let account = match frame.names.get(&target.account) {
        Some(name) => format!("{} ({})", target.account, short(name, NAME)),
        None => target.account.to_string(),
    };
    let (region, policy) = (short(&target.region, WORD), short(policy, WORD));
    let place = letter(frame.locale, Letter::Place { account: &account, region: &region, policy: &policy });
    let about = [short(name, NAME), short(kind, WORD)].into_iter().filter(|text| !text.is_empty()).collect();
    let link = frame.links.and_then(|links| links.resource(&item.id));
    Facts { id: plain(id), about, place: plain(&place), lines, link }
}

/// The command that starts it again.
fn back(item: &Item) -> Option<String> {
    let (id, region) = (&item.id, &item.id.place.region);
    match id.kind {
        Kind::Instance => Some(format!("aws ec2 start-instances --region {region} --instance-ids {}", id.name)),
        Kind::Database => {
            let what = if id.is_db_cluster() { "cluster" } else { "instance" };
            let name = id.identifier();
            Some(format!("aws rds start-db-{what} --region {region} --db-{what}-identifier {name}"))
        }
        Kind::Service => {
            let (cluster, name) = id.identifier().split_once('/')?;
            // The former count is in its stop tag.
            let service = format!("--cluster {cluster} --service {name} --desired-count COUNT");
            Some(format!("aws ecs update-service --region {region} {service}"))
        }
    }
}

/// Whether the message says when it will be stopped.
fn stop_is_due(item: &Item) -> bool {
    item.due.is_some() && item.subject != Subject::KeepEnds
}

/// What `explain` says of a stop, in short: the rule, the hours and the owner by their tags, and who was notified before.
fn explained(entry: &Entry, frame: &Frame<'_>) -> Vec<(Head, String)> {
    let Entry { item, owner } = entry;
    let reason = item.verdict.reason();
    let rule = Letter::Rule { rule: reason.as_str(), meaning: meaning(reason, frame.locale) };
    let mut lines = vec![(Head::Rule, letter(frame.locale, rule))];
    if !item.hours.is_empty() {
        let tag = item.own_hours.then_some(&*frame.tags.schedule);
        let hours = Letter::Hours { schedule: &short(&item.hours, WORD), tag };
        lines.push((Head::Hours, letter(frame.locale, hours)));
    }
    if let Some(owner_name) = owner.known() {
        let owned = Letter::Owned { owner: owner_name, by: &owner.by };
        lines.push((Head::Owner, short(&letter(frame.locale, owned), NOTE)));
    }
    if let Some((owner, at)) = &item.notified {
        let notified = Letter::Notified { owner: &short(owner, WORD), at: *at, zone: item.zone };
        lines.push((Head::Notified, letter(frame.locale, notified)));
    }
    lines
}

/// The tag that keeps an instance for a month from today, or from the end of a keep that is about to end. It never
/// exceeds the limit of the settings.
fn keep(item: &Item, frame: &Frame<'_>) -> String {
    let days = KEEP_DAYS.min(frame.tags.max_keep_days).max(1);
    let today = frame.at.with_timezone(&item.zone).date_naive();
    let ahead = |from: NaiveDate, days: u32| from.checked_add_days(Days::new(days.into())).unwrap_or(from);
    let ends = item.due.filter(|_| item.subject == Subject::KeepEnds);
    let from = ends.map_or(today, |due| due.with_timezone(&item.zone).date_naive());
    let last = ahead(today, frame.tags.max_keep_days.max(1));
    format!("{}={}", frame.tags.keep_until, ahead(from, days).min(last))
}

/// Text by others, on one line, cut to `most` UTF-16 units.
pub(crate) fn short(text: &str, most: usize) -> String {
    cut(plain(text), most)
}

/// Text cut to `most` UTF-16 units; a cut text ends in `…`.
pub(crate) fn cut(text: String, most: usize) -> String {
    if size(&text) <= most {
        return text;
    }
    let mut left = most.saturating_sub(1);
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

/// The length of a text as chats count it: in UTF-16 units.
pub(crate) fn size(text: &str) -> usize {
    text.encode_utf16().count()
}
