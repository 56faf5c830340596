//! The binary. Everything is in the library, so that tests and documentation reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    idle_reaper::app::main()
}
