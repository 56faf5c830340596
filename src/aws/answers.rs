//! What all answers of AWS need: a check of the account, and texts and instants as the product has them.

use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};

use crate::engine::model::{Tags, Target};

/// Refuses an answer of another account. `arn` is that of a resource in it, and `what` names such resources.
///
/// # Errors
/// The resource belongs to another account.
pub(crate) fn check_account(operation: &str, place: &Target, arn: Option<&str>, what: &str) -> Result<(), String> {
    let owner = arn.and_then(|arn| arn.split(':').nth(4)).filter(|owner| !owner.is_empty());
    check_owner(operation, place, owner, what)
}

/// The same where an answer names the account of the resource.
///
/// # Errors
/// As [`check_account`].
pub(crate) fn check_owner(operation: &str, place: &Target, owner: Option<&str>, what: &str) -> Result<(), String> {
    match owner.filter(|owner| **owner != *place.account) {
        None => Ok(()),
        Some(owner) => Err(format!(
            "`{operation}` was asked for account `{}` and answered with {what} of account `{owner}`: the session belongs \
             to another account, so nothing that it shows is used",
            place.account
        )),
    }
}

/// The text, if it is not empty.
pub(crate) fn filled(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty()).map(Box::from)
}

/// The instant, if it can be shown.
pub(crate) fn instant(time: Option<&SdkTime>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time?.secs(), time?.subsec_nanos())
}

/// The tags in a list that each whole answer has; `None` where it has none, or has a tag without a key: a missing tag might
/// protect.
pub(crate) fn tags<T>(raw: Option<&[T]>, pair: impl Fn(&T) -> (Option<&str>, Option<&str>)) -> Option<Tags> {
    let tag = |tag: &T| {
        let (key, value) = pair(tag);
        Some((key?.to_owned(), value.unwrap_or_default().to_owned()))
    };
    let pairs: Option<Vec<(String, String)>> = raw?.iter().map(tag).collect();
    pairs.map(Tags::new)
}
