//! Page tokens. The SDK's paginators end silently when a token repeats, and the pages that they did not show would
//! count as scanned. Here a repeated token is an error.

use std::collections::HashSet;

/// The tokens of one listing so far.
#[derive(Default)]
pub(crate) struct Tokens(HashSet<String>);

impl Tokens {
    /// The token of the next page; `None` at the end.
    ///
    /// # Errors
    /// As text, when the token was already used.
    pub(crate) fn next(&mut self, operation: &str, token: Option<&str>) -> Result<Option<String>, String> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if self.0.insert(token.to_owned()) {
            return Ok(Some(token.to_owned()));
        }
        Err(format!("`{operation}` gave the same page token twice, so not everything was seen"))
    }
}
