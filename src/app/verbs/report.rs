//! `report`: the report of a recorded run, or the runs of the record. It needs no permission in any account, and no AWS at
//! all if the record is a folder.

use crate::app::choices::Format;
use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load, record};
use crate::engine::report::past::PastUnreadable;
use crate::engine::trends::LastWeeks;
use crate::render::{edge, html, recorded, runs_json, runs_page};
use crate::run;
use crate::run::RecallError;

/// What the record is needed for.
const SHOW: &str = "show earlier runs";

/// Lists the runs of the last `days` days, newest first.
pub(crate) async fn list(args: &Args, days: u16) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (_, now) = instants(args, &settings.zones())?;
    let found = run::runs(&record::needed(&settings, SHOW).await?, now, days).await?;
    let json = || edge::json(&runs_json(&found), true);
    show.text(&show.rendered(&runs_page(&found, settings.links.as_deref(), settings.run.locale), json))?;
    Ok(End::Done)
}

/// Shows the report of run `id` as it was recorded.
pub(crate) async fn one(args: &Args, id: &str) -> Result<End, Error> {
    let show = Show::any(args)?;
    let settings = load::command(args).await?;
    let hub = record::needed(&settings, SHOW).await?;
    let (text, _, at) = run::recorded(&hub, id).await?;
    let trends = if show.is_page() { run::trends::read(&hub, &settings, at).await.0 } else { None };
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
