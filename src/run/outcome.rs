//! The outcome of a step, from the answer of the call and the state found afterwards.

use crate::engine::model::{Kind, OutcomeKind, State};
use crate::ports::ActError::{self, InTransition, NotSent, Refused, Unclear};

/// The outcome of a stop, from the answer of the call and the state found afterwards.
pub(crate) fn stopped(end: &Result<(), ActError>, seen: Option<State>) -> (OutcomeKind, String) {
    let down = |state| if state == State::Stopped { OutcomeKind::Stopped } else { OutcomeKind::Stopping };
    match (end, seen) {
        (Ok(()) | Err(Unclear(_)), Some(state @ (State::Stopped | State::Stopping))) => {
            (down(state), format!("seen {state}"))
        }
        (Err(Refused(why) | InTransition(why)), Some(state @ (State::Stopped | State::Stopping))) => {
            (down(state), format!("seen {state}, though {why}"))
        }
        (Ok(()) | Err(Unclear(_)), Some(State::Terminated | State::ShuttingDown)) => {
            (OutcomeKind::Overtaken, "somebody terminated it".to_owned())
        }
        (Ok(()), Some(State::Running | State::Pending | State::Changing | State::Unknown) | None) => {
            unverified(None, seen)
        }
        (Err(Unclear(why)), Some(State::Running | State::Pending | State::Changing | State::Unknown) | None) => {
            unverified(Some(why), seen)
        }
        (Err(refused), _) => not_done(refused),
    }
}

/// The outcome of a start, from the answer of the call and the state found afterwards.
pub(crate) fn started(end: &Result<(), ActError>, seen: Option<State>, kind: Kind) -> (OutcomeKind, String) {
    match (end, seen) {
        (Ok(()) | Err(Unclear(_)), Some(State::Running)) => (OutcomeKind::Started, "seen running".to_owned()),
        (Ok(()) | Err(Unclear(_)), Some(State::Pending)) if kind.takes_minutes() => {
            (OutcomeKind::Starting, "seen starting".to_owned())
        }
        (Ok(()), Some(State::Stopped | State::Stopping)) if !kind.takes_minutes() => (
            OutcomeKind::Failed,
            "it started and fell back to stopped; does the acting role lack `kms:CreateGrant` for its volumes?"
                .to_owned(),
        ),
        (Ok(()), _) => unverified(None, seen),
        (Err(Unclear(why)), _) => unverified(Some(why), seen),
        (Err(refused @ (Refused(_) | NotSent(_) | InTransition(_))), _) => not_done(refused),
    }
}

/// What was found does not show how the call ended. `why`: the call itself did not end clearly, either.
fn unverified(why: Option<&str>, seen: Option<State>) -> (OutcomeKind, String) {
    let detail = match (why, seen) {
        (None, Some(state)) => format!("the call was accepted, and it was still seen {state}"),
        (None, None) => "the call was accepted, and it could not be scanned afterwards".to_owned(),
        (Some(why), Some(state)) => format!("{why}; still seen {state}"),
        (Some(why), None) => why.to_owned(),
    };
    (OutcomeKind::Unverified, detail)
}

/// The call was not carried out, as far as AWS's answer says.
fn not_done(end: &ActError) -> (OutcomeKind, String) {
    match end {
        Refused(why) => (OutcomeKind::Failed, why.clone()),
        NotSent(why) => (OutcomeKind::NotTried, why.clone()),
        // AWS is changing it, so the next run tries again.
        InTransition(why) => (OutcomeKind::NotTried, format!("deferred, because it is in transition: {why}")),
        Unclear(why) => (OutcomeKind::Unverified, why.clone()),
    }
}
