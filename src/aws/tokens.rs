//! Page tokens. The SDK's paginators end in silence when a token comes again, and what they then have not shown
//! would count as seen; here a token that comes again is an error.

use std::collections::HashSet;

/// The tokens of one listing so far.
#[derive(Default)]
pub(crate) struct Tokens(HashSet<String>);

impl Tokens {
    /// The token to ask on with; `None` at the end.
    ///
    /// # Errors
    /// In words, when the token has been seen before.
    pub(crate) fn next(&mut self, operation: &str, token: Option<&str>) -> Result<Option<String>, String> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if self.0.insert(token.to_owned()) {
            return Ok(Some(token.to_owned()));
        }
        Err(format!("`{operation}` gave the same page token twice, so not everything was seen"))
    }
}
