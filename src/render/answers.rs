//! The messages about stocktakes that nobody has confirmed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::config::{Preferences, Settings};
use crate::engine::history::answers::{Answers, Asked, Step};
use crate::engine::model::month::Month;
use crate::engine::model::{Locale, Text};
use crate::render::catalogue::{Letter, letter};
use crate::render::edge::plain;

/// How many accounts a list names. The record has the others.
const NAMED: usize = 20;

/// The message to an owner, or to the owner's second contact, who has not answered.
pub fn message(
    account: &str,
    month: Month,
    asked: &Asked,
    step: Step,
    prefers: &Preferences,
    names: &BTreeMap<Arc<str>, String>,
    settings: &Settings,
) -> Text {
    let locale = prefers.locale.unwrap_or(settings.run.locale);
    let zone = prefers.zone.unwrap_or_else(|| settings.zone());
    let (name, owner) = (names.get(account).map(String::as_str), &*asked.owner);
    let sent = asked.sent.map(|at| (at, zone));
    let second = step == Step::Escalate;
    let text = plain(&letter(locale, Letter::Unanswered { account, name, month, owner, sent, second }));
    // The account leads to its own part, with the stocktake.
    let own = settings.links.as_ref().and_then(|links| links.own(account));
    Text::linking(text, [(account.to_owned(), own)].into_iter())
}

/// What became of the last stocktake, for the operator of the next one; `None` where nobody was asked.
pub fn summary(answers: &Answers, locale: Locale) -> Option<String> {
    let month = answers.month()?;
    let say = |words: Letter<'_>| plain(&letter(locale, words));
    let (confirmed, of) = (answers.confirmed(), answers.accounts.len());
    let mut lines = vec![say(Letter::Answers { month, confirmed, of })];
    let open = answers.accounts.iter().filter(|(_, asked)| asked.confirmed.is_none());
    let line = |(account, asked): (&Arc<str>, &Asked)| {
        let Asked { owner, has_channel, sent, failures, reminded, escalated, confirmed: _ } = asked;
        let (unsent, is_reminded, is_escalated) = (sent.is_none(), reminded.is_some(), escalated.is_some());
        let (has_channel, failures) = (*has_channel, *failures);
        let state = Letter::NoAnswer { account, owner, has_channel, unsent, failures, is_reminded, is_escalated };
        format!("- {}", say(state))
    };
    lines.extend(open.clone().take(NAMED).map(line));
    let further = open.count().saturating_sub(NAMED);
    if further > 0 {
        lines.push(format!("- {}", say(Letter::MoreNotStarted { count: further })));
    }
    Some(lines.join("\n"))
}

/// What became of the last stocktake of one account, in the next one.
pub fn of_account(answers: &Answers, account: &str, locale: Locale) -> Option<String> {
    let (month, asked) = (answers.month()?, answers.accounts.get(account)?);
    let by = asked.confirmed.as_ref().map(|confirmed| confirmed.by.as_str());
    Some(plain(&letter(locale, Letter::WasAnswered { month, by })))
}
