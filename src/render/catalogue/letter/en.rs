//! English.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::engine::judge::owner::OwnedBy;
use crate::engine::model::{Locale, Subject, instances};
use crate::render::catalogue::en::At;
use crate::render::catalogue::letter::Letter;
use crate::render::catalogue::words;

pub(crate) fn say(letter: Letter<'_>) -> String {
    match letter {
        Letter::Head(head) => words::head(Locale::En, head).to_owned(),
        Letter::Title { owner, count } => format!("idle-reaper: {} of {owner}", instances(count)),
        Letter::StocktakeTitle { owner } => format!("idle-reaper: the monthly stocktake for {owner}"),
        Letter::SecondTitle { owner, count } => {
            format!("idle-reaper: {} of {owner}, not answered for", instances(count))
        }
        Letter::OperatorTitle { count: 0 } => "idle-reaper: for the operator".to_owned(),
        Letter::OperatorTitle { count } => format!("idle-reaper: {} whose owner cannot be notified", instances(count)),
        Letter::Part { part, of } => format!("part {part} of {of}"),
        Letter::Intro => "To let one go, do nothing. To keep one, give it the tag in its lines.".to_owned(),
        Letter::StoppedIntro => "What was stopped has lost nothing on its volumes. To have one back, start it, and give it the tag in its lines."
            .to_owned(),
        Letter::NothingIntro => "This is for your information. Nothing is stopped because of it.".to_owned(),
        Letter::SecondIntro => {
            "Half of the grace is over, and the owner has neither kept nor stopped these. To keep one, \
                                give it the tag in its lines."
                .to_owned()
        }
        Letter::OperatorIntro => {
            "Nobody else was told of these, so nothing is done to them. Give each an owner with a \
                                  channel."
                .to_owned()
        }
        Letter::Total { cost: Some(cost), unknown: 0 } => {
            format!("Together {cost} a month by list price, before Savings Plans, reservations and tax.")
        }
        Letter::Total { cost: Some(cost), unknown } => format!(
            "Together {cost} a month by list price, before Savings Plans, reservations and tax, and {} of unknown price.",
            instances(unknown)
        ),
        Letter::Total { cost: None, unknown: _ } => "What they cost is unknown.".to_owned(),
        Letter::Monthly { amount } => format!("{amount} a month"),
        Letter::PriceUnknown => "unknown".to_owned(),
        Letter::What { subject, due, reminder } => {
            let again = if reminder { "reminder: " } else { "" };
            format!("{again}{}", what(subject, due))
        }
        Letter::Place { account, region, policy } => format!("account {account}, {region}, policy {policy}"),
        Letter::At { at, zone } => At(at, zone).to_string(),
        Letter::ManyRetagged { count } => format!(
            "The owner or schedule tags of {} changed after their notices, so that the notices begin anew. The report lists them.",
            instances(count)
        ),
        Letter::Unheard { owner: Some(owner), by } => format!("{owner} ({}), who has no channel", known(by)),
        Letter::Unheard { owner: None, by } => known(by),
    }
}

fn what(subject: Subject, due: Option<(DateTime<Utc>, Tz)>) -> String {
    let due = due.map(|(at, zone)| At(at, zone));
    match (subject, due) {
        (Subject::FirstStop, Some(due)) => format!("runs outside its hours; will be stopped from {due} on"),
        (Subject::FirstStop, None) => "runs outside its hours".to_owned(),
        (Subject::Idle, Some(due)) => format!("idle; will be stopped at {due} at the earliest"),
        (Subject::Idle, None) => "idle; reported only".to_owned(),
        (Subject::Lifted, _) => "its mark was lifted; it will not be stopped for being idle".to_owned(),
        (Subject::Stopped, _) => "was idle and has been stopped".to_owned(),
        (Subject::KeepEnds, Some(due)) => format!("the tag that keeps it ends at {due}"),
        (Subject::KeepEnds, None) => "the tag that keeps it ends".to_owned(),
        (Subject::Attention, _) => "somebody should look at it".to_owned(),
        (Subject::Retagged, Some(due)) => {
            format!("its owner or schedule tag changed after its notice, so that the notice begins anew; will be stopped from {due} on")
        }
        (Subject::Retagged, None) => "its owner or schedule tag changed after its notice, so that the notice begins anew; after two such changes \
             it is not stopped until the operator decides"
            .to_owned(),
        (Subject::Aged, _) => "has been running for long, and its owner is known by default only".to_owned(),
    }
}

fn known(by: &OwnedBy) -> String {
    match by {
        OwnedBy::Tag(key) => format!("by its tag {key}"),
        OwnedBy::Account(pattern) => format!("by its account, {pattern}"),
        OwnedBy::AlternateContact => "by its account's alternate contact".to_owned(),
        OwnedBy::Default => "by default".to_owned(),
        OwnedBy::Nobody => "nobody: no tag, no account and no default names one".to_owned(),
        OwnedBy::Unresolved(cause) => format!("unknown: {cause}"),
    }
}
