//! Contains panics in async code: a target or stage that panics does not stop the others.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::engine::model::Notes;
use crate::engine::model::panic::{message, spring};
use crate::ports::PortError;

/// Runs `work`, which is about `id`. If it panics, returns the message.
///
/// # Errors
/// The message of the panic.
pub(crate) async fn contained<T>(place: &str, id: &str, work: impl Future<Output = T>) -> Result<T, String> {
    let trapped = async {
        spring(place, id);
        work.await
    };
    AssertUnwindSafe(trapped).catch_unwind().await.map_err(|payload| message(&*payload))
}

/// The same for a call to a port, which may also fail.
///
/// # Errors
/// The error of the port, or the message of the panic.
pub(crate) async fn port<T>(place: &str, work: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
    contained(place, "", work).await.map_err(PortError).flatten()
}

/// Runs a stage after the acts and adds its remarks to `notes`. A stage that panics degrades the run and has no result.
pub(crate) async fn stage<T: Default>(
    place: &str,
    name: &str,
    work: impl Future<Output = (T, Notes)>,
    notes: &mut Notes,
) -> T {
    let ended = notes.ok_or_trouble(contained(place, "", work).await, &format!("{name} broke off"));
    let (value, said) = ended.unwrap_or_default();
    notes.add(said);
    value
}
