//! The outcome of a step, from the answer of the call and the state found afterwards.

use crate::engine::model::{Kind, OutcomeKind, State};
use crate::ports::ActError::{self, InTransition, NotSent, Refused, Unclear};

/// The outcome of a stop, from the answer of the call and the state found afterwards.
pub(crate) fn stopped(end: &Result<(), ActError>, seen: Option<State>) -> (OutcomeKind, String) {
    match (end, seen) {
        (Ok(()) | Err(Unclear(_)), Some(State::Stopped)) => (OutcomeKind::Stopped, "seen stopped".to_owned()),
        (Ok(()) | Err(Unclear(_)), Some(State::Stopping)) => (OutcomeKind::Stopping, "seen stopping".to_owned()),
        (Ok(()) | Err(Unclear(_)), Some(State::Terminated | State::ShuttingDown)) => {
            (OutcomeKind::Overtaken, "somebody terminated it".to_owned())
        }
        (Ok(()), Some(state @ (State::Running | State::Pending | State::Changing | State::Unknown))) => {
            (OutcomeKind::Unverified, format!("the call was accepted, and it was still seen {state}"))
        }
        (Ok(()), None) => {
            (OutcomeKind::Unverified, "the call was accepted, and it could not be scanned afterwards".to_owned())
        }
        (Err(Unclear(why)), Some(state @ (State::Running | State::Pending | State::Changing | State::Unknown))) => {
            (OutcomeKind::Unverified, format!("{why}; still seen {state}"))
        }
        (Err(Unclear(why)), None) => (OutcomeKind::Unverified, why.clone()),
        (Err(NotSent(why)), _) => (OutcomeKind::NotTried, why.clone()),
        (Err(Refused(why) | InTransition(why)), Some(State::Stopped)) => {
            (OutcomeKind::Stopped, format!("seen stopped, though {why}"))
        }
        (Err(Refused(why) | InTransition(why)), Some(State::Stopping)) => {
            (OutcomeKind::Stopping, format!("seen stopping, though {why}"))
        }
        (Err(InTransition(why)), _) => (OutcomeKind::NotTried, deferred(why)),
        (
            Err(Refused(why)),
            Some(
                State::Pending
                | State::Running
                | State::ShuttingDown
                | State::Terminated
                | State::Changing
                | State::Unknown,
            )
            | None,
        ) => (OutcomeKind::Failed, why.clone()),
    }
}

/// AWS is changing it, so the next run tries again.
fn deferred(why: &str) -> String {
    format!("deferred, because it is in transition: {why}")
}

/// The outcome of a start, from the answer of the call and the state found afterwards.
pub(crate) fn started(end: &Result<(), ActError>, seen: Option<State>, kind: Kind) -> (OutcomeKind, String) {
    match (end, seen) {
        (Ok(()) | Err(Unclear(_)), Some(State::Pending)) if kind.takes_minutes() => {
            (OutcomeKind::Starting, "seen starting".to_owned())
        }
        (Ok(()), Some(state @ (State::Stopped | State::Stopping))) if kind.takes_minutes() => {
            (OutcomeKind::Unverified, format!("the call was accepted, and it was still seen {state}"))
        }
        (Ok(()) | Err(Unclear(_)), Some(State::Running)) => (OutcomeKind::Started, "seen running".to_owned()),
        (Ok(()), Some(State::Stopped | State::Stopping)) => (
            OutcomeKind::Failed,
            "it started and fell back to stopped; does the acting role lack `kms:CreateGrant` for its volumes?"
                .to_owned(),
        ),
        (
            Ok(()),
            Some(state @ (State::Pending | State::ShuttingDown | State::Terminated | State::Changing | State::Unknown)),
        ) => (OutcomeKind::Unverified, format!("the call was accepted, and it was still seen {state}")),
        (Ok(()), None) => {
            (OutcomeKind::Unverified, "the call was accepted, and it could not be scanned afterwards".to_owned())
        }
        (Err(Unclear(why)), Some(state)) => (OutcomeKind::Unverified, format!("{why}; still seen {state}")),
        (Err(Unclear(why)), None) => (OutcomeKind::Unverified, why.clone()),
        (Err(Refused(why)), _) => (OutcomeKind::Failed, why.clone()),
        (Err(NotSent(why)), _) => (OutcomeKind::NotTried, why.clone()),
        (Err(InTransition(why)), _) => (OutcomeKind::NotTried, deferred(why)),
    }
}
