//! The answers to the monthly stocktake: a person confirms an account; who has not answered is reminded, and then the second
//! contact is notified.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::engine::config::Channel;
use crate::engine::history::History;
use crate::engine::history::answers::{Answers, Asked, Confirmation, FILE, Step, folder};
use crate::engine::model::month::Month;
use crate::engine::model::{Account, Contact, Notes};
use crate::engine::report::Report;
use crate::engine::report::digest::{About, Digest, Reader};
use crate::engine::report::stocktake::DONE;
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::render::answer_message;
use crate::run::notify::hours;
use crate::run::order::Order;
use crate::run::scan::Background;
use crate::run::state::is_stateful;

/// Why nothing was confirmed.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum ConfirmError {
    #[error("the record has no stocktake of account `{account}` for {month}; `report` lists the runs that take one")]
    NoStocktake { account: String, month: Month },
    #[error("the record has no stocktake yet, so there is nothing to confirm; the first run of a month takes one")]
    NoMonth,
    #[error("the stocktake of account `{account}` for {month} was confirmed before{by}, at {at}; nothing was changed")]
    Before { account: String, month: Month, by: String, at: DateTime<Utc> },
    #[error(transparent)]
    Record(#[from] PortError),
}

/// Records that a person has confirmed the stocktake of an account: of `month`, or of the last one. Returns the month.
///
/// # Errors
/// [`ConfirmError`] where there is no such stocktake, or where it was confirmed before.
pub async fn confirm(
    hub: &impl WriteRecord,
    account: &str,
    month: Option<Month>,
    by: &str,
    at: DateTime<Utc>,
) -> Result<Month, ConfirmError> {
    let last = hub.read(DONE).await?.and_then(|text| Month::parse(text.trim()));
    let month = month.or(last).ok_or(ConfirmError::NoMonth)?;
    if hub.read(&format!("stocktake/month={month}/{account}.json")).await?.is_none() {
        return Err(ConfirmError::NoStocktake { account: account.to_owned(), month });
    }
    let text = serde_json::to_string(&Confirmation { by: by.to_owned(), at }).map_err(PortError::from)?;
    let Some(before) = hub.create(&format!("{}/{account}.json", folder(month)), &text).await? else { return Ok(month) };
    let before = serde_json::from_str(&before).unwrap_or(Confirmation { by: String::new(), at });
    let by = if before.by.is_empty() { String::new() } else { format!(" by {}", before.by) };
    Err(ConfirmError::Before { account: account.to_owned(), month, by, at: before.at })
}

/// Records what tags confirm: those of an instance of the account, or of the account itself.
pub(crate) async fn by_tags(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    background: &Background,
    now: DateTime<Utc>,
) -> ((), Notes) {
    let (key, mut notes) = (&order.settings.tags.confirmed, Notes::default());
    let of_account = |account: &Account| {
        let (_, value) = account.tags.as_ref()?.any_case(key).next()?;
        Some((account.id.clone(), value.trim().to_owned()))
    };
    let tags = background.answers.clone().into_iter().chain(background.accounts.values().filter_map(of_account));
    let answers: Vec<(Arc<str>, Month, String)> =
        tags.filter_map(|(account, value)| by_tag(&value).map(|(month, by)| (account, month, by.to_owned()))).collect();
    if answers.is_empty() || order.settings.run.record.is_none() || !order.run.scope.is_whole() {
        return ((), notes);
    }
    let known =
        notes.ok_or_note(known(hub).await, "who has confirmed the stocktake cannot be read").unwrap_or_default();
    for (account, month, by) in answers {
        let is_open = known.accounts.get(&account).is_some_and(|asked| asked.confirmed.is_none());
        if is_open && known.month() == Some(month) {
            match confirm(hub, &account, Some(month), &by, now).await {
                Ok(_) | Err(ConfirmError::Before { .. }) => {}
                Err(error) => {
                    notes.note(format!("the tag `{key}` of account {account} could not be recorded: {error}"))
                }
            }
        }
    }
    ((), notes)
}

/// The month and the person that a tag names, as in `2026-11 Ana Doe`.
fn by_tag(value: &str) -> Option<(Month, &str)> {
    let (month, by) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    Some((Month::parse(month)?, by.trim()))
}

/// The answers of the last stocktake, with what was confirmed since.
pub(crate) async fn known(hub: &impl ReadRecord) -> Result<Answers, PortError> {
    let mut answers = Answers::parse(hub.read(FILE).await?.as_deref());
    let Some(month) = answers.month() else { return Ok(answers) };
    for (path, text) in hub.read_since(&folder(month), "").await? {
        let account = path.strip_suffix(".json").unwrap_or(&path);
        if let (Some(asked), Ok(confirmation)) = (answers.accounts.get_mut(account), serde_json::from_str(&text)) {
            asked.confirmed = Some(confirmation);
        }
    }
    Ok(answers)
}

/// What is recorded once the readers were reminded.
pub(crate) struct Pending {
    answers: Answers,
    pub(crate) digests: Vec<Digest>,
    steps: Vec<(Arc<str>, Step)>,
}

