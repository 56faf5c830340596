//! What the function does with events of AWS that are no schedule. An event narrows what is looked at, and arms
//! nothing; it is answered even where there is nothing to do.

use lambda_runtime::Context;
use serde_json::Value;
use tracing::{Instrument, info, info_span};

use super::error::Error;
use super::lambda::{answer, carry, clocks, conclude, source};
use super::load;
use super::run_id::run_id;
use crate::adapters::aws::{Aws, AwsHub, AwsMessenger, Eyes, Pricing};
use crate::decide::events::Event;
use crate::decide::report::{Counts, Health};
use crate::decide::request::{Mode, Run};
use crate::flow::launches::remember;
use crate::flow::{self, Error as FlowError, Order};
use crate::render::Digest;
use crate::words::instances;

/// Does what `event` asks for.
pub(super) async fn handle(aws: &Aws, event: &Event, context: &Context) -> Result<Digest, Error> {
    let acts = matches!(event, Event::Running { .. });
    let (wall, clock) = clocks(aws, None, acts, context)?;
    let mode = if matches!(event, Event::Anomaly(_)) { Mode::Plan } else { Mode::Apply };
    let run = Run { id: run_id(clock.at()), mode, scope: event.scope(), at: clock.at() };
    let span = info_span!("run", run = %run.id);
    async {
        info!(run = %run.id, mode = mode.as_str(), request = %context.request_id, event = event.as_str(), "run begins");
        let answered = match event {
            Event::Running { .. } => {
                let settings = load::settings(&source()).await?;
                match carry(aws, &settings, &run, clock, wall, None, None).await {
                    Ok((report, place)) => {
                        conclude(&run, &report);
                        Ok(answer(&report, place))
                    }
                    Err(error) => busy(error).map(|note| nothing(&run, note)),
                }
            }
            Event::OtherState { state } => {
                Ok(nothing(&run, format!("an instance is `{state}`; only one that is `running` has to be judged")))
            }
            Event::NothingLaunched { why } => Ok(nothing(&run, format!("nothing was launched: {why}"))),
            Event::Anomaly(anomaly) => {
                let settings = load::settings(&source()).await?;
                let (eyes, hub) = (Eyes::new(aws, &settings, &run.id), AwsHub::new(aws, &settings));
                let (run, settings) = (&run, &settings);
                let order =
                    Order { run, settings, clock, wall, reviewed: None, acknowledge: None, progress: &|_, _| {} };
                let (messenger, list) = (AwsMessenger::new(aws), Pricing::new(aws));
                let (report, place) = flow::regard(&order, &eyes, &hub, &messenger, &list, anomaly).await?;
                conclude(run, &report);
                Ok(answer(&report, place))
            }
            Event::Launched(launched) => {
                let settings = load::settings(&source()).await?;
                if settings.run.record.is_none() {
                    return Ok(nothing(
                        &run,
                        "no `record` is configured, so nobody remembers who launched it".to_owned(),
                    ));
                }
                let new = remember(&AwsHub::new(aws, &settings), launched).await.map_err(FlowError::Record)?;
                let (what, known) =
                    (if launched.again { "started" } else { "launched" }, launched.instances.len() - new);
                Ok(nothing(&run, format!("remembered who {what} {}; {known} were known", instances(new))))
            }
        };
        answered.map(|answered| Digest { event: Some(event.as_str()), ..answered })
    }
    .instrument(span)
    .await
}

/// Another run has the lock. Nothing is lost: what this event was about is there to be seen by every run to come.
fn busy(error: Error) -> Result<String, Error> {
    match error {
        Error::Flow(FlowError::Busy { run, until }) => Ok(format!(
            "run {run} is under way, until {until} at most, and only one run acts at a time; it or the next one sees the same instance"
        )),
        error => Err(error),
    }
}

/// The answer where there was nothing to do.
fn nothing(run: &Run, note: String) -> Digest {
    info!(run = %run.id, health = Health::Ok.as_str(), "run ends");
    Digest {
        run: run.id.clone(),
        mode: run.mode,
        health: Health::Ok,
        counts: Counts::default(),
        report: Value::Null,
        event: None,
        undoes: None,
        refused: None,
        notes: vec![note],
    }
}
