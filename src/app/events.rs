//! Handles AWS events that are not schedules. An event narrows the scope and arms nothing. It is answered even if there
//! is nothing to do. Events that cannot be handled now, for example while another run acts, go back to the queue.

use std::time::Duration;

use chrono::Utc;
use lambda_runtime::Context;
use serde::Serialize;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};

use crate::app::lambda::{answer, carry, clocks, conclude, lasts, source};
use crate::app::{Error, load, run_id};
use crate::aws::{Aws, AwsHub, AwsMessenger, AwsReader, Pricing};
use crate::engine::model::{Counts, Health, instances};
use crate::engine::request::events::Event;
use crate::engine::request::invocation::Queued;
use crate::engine::request::{Mode, Run};
use crate::render::Digest;
use crate::run;
use crate::run::launches::remember;
use crate::run::{Error as RunError, Order};

/// Does what `event` asks for.
pub(crate) async fn handle(aws: &Aws, event: &Event, context: &Context) -> Result<Digest, Error> {
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
                let (report, place) = carry(aws, &settings, &run, clock, wall, None, None).await?;
                conclude(&settings, &run, &report);
                Ok(answer(&report, place))
            }
            Event::OtherState { state } => {
                Ok(nothing(&run, format!("an instance is `{state}`; only one that is `running` has to be judged")))
            }
            Event::NothingLaunched { why } => Ok(nothing(&run, format!("nothing was launched: {why}"))),
            Event::Anomaly(anomaly) => {
                let settings = load::settings(&source()).await?;
                let (reader, hub) = (AwsReader::new(aws, &settings, &run.id), AwsHub::new(aws, &settings));
                let anomaly = anomaly.clone().with_kinds(&settings.listed_kinds());
                let scope = Event::Anomaly(anomaly.clone()).scope();
                let (run, settings) = (&Run { scope, ..run.clone() }, &settings);
                let order =
                    Order { run, settings, clock, wall, reviewed: None, acknowledge: None, progress: &|_, _| {} };
                let (messenger, list) = (AwsMessenger::new(aws), Pricing::new(aws));
                let (report, place) = run::handle_anomaly(&order, &reader, &hub, &messenger, &list, &anomaly).await?;
                conclude(settings, run, &report);
                Ok(answer(&report, place))
            }
            Event::Launched(launched) => {
                let settings = load::settings(&source()).await?;
                if settings.run.record.is_none() {
                    return Ok(nothing(
                        &run,
                        "no `record` is configured, so who launched it is not remembered".to_owned(),
                    ));
                }
                let new = remember(&AwsHub::new(aws, &settings), launched).await.map_err(RunError::Record)?;
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

/// The time that the function must have left for one more message: a narrow run takes 2 s if it only scans, and a batch
/// that stops takes at most 39 s (`run::act`).
const ONE_MORE: Duration = Duration::from_secs(45);

/// The messages to deliver again, in the format that Lambda expects.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Handles the messages of a queue, one after another. A message that fails is delivered again and never counts as
/// done.
pub(crate) async fn queue(aws: &Aws, messages: &[Queued], context: &Context) -> Failures {
    let mut batch_item_failures = Vec::new();
    for message in messages {
        let ended = if lasts(context, Utc::now()) < ONE_MORE {
            Err(Error::Refused("there was no time left for it".to_owned()))
        } else {
            Box::pin(one(&aws.fresh(), message, context)).await
        };
        if let Err(error) = ended {
            warn!(kind = error.kind(), message = %message.message_id, "an event goes back to the queue");
            batch_item_failures.push(Failure { item_identifier: message.message_id.clone() });
        }
    }
    Failures { batch_item_failures }
}

async fn one(aws: &Aws, message: &Queued, context: &Context) -> Result<(), Error> {
    handle(aws, &message.event()?, context).await.map(|_| ())
}

/// The answer if there was nothing to do.
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