/// The reminders to owners who have not confirmed the stocktake of their account, and then to their second contacts.
pub(crate) async fn reminders(
    order: &Order<'_>,
    hub: &impl ReadRecord,
    history: &History,
    report: &Report,
) -> (Option<Pending>, Notes) {
    let (settings, mut notes) = (order.settings, Notes::default());
    let schedule = settings.policies.first().map(|policy| &policy.schedule);
    let wanted = settings.notify.confirm_within.zip(schedule).filter(|_| is_stateful(settings));
    let Some((days, schedule)) = wanted.filter(|_| order.run.scope.is_whole() && history.stocktake.is_none()) else {
        return (None, notes);
    };
    let text = hub.read(FILE).await;
    let Some(text) = notes.ok_or_trouble(text, "who was asked to confirm the stocktake cannot be read") else {
        return (None, notes);
    };
    // The confirmations are listed only if an owner would be reminded without them.
    if Answers::parse(text.as_deref()).due(schedule, days, report.at).next().is_none() {
        return (None, notes);
    }
    let known = notes.ok_or_trouble(known(hub).await, "who has confirmed the stocktake cannot be read");
    let Some(answers) = known else { return (None, notes) };
    let Some(month) = answers.month() else { return (None, notes) };
    let (mut digests, mut steps) = (Vec::new(), Vec::new());
    for (account, asked, step) in answers.due(schedule, days, report.at) {
        let Some((reader, channel)) = reader(order, asked, step) else { continue };
        if hours(order, history).is_due(channel) {
            let text = answer_message(account, month, asked, step, &channel.prefers, &report.names, settings);
            digests.push(Digest::of(text, reader, channel, About::Stocktake));
            steps.push((account.clone(), step));
        }
    }
    (Some(Pending { answers, digests, steps }), notes)
}

/// Records who was reminded.
pub(crate) async fn settle(hub: &impl WriteRecord, pending: Pending, accepted: &[bool], now: DateTime<Utc>) -> Notes {
    let (Pending { mut answers, digests: _, steps }, mut notes) = (pending, Notes::default());
    for ((account, step), accepted) in steps.iter().zip(accepted) {
        let Some(asked) = answers.accounts.get_mut(account) else { continue };
        match (accepted, step) {
            (false, _) => asked.failures = asked.failures.saturating_add(1),
            (true, Step::Remind) => asked.reminded = Some(now),
            (true, Step::Escalate) => asked.escalated = Some(now),
        }
    }
    let written = hub.write(FILE, &answers.text()).await;
    notes.ok_or_trouble(written, "who was reminded of the stocktake could not be recorded");
    notes
}

/// Who is notified, and where: the owner or the second contact, and the operator in place of one without a channel.
fn reader<'a>(order: &Order<'a>, asked: &'a Asked, step: Step) -> Option<(Reader, &'a Arc<Channel>)> {
    let (settings, owner) = (order.settings, &*asked.owner);
    let (contact, found) = match step {
        Step::Remind => (Contact::First, settings.owners.channels(owner)),
        Step::Escalate => (Contact::Second, settings.owners.seconds(owner)),
    };
    // A pattern such as `*` matches an owner who is unknown, too.
    let found = found.into_iter().next().filter(|_| !owner.is_empty());
    let to_owner = found.map(|(name, channel)| (Reader::Owner(Arc::from(name), contact), channel));
    to_owner.or_else(|| settings.notify.operator.as_ref().map(|channel| (Reader::Operator, channel)))
}

/// The answers of this month's stocktake as far as an earlier run has asked for them, and those of the last one.
pub(crate) async fn begin(hub: &impl ReadRecord, month: Month) -> Result<(Answers, Answers), PortError> {
    let mut known = known(hub).await?;
    if known.month == month.to_string() {
        let before = known.before.as_deref().cloned().unwrap_or_default();
        return Ok((known, before));
    }
    known.before = None;
    let fresh = Answers { month: month.to_string(), before: Some(Box::new(known.clone())), ..Answers::default() };
    Ok((fresh, known))
}

/// Notes that an owner is asked about an account.
pub(crate) fn ask(answers: &mut Answers, account: &Arc<str>, owner: &Arc<str>, has_channel: bool) {
    let (owner, sent) = (owner.clone(), None);
    let (reminded, escalated, confirmed) = (None, None, None);
    let asked = answers.accounts.entry(account.clone());
    let fresh = || Asked { owner: owner.clone(), has_channel, sent, failures: 0, reminded, escalated, confirmed };
    let asked = asked.or_insert_with(fresh);
    (asked.owner, asked.has_channel) = (owner.clone(), has_channel);
}

/// Notes that a channel did not accept the stocktake of these accounts.
pub(crate) fn refused<'a>(answers: &mut Answers, accounts: impl Iterator<Item = &'a Arc<str>>) {
    for account in accounts {
        if let Some(asked) = answers.accounts.get_mut(account) {
            asked.failures = asked.failures.saturating_add(1);
        }
    }
}

/// Records who was asked. `sent`: the accounts whose stocktake was sent by now.
pub(crate) async fn write(
    hub: &impl WriteRecord,
    mut answers: Answers,
    sent: &BTreeSet<Arc<str>>,
    now: DateTime<Utc>,
) -> Result<(), PortError> {
    if answers.month.is_empty() {
        return Ok(()); // what is there could not be read, and is not replaced
    }
    for (account, asked) in &mut answers.accounts {
        if sent.contains(account) {
            asked.sent.get_or_insert(now);
        }
    }
    hub.write(FILE, &answers.text()).await.map(|_| ())
}
