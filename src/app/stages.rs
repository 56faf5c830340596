//! The parts of a run that a state machine asks for, one invocation each. The first part writes the inputs of the run
//! to the record. Later requests only name the run and the part, and cannot change what is done.

use chrono::{DateTime, Utc};
use lambda_runtime::Context;
use serde::Serialize;
use tracing::{Instrument, info, info_span};

use crate::app::lambda::{Answer, clocks, conclude, lasts, source};
use crate::app::reviewed::in_record;
use crate::app::{Error, load, run_id};
use crate::aws::{Aws, AwsActor, AwsHub, AwsMessenger, AwsReader, Pricing, all_loopback};
use crate::engine::config::Settings;
use crate::engine::plan::Plan;
use crate::engine::report::fan_out::Begun;
use crate::engine::request::stage::Stage;
use crate::engine::request::{Mode, Request, RequestInvalid, Run};
use crate::render::digest;
use crate::run::fan_out::Planned;
use crate::run::{Clock, Error as RunError, Order, fan_out};

/// What the state machine continues with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Next {
    /// The run's id.
    run: String,
    /// What comes next: `scan`, `act`, `conclude`, or `nothing`.
    next: &'static str,
    /// The key of the list of batches, for a part that is divided. The bucket is the record's.
    #[serde(skip_serializing_if = "Option::is_none")]
    batches: Option<String>,
    /// How many batches there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    /// Why nothing comes next, although something should.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Carries out one part.
pub(crate) async fn handle(aws: &Aws, stage: &Stage, context: &Context) -> Result<Answer, Error> {
    let settings = load::settings(&source()).await?;
    match stage {
        Stage::Targets { request, accounts } => begin(aws, &settings, request, *accounts, context).await,
        Stage::Scan { run, .. }
        | Stage::Plan { run }
        | Stage::Act { run, .. }
        | Stage::Conclude { run }
        | Stage::GiveUp { run } => {
            let span = info_span!("run", run = %run);
            go_on(aws, &settings, run, stage, context).instrument(span).await
        }
    }
}

async fn begin(
    aws: &Aws,
    settings: &Settings,
    request: &str,
    accounts: u16,
    context: &Context,
) -> Result<Answer, Error> {
    let Request { mode, at, scope, plan, acknowledge, undo: _, scheduled: _ } = Request::parse(request)?;
    let (wall, clock) = clocks(aws, at, mode == Mode::Apply, context)?;
    let run = Run { id: run_id(clock.at()), mode, scope, at: clock.at() };
    let hub = AwsHub::new(aws, settings);
    let reviewed = match &plan {
        None => None,
        Some(key) => Some(in_record(&hub, key).await?),
    };
    let (reviewed, acknowledge) = (reviewed.as_ref(), acknowledge.as_deref());
    let order = Order { run: &run, settings, clock, wall, reviewed, acknowledge, progress: &|_, _| {} };
    let reader = AwsReader::new(aws, settings, &run.id);
    let span = info_span!("run", run = %run.id);
    let begun = fan_out::targets(&order, &reader, &hub, request, accounts).instrument(span.clone());
    let (begun, place) = match begun.await {
        // This is normal for a run that is longer than the schedule's interval. The other run, or the next, scans
        // everything.
        Err(RunError::Busy { run: other, until }) => {
            let note = format!("run {other} is acting until {until} at most; only one run acts at a time");
            span.in_scope(|| info!(run = %run.id, "another run is under way"));
            let run = run.id.to_string();
            return Ok(Answer::Part(Next { note: Some(note), count: Some(0), run, next: "nothing", batches: None }));
        }
        begun => begun?,
    };
    span.in_scope(
        || info!(mode = mode.as_str(), request = %context.request_id, batches = begun.batches.len(), "run begins, in parts"),
    );
    let (run, batches, count) = (run.id.to_string(), Some(within_bucket(&place)), Some(begun.batches.len()));
    Ok(Answer::Part(Next { run, next: "scan", batches, count, note: None }))
}

