//! The same for what waits: one target or one stage that panics keeps no other from going on.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::engine::model::Notes;
use crate::engine::model::panic::{message, spring};
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

/// Does a stage after the acts, and adds what it has to say to `notes`. One that panics degrades the run, and has no result.
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
