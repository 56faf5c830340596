//! The same for what waits: one target or one stage that panics keeps no other from going on.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::engine::model::panic::{message, spring};
use crate::engine::report::Report;
use crate::ports::PortError;

/// Does `work`, of which `id` is what it is about; where it panics, the message.
///
/// # Errors
/// What the panic says.
pub(crate) async fn contained<T>(place: &str, id: &str, work: impl Future<Output = T>) -> Result<T, String> {
    let trapped = async {
        spring(place, id);
        work.await
    };
    AssertUnwindSafe(trapped).catch_unwind().await.map_err(|payload| message(&*payload))
}

/// The same of something that the world may refuse.
///
/// # Errors
/// What the world or the panic says.
pub(crate) async fn port<T>(place: &str, work: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
    contained(place, "", work).await.map_err(PortError).flatten()
}

/// Notes how a stage after the acts ended: one that panics degrades the run, and the next ones are done all the same.
pub(crate) fn note(stage: &str, ended: Result<(), String>, report: &mut Report) {
    if let Err(why) = ended {
        report.troubled = true;
        report.notes.push(format!("{stage} broke off: {why}"));
    }
}
