//! Asks for confirmation at a terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::app::Error;
use crate::app::verbs::note;

/// Whether a person can be asked: both the question and the answer need a terminal.
pub(super) fn is_interactive() -> bool {
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

/// Asks until `read` accepts the answer. An empty answer is the default, if there is one.
///
/// # Errors
/// [`Error::Refused`] where the input ends.
pub(super) fn line<T>(
    question: &str,
    default: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Error> {
    let mut stderr = io::stderr();
    loop {
        let hint = default.map_or_else(String::new, |default| format!("[{default}] "));
        let _ = write!(stderr, "{question} {hint}").and_then(|()| stderr.flush());
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer).unwrap_or(0) == 0 {
            return Err(Error::Refused("the input ended; nothing was written".to_owned()));
        }
        let answer = answer.trim();
        match read(if answer.is_empty() { default.unwrap_or_default() } else { answer }) {
            Ok(answer) => return Ok(answer),
            Err(why) => note(&why),
        }
    }
}
