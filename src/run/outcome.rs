//! The outcome of a step, from the answer of the call and the state found afterwards.

use crate::engine::model::Ending;
use crate::engine::model::State;
use crate::ports::ActError;

/// The outcome of a stop, from the answer of the call and the state found afterwards.
pub(crate) fn stopped(end: &Result<(), ActError>, seen: Option<State>) -> (Ending, String) {
    match (end, seen) {
        (Ok(()) | Err(ActError::Unclear(_)), Some(State::Stopped)) => (Ending::Stopped, "seen stopped".to_owned()),
        (Ok(()) | Err(ActError::Unclear(_)), Some(State::Stopping)) => (Ending::Stopping, "seen stopping".to_owned()),
        (Ok(()) | Err(ActError::Unclear(_)), Some(State::Terminated | State::ShuttingDown)) => {
            (Ending::Overtaken, "somebody terminated it".to_owned())
        }
        (Ok(()), Some(state @ (State::Running | State::Pending | State::Unknown))) => {
            (Ending::Unverified, format!("the call was accepted, and it was still seen {state}"))
        }
        (Ok(()), None) => {
            (Ending::Unverified, "the call was accepted, and it could not be scanned afterwards".to_owned())
        }
        (Err(ActError::Unclear(why)), Some(state @ (State::Running | State::Pending | State::Unknown))) => {
            (Ending::Unverified, format!("{why}; still seen {state}"))
        }
        (Err(ActError::Unclear(why)), None) => (Ending::Unverified, why.clone()),
        (Err(ActError::NotSent(why)), _) => (Ending::NotTried, why.clone()),
        (Err(ActError::Refused(why)), Some(State::Stopped)) => (Ending::Stopped, format!("seen stopped, though {why}")),
        (Err(ActError::Refused(why)), Some(State::Stopping)) => {
            (Ending::Stopping, format!("seen stopping, though {why}"))
        }
        (
            Err(ActError::Refused(why)),
            Some(State::Pending | State::Running | State::ShuttingDown | State::Terminated | State::Unknown) | None,
        ) => (Ending::Failed, why.clone()),
    }
}

/// The outcome of a start, from the answer of the call and the state found afterwards.
pub(crate) fn started(end: &Result<(), ActError>, seen: Option<State>) -> (Ending, String) {
    match (end, seen) {
        (Ok(()) | Err(ActError::Unclear(_)), Some(State::Running)) => (Ending::Started, "seen running".to_owned()),
        (Ok(()), Some(State::Stopped | State::Stopping)) => (
            Ending::Failed,
            "it started and fell back to stopped; does the acting role lack `kms:CreateGrant` for its volumes?"
                .to_owned(),
        ),
        (Ok(()), Some(state @ (State::Pending | State::ShuttingDown | State::Terminated | State::Unknown))) => {
            (Ending::Unverified, format!("the call was accepted, and it was still seen {state}"))
        }
        (Ok(()), None) => {
            (Ending::Unverified, "the call was accepted, and it could not be scanned afterwards".to_owned())
        }
        (Err(ActError::Unclear(why)), Some(state)) => (Ending::Unverified, format!("{why}; still seen {state}")),
        (Err(ActError::Unclear(why)), None) => (Ending::Unverified, why.clone()),
        (Err(ActError::Refused(why)), _) => (Ending::Failed, why.clone()),
        (Err(ActError::NotSent(why)), _) => (Ending::NotTried, why.clone()),
    }
}
