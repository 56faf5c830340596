//! What is survived: plans of faults by the hundred, and the laws that hold after every run, whatever went wrong.
//! `make survive` tries many more than `make test` does; `docs/proof.md` has the figures.

mod fakes;
mod histories;
mod idleness;
mod mistakes;
mod model;
mod nights;
mod reference;

/// How many plans a test tries: `usual`, or as many times more as `IDLE_REAPER_PLANS` says.
pub fn plans(usual: u32) -> u32 {
    let times = std::env::var("IDLE_REAPER_PLANS").ok().and_then(|text| text.parse().ok());
    usual.saturating_mul(times.unwrap_or(1))
}
