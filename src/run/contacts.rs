//! Asks accounts for their alternate contacts, once per account and only where an owner may depend on them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::Settings;
use crate::engine::judge::Contacts;
use crate::engine::judge::owner::needs_contact;
use crate::engine::model::Account;
use crate::ports::Scan;
use crate::run::Clock;

/// The alternate contacts of these accounts. If an account cannot be asked by `reserve` before the deadline, its
/// contact is unknown, which is not the same as none.
pub(crate) async fn ask(
    port: &impl Scan,
    settings: &Settings,
    accounts: &BTreeMap<Arc<str>, Account>,
    clock: Clock,
    reserve: Duration,
) -> Contacts {
    let asked = accounts.values().filter(|account| needs_contact(settings, account)).map(|account| async {
        let answer = match clock.within(reserve, port.alternate_contact(&account.id)).await {
            Some(Ok(contact)) => Ok(contact.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(Arc::from)),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("there was no time left to ask for the account's alternate contact".to_owned()),
        };
        (account.id.clone(), answer)
    });
    stream::iter(asked).buffer_unordered(settings.run.width).collect().await
}
