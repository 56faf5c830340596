//! Reads answers that come in pages. The SDK's paginators end silently when a token repeats, and the pages that they did not
//! show would count as scanned. Here a repeated token is an error.

use std::collections::HashSet;

/// Asks for page after page: `page` gets the token of a page, reads the page, and returns the token of the next one.
/// `None` ends the listing.
///
/// # Errors
/// The error of `page`, or that a token was used twice.
pub(crate) async fn pages<E: From<String>>(
    operation: &str,
    mut page: impl AsyncFnMut(Option<String>) -> Result<Option<String>, E>,
) -> Result<(), E> {
    let (mut used, mut token) = (HashSet::new(), None);
    loop {
        let Some(next) = page(token).await?.filter(|next| !next.is_empty()) else { return Ok(()) };
        if !used.insert(next.clone()) {
            let why = format!("`{operation}` gave the same page token twice, so not everything was seen");
            return Err(why.into());
        }
        token = Some(next);
    }
}

/// The entries of every page: `page` returns those of one page, and the token of the next.
///
/// # Errors
/// As [`pages`]. A part of the entries is not returned.
pub(crate) async fn all<T, I: IntoIterator<Item = T>>(
    operation: &str,
    mut page: impl AsyncFnMut(Option<String>) -> Result<(I, Option<String>), String>,
) -> Result<Vec<T>, String> {
    let mut all = Vec::new();
    let each = async |token| {
        let (entries, next) = page(token).await?;
        all.extend(entries);
        Ok::<_, String>(next)
    };
    pages(operation, each).await?;
    Ok(all)
}

/// The list in an answer. A missing list is not an empty list: an empty list would mean that an account is in no unit
/// that `[never]` names, and may be acted on.
///
/// # Errors
/// There is no list.
pub(crate) fn listed<T>(operation: &str, list: Option<T>) -> Result<T, String> {
    list.ok_or_else(|| format!("`{operation}` was answered without a list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_repeated_token_is_an_error_and_an_empty_one_is_the_end() {
        let end = pages("op", async |_| Ok(Some("a".to_owned()))).await;
        assert_eq!(end, Err("`op` gave the same page token twice, so not everything was seen".to_owned()));
        let read = all("op", async |token: Option<String>| Ok((vec![token.is_some()], Some(String::new())))).await;
        assert_eq!(read, Ok(vec![false]));
        let two = async |token: Option<String>| Ok((vec![token.is_some()], token.is_none().then(|| "b".to_owned())));
        assert_eq!(all("op", two).await, Ok(vec![false, true]));
    }
}
