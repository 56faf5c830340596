//! `doctor`: asks whether everything that a run needs is there, and does nothing.

use crate::app::verbs::{Show, show, to_scan};
use crate::app::{Args, End, Error, run_id};
use crate::engine::doctor::Diagnosis;
use crate::render::{doctor_json, doctor_text};
use crate::run::DoctorOrder;

/// Examines the installation.
pub(crate) async fn doctor(args: &Args) -> Result<End, Error> {
    let show = Show::open(args)?;
    let (settings, scope, clock) = to_scan(args, &[]).await?;
    let run = run_id(clock.at());
    let order = DoctorOrder { run: &run, settings: &settings, scope: &scope, clock, progress: &show::progress };
    let found = over_aws(&order).await?;
    show.lines_or(|| doctor_text(&found), || doctor_json(&found), true)?;
    Ok(if found.is_well() { End::Done } else { End::Degraded })
}

with_aws! {
    async fn over_aws(order: &DoctorOrder<'_>) -> Result<Diagnosis, Error> {
        examine(&crate::app::load::aws().await?, order).await
    }
}

#[cfg(feature = "aws")]
async fn examine(aws: &crate::aws::Aws, order: &DoctorOrder<'_>) -> Result<Diagnosis, Error> {
    use crate::aws::{AwsHub, AwsProbe, AwsReader};
    // Without credentials every check would fail for the same reason.
    aws.account().await?;
    let (settings, run) = (order.settings, order.run);
    let reader = AwsReader::new(aws, settings, run);
    let probe = AwsProbe::new(aws, settings, &reader, run);
    Ok(crate::run::doctor(order, &reader, &probe, &AwsHub::new(aws, settings)).await?)
}

/// A check-up by the function, in the form of a run's answer: the deployed role is what is asked.
#[cfg(feature = "aws")]
pub(crate) async fn answer(
    aws: &crate::aws::Aws,
    scope: &crate::engine::request::Scope,
    context: &lambda_runtime::Context,
) -> Result<serde_json::Value, Error> {
    use crate::app::lambda::{clocks, source};
    let settings = crate::app::load::settings(&source()).await?;
    scope.check(&settings)?;
    let (_, clock) = clocks(aws, None, false, context)?;
    let run = run_id(clock.at());
    let order = DoctorOrder { run: &run, settings: &settings, scope, clock, progress: &|_, _| {} };
    let found = examine(aws, &order).await?;
    let report = doctor_json(&found);
    let (health, counts) = (report.get("health"), report.get("counts"));
    tracing::info!(run = %run, well = found.is_well(), "check-up ends");
    Ok(serde_json::json!({"run": run, "mode": "doctor", "health": health, "counts": counts, "report": report}))
}
