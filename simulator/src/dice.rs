//! Pseudo-random numbers from a seed and a place: the same in every run, and independent of the order of the calls.

/// SplitMix64 (Steele, Lea and Flood, 2014): one step is enough to spread a counter over 64 bits.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number from several parts, which depends on their order.
pub(crate) fn of(parts: &[u64]) -> u64 {
    parts.iter().fold(0x1d1e_4ea9, |sum, part| mix(sum ^ *part))
}

/// A number from a text (FNV-1a, then mixed).
pub(crate) fn text(text: &str) -> u64 {
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// From 0 (included) to `below` (not included); 0 for 0.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn below(number: u64, below: usize) -> usize {
    ((u128::from(number) * below as u128) >> 64) as usize
}

/// From 0 to 1.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn share(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}
