//! A panic is a bug in this program. It ends only the current piece of work: one resource, one target or one stage.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does `work`, which is about `id`, and catches a panic.
///
/// # Errors
/// The panic's message.
pub(crate) fn contained<T>(place: &str, id: &str, work: impl FnOnce() -> T) -> Result<T, String> {
    // Half-changed data is either dropped with the resource, or a cache that is filled entry by entry.
    catch_unwind(AssertUnwindSafe(|| {
        spring(place, id);
        work()
    }))
    .map_err(|payload| message(&*payload))
}

/// The message of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<&str>().copied();
    let words = words.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    format!("a mistake in this program, please report it: {}", words.unwrap_or("a panic without words"))
}

#[cfg(debug_assertions)]
thread_local! {
    static TRAP: std::cell::RefCell<Option<(String, String)>> = const { std::cell::RefCell::new(None) };
}

/// Makes this thread panic whenever it reaches `place` with `id`. For tests; a release ignores it.
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
