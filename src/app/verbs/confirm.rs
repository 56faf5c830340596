//! `confirm`: records that a person has confirmed the monthly stocktake of an account. It needs the record and no account.

use chrono::{DateTime, Utc};

use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load};
use crate::engine::config::{Place, Settings};
use crate::engine::model::is_account;
use crate::engine::model::month::Month;
use crate::local::folder::Folder;
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
    let done = match &settings.run.record {
        Some(Place::Folder(folder)) => crate::run::confirm(&Folder::new(folder), account, month, by.trim(), now).await,
        Some(Place::S3 { .. }) => return over_aws(&show, &settings, account, month, by.trim(), now).await,
        None => return Err(Error::Usage("the settings have no `record` that could hold a confirmation".to_owned())),
    };
    shown(&show, account, done)
}

fn shown(show: &Show<'_>, account: &str, done: Result<Month, ConfirmError>) -> Result<End, Error> {
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

with_aws! {
    "this build leaves AWS out, and the settings' record is in S3";

    async fn over_aws(
        show: &Show<'_>,
        settings: &Settings,
        account: &str,
        month: Option<Month>,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<End, Error> {
        let hub = crate::aws::AwsHub::new(&load::aws().await?, settings);
        shown(show, account, crate::run::confirm(&hub, account, month, by, now).await)
    }
}
