//! `confirm`: records that a person has confirmed the monthly stocktake of an account. It needs the record and no account.

use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load, record};
use crate::engine::model::is_account;
use crate::engine::model::month::Month;
use crate::render::edge::plain;
use crate::run::ConfirmError;

/// The longest name of a person.
const LONGEST: usize = 128;

/// Confirms the stocktake of `account` for `month`, or the last one.
pub(crate) async fn confirm(args: &Args, account: &str, month: Option<Month>, by: &str) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (now, _) = instants(args, &settings.zones())?;
    if !is_account(account) {
        return Err(Error::Usage(format!("`{account}` is not the id of an account; write its twelve digits")));
    }
    if by.chars().count() > LONGEST || by.chars().any(char::is_control) {
        return Err(Error::Usage(format!("`--by` is one line of at most {LONGEST} characters; shorten it")));
    }
    let hub = record::needed(&settings, "hold a confirmation").await?;
    let done = crate::run::confirm(&hub, account, month, by.trim(), now).await;
    let month = done.map_err(|error| match error {
        ConfirmError::Record(error) => Error::Port(error),
        refused @ (ConfirmError::NoStocktake { .. } | ConfirmError::NoMonth | ConfirmError::Before { .. }) => {
            Error::Refused(plain(&refused.to_string()))
        }
    })?;
    let json = || serde_json::json!({"version": 1, "account": account, "month": month, "confirmed": true});
    show.lines_or(|| format!("the stocktake of account {account} for {month} is confirmed\n"), json, true)?;
    Ok(End::Done)
}
