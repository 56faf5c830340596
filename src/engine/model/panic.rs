//! A panic is a mistake in this program, and ends what was being done and nothing else: one resource, one target, one stage.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does `work`, of which `id` is what it is about; where it panics, the message.
///
/// # Errors
/// What the panic says.
pub(crate) fn contained<T>(place: &str, id: &str, work: impl FnOnce() -> T) -> Result<T, String> {
    // What is left half-changed is either thrown away with the resource or a cache that is filled entry by entry.
    catch_unwind(AssertUnwindSafe(|| {
        spring(place, id);
        work()
    }))
    .map_err(|payload| message(&*payload))
}

/// What a panic says.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<&str>().copied();
    let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    format!("a mistake in this program, please report it: {}", words.unwrap_or("a panic without words"))
}

#[cfg(debug_assertions)]
thread_local! {
    static TRAP: std::cell::RefCell<Option<(String, String)>> = const { std::cell::RefCell::new(None) };
}

/// Lets this thread panic the next times it comes to `place` with `id`; for tests, and not in a release.
#[cfg(debug_assertions)]
#[doc(hidden)]
pub fn set_trap(trap: Option<(&str, &str)>) {
    TRAP.set(trap.map(|(place, id)| (place.to_owned(), id.to_owned())));
}

/// Panics where a test has set a trap.
#[allow(unused_variables, clippy::panic)] // a release has no traps
pub(crate) fn spring(place: &str, id: &str) {
    #[cfg(debug_assertions)]
    if TRAP.with_borrow(|trap| trap.as_ref().is_some_and(|(at, what)| at == place && what == id)) {
        panic!("a trap at {place} {id}");
    }
}
