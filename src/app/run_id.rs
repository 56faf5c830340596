//! Generates run ids.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// `20261125T123000Z-1a2b3c4d`: the time, and enough random bits that two runs in one second differ.
pub(crate) fn run_id(at: DateTime<Utc>) -> Arc<str> {
    let mut chance = std::collections::hash_map::RandomState::new().build_hasher();
    chance.write_u32(std::process::id());
    format!("{}-{:08x}", at.format("%Y%m%dT%H%M%SZ"), chance.finish() & 0xffff_ffff).into()
}
