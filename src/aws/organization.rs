//! The accounts of the organisation.

use std::collections::BTreeSet;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account as Raw;

use crate::aws::{all as whole, listed, pages, words};
use crate::engine::model::{Account, Tags};
use crate::ports::{FoundAccount, PortError};

/// Units nest at most five levels deep. A greater depth is a loop.
const DEPTH: usize = 8;

/// Passes every account of the organisation to `each`, page by page.
pub(crate) async fn all(client: &Client, mut each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
    const OPERATION: &str = "organizations:ListAccounts";
    let page = async |token| {
        let page = client.list_accounts().set_next_token(token).send().await;
        let page = page.map_err(|error| PortError(words(OPERATION, &error)))?;
        for raw in listed(OPERATION, page.accounts.as_deref())? {
            each(found(raw)?);
        }
        Ok(page.next_token)
    };
    pages(OPERATION, page).await
}

/// `State` since September 2026, `Status` before. An account that is not `ACTIVE` is shown and not scanned.
fn found(raw: &Raw) -> Result<FoundAccount, PortError> {
    let id =
        raw.id().ok_or_else(|| PortError("`organizations:ListAccounts` showed an account without an id".to_owned()))?;
    #[allow(deprecated)] // the fallback for the field that AWS retired
    let state = raw.state().map(|state| state.as_str()).or_else(|| raw.status().map(|status| status.as_str()));
    let inactive = match state {
        Some("ACTIVE") => None,
        Some(state) => Some(format!("its state is {state}")),
        // A scan does no harm, and an account that is not scanned would be hidden.
        None => None,
    };
    let account = Account {
        name: raw.name().filter(|name| !name.trim().is_empty()).map(str::to_owned),
        units: Some(Vec::new()),
        ..Account::bare(id)
    };
    Ok(FoundAccount { account, inactive })
}

/// The tags of an account.
pub(crate) async fn tags_of(client: &Client, account: &str) -> Result<Tags, PortError> {
    const OPERATION: &str = "organizations:ListTagsForResource";
    let page = async |token| {
        let page = client.list_tags_for_resource().resource_id(account).set_next_token(token).send().await;
        let page = page.map_err(|error| format!("{} for `{account}`", words(OPERATION, &error)))?;
        Ok((listed(OPERATION, page.tags)?, page.next_token))
    };
    let tags = whole(OPERATION, page).await?;
    Ok(Tags::new(tags.iter().map(|tag| (tag.key(), tag.value()))))
}

/// The ids of all accounts in `unit` and in all units below it.
pub(crate) async fn beneath(client: &Client, unit: &str) -> Result<BTreeSet<String>, PortError> {
    let mut ids = BTreeSet::new();
    let mut level = vec![unit.to_owned()];
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for parent in level {
            ids.extend(accounts_of(client, &parent).await?);
            next.extend(units_of(client, &parent).await?);
        }
        if next.is_empty() {
            return Ok(ids);
        }
        level = next;
    }
    Err(PortError(format!("the units beneath `{unit}` nest deeper than {DEPTH} levels")))
}

async fn accounts_of(client: &Client, parent: &str) -> Result<Vec<String>, PortError> {
    const OPERATION: &str = "organizations:ListAccountsForParent";
    let page = async |token| {
        let page = client.list_accounts_for_parent().parent_id(parent).set_next_token(token).send().await;
        let page = page.map_err(|error| format!("{} for `{parent}`", words(OPERATION, &error)))?;
        Ok((listed(OPERATION, page.accounts)?.into_iter().filter_map(|account| account.id), page.next_token))
    };
    Ok(whole(OPERATION, page).await?)
}

async fn units_of(client: &Client, parent: &str) -> Result<Vec<String>, PortError> {
    const OPERATION: &str = "organizations:ListOrganizationalUnitsForParent";
    let page = async |token| {
        let page = client.list_organizational_units_for_parent().parent_id(parent).set_next_token(token).send().await;
        let page = page.map_err(|error| format!("{} for `{parent}`", words(OPERATION, &error)))?;
        Ok((listed(OPERATION, page.organizational_units)?.into_iter().filter_map(|unit| unit.id), page.next_token))
    };
    Ok(whole(OPERATION, page).await?)
}
