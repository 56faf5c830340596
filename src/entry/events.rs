//! What the function does with events of AWS that are no schedule. An event narrows what is looked at, and arms
//! nothing; it is answered even where there is nothing to do.

use lambda_runtime::Context;
use serde_json::Value;
use tracing::{Instrument, info, info_span};

use super::error::Error;
use super::lambda::{answer, carry, clocks, conclude, source};
use super::load;
use super::run_id::run_id;
use crate::adapters::aws::Aws;
use crate::decide::events::Event;
use crate::decide::report::{Counts, Health};
use crate::decide::request::{Mode, RequestInvalid, Run};
use crate::flow::Error as FlowError;
use crate::render::Digest;

/// Does what `event` asks for.
pub(super) async fn handle(aws: &Aws, event: &Event, context: &Context) -> Result<Digest, Error> {
    let acts = matches!(event, Event::Running { .. });
    let (wall, clock) = clocks(aws, None, acts, context)?;
    let mode = if acts { Mode::Apply } else { Mode::Plan };
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
            Event::Anomaly(_) | Event::Launched(_) => Err(RequestInvalid::UnknownEvent {
                source_name: event.as_str().to_owned(),
                detail_type: event.as_str().to_owned(),
            }
            .into()),
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
