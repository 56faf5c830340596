//! Asks for confirmation at a terminal.

use std::io::{self, BufRead, IsTerminal, Write};

/// Whether a person can be asked: both the question and the answer need a terminal.
pub(super) fn somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and accepts only `y` or `yes` as consent.
pub(super) fn consent(question: &str) -> bool {
    let mut stderr = io::stderr();
    if write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).is_err() {
        return false;
    }
    let mut answer = String::new();
    match io::stdin().lock().read_line(&mut answer) {
        Ok(_) => matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"),
        Err(_) => false,
    }
}
