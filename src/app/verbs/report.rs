//! `report`: the report of a recorded run, or the runs of the record. It needs no permission in any account, and no AWS at
//! all if the record is a folder.

use chrono::{DateTime, Utc};

use crate::app::choices::Format;
use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load};
use crate::engine::config::{Place, Settings};
use crate::engine::history::runs::Listed;
use crate::engine::report::past::PastUnreadable;
use crate::engine::trends::LastWeeks;
use crate::local::folder::Folder;
use crate::ports::ReadRecord;
use crate::render::{edge, html, recorded, runs_json, runs_page};
use crate::run;
use crate::run::RecallError;

/// Why there is nothing to show.
const NO_RECORD: &str = "the settings have no `record` that could show earlier runs";

/// Lists the runs of the last `days` days, newest first.
pub(crate) async fn list(args: &Args, days: u16) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (_, now) = instants(args, &settings.zones())?;
    let found = match &settings.run.record {
        Some(Place::Folder(folder)) => run::runs(&Folder::new(folder), now, days).await?,
        Some(Place::S3 { .. }) => listed_over_aws(&settings, now, days).await?,
        None => return Err(Error::Usage(NO_RECORD.to_owned())),
    };
    let json = || edge::json(&runs_json(&found), true);
    show.text(&show.rendered(&runs_page(&found, settings.links.as_deref(), settings.run.locale), json))?;
    Ok(End::Done)
}

/// Shows the report of run `id` as it was recorded.
pub(crate) async fn one(args: &Args, id: &str) -> Result<End, Error> {
    let show = Show::any(args)?;
    let settings = load::command(args).await?;
    let wants_trends = show.is_page();
    let (text, trends) = match &settings.run.record {
        Some(Place::Folder(folder)) => read(&Folder::new(folder), &settings, id, wants_trends).await?,
        Some(Place::S3 { .. }) => read_over_aws(&settings, id, wants_trends).await?,
        None => return Err(Error::Usage(NO_RECORD.to_owned())),
    };
    let unreadable = |source| Error::Recall(RecallError::Unreadable { run: id.to_owned(), source });
    let sheet = html::Sheet::parse(&text).map_err(unreadable)?;
    let json = |text: &str| serde_json::from_str(text).map_err(|error| unreadable(PastUnreadable::NotAReport(error)));
    let (zone, locale) = (settings.zone(), settings.run.locale);
    let of_record = || recorded::page(&sheet, zone, locale, settings.links.as_deref());
    match show.format() {
        Format::Html => {
            show.html(html::page(&sheet, trends.as_ref().map(LastWeeks::trends), &html::Options::of(&settings)))?
        }
        Format::Table => show.text(&of_record().terminal(show.style()))?,
        Format::Markdown => show.text(&of_record().markdown())?,
        Format::Json => show.json(&json(&text)?, true)?,
        Format::Csv => show.text(&recorded::csv(&json(&text)?).map_err(|error| Error::Usage(error.to_string()))?)?,
        Format::Ndjson => show.text(&recorded::ndjson(&json(&text)?))?,
    }
    Ok(End::Done)
}

/// The text of the report, and what the record says of the weeks before it.
async fn read(
    hub: &impl ReadRecord,
    settings: &Settings,
    id: &str,
    wants_trends: bool,
) -> Result<(String, Option<LastWeeks>), Error> {
    let (text, _, at) = run::recorded(hub, id).await?;
    let trends = if wants_trends { run::trends::read(hub, settings, at).await.0 } else { None };
    Ok((text, trends))
}

with_aws! {
    "this build leaves AWS out, and the settings' record is in S3";

    async fn listed_over_aws(settings: &Settings, now: DateTime<Utc>, days: u16) -> Result<Vec<Listed>, Error> {
        Ok(run::runs(&crate::aws::AwsHub::new(&load::aws().await?, settings), now, days).await?)
    }

    async fn read_over_aws(
        settings: &Settings,
        id: &str,
        wants_trends: bool,
    ) -> Result<(String, Option<LastWeeks>), Error> {
        read(&crate::aws::AwsHub::new(&load::aws().await?, settings), settings, id, wants_trends).await
    }
}
