//! One target of `make fuzz`; what it tries is in `inputs.rs`.

#![no_main]

#[path = "../inputs.rs"]
mod inputs;

libfuzzer_sys::fuzz_target!(|data: &[u8]| inputs::try_one("record", data));
