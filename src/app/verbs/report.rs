//! `report`: the runs of the record. It needs no permission in any account, and no AWS at all if the record is a folder.

use chrono::{DateTime, Utc};

use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load};
use crate::engine::config::{Place, Settings};
use crate::engine::history::runs::Listed;
use crate::local::folder::Folder;
use crate::render::{edge, runs_json, runs_page};
use crate::run;

/// Lists the runs of the last `days` days, newest first.
pub(crate) async fn report(args: &Args, days: u16) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (_, now) = instants(args, &settings.zones())?;
    let found = match &settings.run.record {
        Some(Place::Folder(folder)) => run::runs(&Folder::new(folder), now, days).await?,
        Some(Place::S3 { .. }) => over_aws(&settings, now, days).await?,
        None => return Err(Error::Usage("the settings have no `record` that could show earlier runs".to_owned())),
    };
    let json = || edge::json(&runs_json(&found), true);
    show.text(&show.rendered(&runs_page(&found, settings.links.as_deref(), settings.run.locale), json))?;
    Ok(End::Done)
}

with_aws! {
    "this build leaves AWS out, and the settings' record is in S3";

    async fn over_aws(settings: &Settings, now: DateTime<Utc>, days: u16) -> Result<Vec<Listed>, Error> {
        Ok(run::runs(&crate::aws::AwsHub::new(&load::aws().await?, settings), now, days).await?)
    }
}