/// A part that is not the first.
async fn go_on(aws: &Aws, settings: &Settings, run: &str, stage: &Stage, context: &Context) -> Result<Answer, Error> {
    let hub = AwsHub::new(aws, settings);
    let next = |next| Next { run: run.to_owned(), next, batches: None, count: None, note: None };
    if matches!(stage, Stage::GiveUp { .. }) {
        fan_out::give_up(&hub, run).await?;
        return Ok(Answer::Part(next("nothing")));
    }
    let begun = fan_out::begun(&hub, run).await?;
    let Request { mode, at: _, scope, plan, acknowledge, undo: _, scheduled: _ } = Request::parse(&begun.request)?;
    let (wall, clock) = resumed(aws, &begun, mode, context)?;
    let reviewed: Option<Plan> = match (&plan, stage) {
        (Some(key), Stage::Plan { .. }) => Some(in_record(&hub, key).await?),
        (Some(_) | None, _) => None,
    };
    let run = Run { id: begun.run.clone(), mode, scope, at: begun.at };
    let (reviewed, acknowledge) = (reviewed.as_ref(), acknowledge.as_deref());
    let order = Order { run: &run, settings, clock, wall: begun.wall, reviewed, acknowledge, progress: &|_, _| {} };
    let reader = AwsReader::new(aws, settings, &run.id);
    info!(part = stage.as_str(), request = %context.request_id, "part begins");
    match stage {
        Stage::Scan { batch, .. } => {
            fan_out::scan(&order, &reader, &hub, &begun, *batch, wall).await?;
            Ok(Answer::Part(next("plan")))
        }
        Stage::Plan { .. } => match fan_out::plan(&order, &reader, &hub, &Pricing::new(aws), &begun, wall).await? {
            Planned::Preview(report, place) => {
                conclude(settings, &run, &report);
                Ok(Answer::Run(Box::new(digest(&report, place.into()))))
            }
            Planned::Decided { acts: false, place: _ } => Ok(Answer::Part(next("conclude"))),
            Planned::Decided { acts: true, place } => {
                Ok(Answer::Part(Next { batches: Some(within_bucket(&place)), ..next("act") }))
            }
        },
        Stage::Act { batch, .. } => {
            let actor = AwsActor::new(aws, settings, &run.id);
            fan_out::act(&order, &reader, &actor, &hub, &begun, *batch, wall).await?;
            Ok(Answer::Part(next("conclude")))
        }
        Stage::Conclude { .. } => {
            let (messenger, list) = (AwsMessenger::new(aws), Pricing::new(aws));
            let (report, place) = fan_out::conclude(&order, &reader, &hub, &messenger, &list, &begun, wall).await?;
            conclude(settings, &run, &report);
            Ok(Answer::Run(Box::new(digest(&report, place.map_or(serde_json::Value::Null, Into::into)))))
        }
        Stage::Targets { .. } | Stage::GiveUp { .. } => Ok(Answer::Part(next("nothing"))), // handled above
    }
}

/// The wall clock, and the continued clock of the run. A rehearsal's clock continues only while AWS is simulated.
fn resumed(aws: &Aws, begun: &Begun, mode: Mode, context: &Context) -> Result<(DateTime<Utc>, Clock), Error> {
    if begun.at != begun.wall && mode == Mode::Apply && !all_loopback(&aws.sdk) {
        return Err(RequestInvalid::AtForApply.into());
    }
    let wall = Utc::now();
    Ok((wall, Clock::resume(begun, wall, Some(lasts(context, wall)))))
}

/// The key of a file in the record's bucket. A record in a folder has no such key, and a state machine could not read
/// it.
fn within_bucket(place: &str) -> String {
    let key = place.strip_prefix("s3://").and_then(|place| place.split_once('/')).map(|(_, key)| key);
    key.unwrap_or(place).to_owned()
}
