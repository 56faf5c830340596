//! Writes the whole plan of a run before it acts, and its whole report afterwards.

use crate::engine::report::Report;
use crate::ports::{PortError, WriteRecord};
use crate::render::json;
use crate::run::record::{run_key, write_plans, write_unverified};
use crate::run::tables::RunLines;
use crate::run::warrant::Recorded;

/// Writes the intent of the run. It may act only after this.
pub(crate) async fn intent(hub: &impl WriteRecord, report: &Report, narrow: bool) -> Result<Recorded, PortError> {
    write_plans(hub, &RunLines::from(report)).await?;
    hub.write(&run_key(&report.run, report.at, "plan"), &json(report, false)?).await?;
    write_unverified(hub, &RunLines::from(report), narrow).await?;
    Ok(Recorded::written())
}

/// Writes the report, and returns its location.
pub(crate) async fn write_report(hub: &impl WriteRecord, report: &Report) -> Result<String, PortError> {
    hub.write(&run_key(&report.run, report.at, "report"), &json(report, false)?).await
}
