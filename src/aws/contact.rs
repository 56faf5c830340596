//! The alternate contact of an account, read in that account itself. The reading role needs no further permission.

use aws_sdk_account::Client;
use aws_sdk_account::types::AlternateContactType;

use crate::aws::words;
use crate::engine::config::ContactType;

/// The address of the contact; `None` where the account has none of that type.
///
/// # Errors
/// Why it is unknown.
pub(crate) async fn of(client: &Client, wanted: ContactType) -> Result<Option<String>, String> {
    let wanted = match wanted {
        ContactType::Operations => AlternateContactType::Operations,
        ContactType::Billing => AlternateContactType::Billing,
        ContactType::Security => AlternateContactType::Security,
    };
    match client.get_alternate_contact().alternate_contact_type(wanted).send().await {
        Ok(answer) => Ok(answer.alternate_contact().and_then(|one| one.email_address()).map(str::to_owned)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => Err(words("account:GetAlternateContact", &error)),
    }
}
