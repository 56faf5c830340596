//! The pages in the record: one for each run that acted or that needs a person, and the page of the last whole run
//! at a name that never changes.

use chrono::{DateTime, Utc};

use crate::engine::config::Settings;
use crate::engine::model::Notes;
use crate::engine::report::Report;
use crate::engine::trends::LastWeeks;
use crate::engine::undo::Undo;
use crate::ports::{PortError, WriteRecord};
use crate::render::html;
use crate::render::html::{NoPage, Options, Sheet};
use crate::run::record::{RUNS, partition};

/// The page of the last whole run. It names instances, so it lies where such data expires.
pub(crate) const LATEST: &str = "runs/latest.html";

/// `runs/date=2026-11-25/<run>/report.html`
fn key(run: &str, at: DateTime<Utc>) -> String {
    format!("{RUNS}/{}/{run}/report.html", partition(at))
}

/// Writes the pages of a run. `whole`: whether it scanned everything, and not only what a request selects.
pub(crate) async fn write(hub: &impl WriteRecord, settings: &Settings, report: &Report, whole: bool) -> Notes {
    let mut notes = Notes::default();
    let written = async {
        let sheet = Sheet::of(report).map_err(NoPage::Data)?;
        let kept = Some(key(&report.run, report.at)).filter(|_| sheet.matters());
        let keys: Vec<String> = kept.into_iter().chain(whole.then(|| LATEST.to_owned())).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let trends = report.trends.as_ref().map(LastWeeks::trends);
        let page = html::page(&sheet, trends, &Options::of(settings))?;
        for key in keys {
            hub.write(&key, &page).await?;
        }
        Ok::<_, PortError>(())
    };
    notes.ok_or_trouble(written.await, LOST);
    notes
}

/// Writes the page of an undo.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub(crate) async fn write_undo(hub: &impl WriteRecord, settings: &Settings, undo: &Undo) -> Result<(), PortError> {
    let page = html::of_undo(undo, &Options::of(settings))?;
    hub.write(&key(&undo.run, undo.at), &page).await.map(|_| ())
}

/// The note where a page could not be recorded.
pub(crate) const LOST: &str = "the page could not be recorded";

impl From<NoPage> for PortError {
    fn from(error: NoPage) -> Self {
        Self(error.to_string())
    }
}
