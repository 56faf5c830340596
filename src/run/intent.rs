//! Writes the whole plan of a run before it acts, and its whole report afterwards.

use crate::engine::report::Report;
use crate::local::packed::packed;
use crate::ports::{PortError, WriteRecord};
use crate::render::write_json;
use crate::run::record::{run_key, write_plans, write_unverified};
use crate::run::tables::RunLines;
use crate::run::warrant::Recorded;

/// Writes the intent of the run. It may act only after this.
pub(crate) async fn intent(hub: &impl WriteRecord, report: &Report, narrow: bool) -> Result<Recorded, PortError> {
    write_plans(hub, &RunLines::from(report)).await?;
    write_whole(hub, report, "plan").await?;
    write_unverified(hub, &RunLines::from(report), narrow).await?;
    Ok(Recorded::written())
}

/// Writes the report, and returns its location.
pub(crate) async fn write_report(hub: &impl WriteRecord, report: &Report) -> Result<String, PortError> {
    write_whole(hub, report, "report").await
}

async fn write_whole(hub: &impl WriteRecord, report: &Report, what: &str) -> Result<String, PortError> {
    let bytes = packed(|out| write_json(report, false, out))?;
    hub.write_bytes(&run_key(&report.run, report.at, what), bytes).await
}
