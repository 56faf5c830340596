//! The Lambda handler: turns an event into a request, and answers with the run's figures.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;
use tracing::{Instrument, error, info, info_span, warn};

use crate::app::args::AT;
use crate::app::reviewed::in_record;
use crate::app::{Error, events, load, log, run_id, stages, verbs};
use crate::aws::{Aws, AwsActor, AwsHub, AwsMessenger, AwsReader, Pricing, all_loopback};
use crate::engine::config::Settings;
use crate::engine::model::{Counts, Health, RecordKey};
use crate::engine::report::Report;
use crate::engine::request::invocation::Asked;
use crate::engine::request::{Mode, Request, RequestInvalid, Run, UndoAsk, parse_at};
use crate::render::{Digest, Figures, More, digest, json, metrics, undo_digest, undo_json};
use crate::run;
use crate::run::{Clock, Order, UndoOrder};

/// The maximum size in bytes of a dry run's report in an answer: Lambda's limit is 6 MB, and the figures need space
/// too.
const ANSWER: usize = 5 * 1024 * 1024;

/// Time kept back from the function's deadline, to answer before it.
const RESERVE: Duration = Duration::from_secs(2);

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        Self { error_type: error.kind().to_owned(), error_message: error.chain() }
    }
}

/// Serves the runtime until it ends.
pub(crate) async fn serve() -> ExitCode {
    log::for_lambda();
    // Loaded once for the life of the function, so that connections are reused from one run to the next.
    let aws = tokio::sync::OnceCell::new();
    let handler = service_fn(|event: LambdaEvent<Box<RawValue>>| async {
        let aws = aws.get_or_init(Aws::load).await.fresh();
        let ended = handle(&aws, event).await;
        if let Err(error) = &ended {
            error!(kind = error.kind(), "the run came to nothing");
        }
        ended
    });
    match lambda_runtime::run(handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("the Lambda runtime ended: {error}");
            ExitCode::from(1)
        }
    }
}

/// An answer: the figures of a run, or what the next part of a run needs.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// A run's figures.
    Run(Box<Digest>),
    /// The result of a check-up.
    Doctor(serde_json::Value),
    /// What a state machine continues with.
    Part(stages::Next),
    /// The messages that a queue must deliver again.
    Queue(events::Failures),
}

async fn handle(aws: &Aws, event: LambdaEvent<Box<RawValue>>) -> Result<Answer, Error> {
    match Asked::parse(event.payload.get())? {
        Asked::Request(request) => Box::pin(run(aws, *request, &event.context)).await,
        Asked::Event(happened) => Box::pin(events::handle(aws, &happened, &event.context)).await,
        Asked::Queue(messages) => {
            return Ok(Answer::Queue(Box::pin(events::queue(aws, &messages, &event.context)).await));
        }
        Asked::Doctor(scope) => {
            return Ok(Answer::Doctor(Box::pin(verbs::doctor::answer(aws, &scope, &event.context)).await?));
        }
        Asked::Stage(stage) => return Box::pin(stages::handle(aws, &stage, &event.context)).await,
    }
    .map(|digest| Answer::Run(Box::new(digest)))
}

/// A run of one process.
async fn run(aws: &Aws, request: Request, context: &Context) -> Result<Digest, Error> {
    let acts = match request.mode {
        Mode::Plan => false,
        Mode::Apply => true,
        Mode::Undo => request.undo.as_ref().is_some_and(|ask| ask.apply),
    };
    let (wall, clock) = clocks(aws, request.at, acts, context)?;
    let run = Run { id: run_id(clock.at()), mode: request.mode, scope: request.scope, at: clock.at() };
    let span = info_span!("run", run = %run.id);
    let request_id = &context.request_id;
    async {
        info!(run = %run.id, mode = run.mode.as_str(), request = %request_id, scheduled = request.scheduled, "run begins");
        let settings = load::settings(&source()).await?;
        if let Some(ask) = &request.undo {
            return undo(aws, &settings, &run, clock, wall, ask).await;
        }
        let (plan, acknowledge) = (request.plan.as_ref(), request.acknowledge.as_deref());
        let (report, place) = carry(aws, &settings, &run, clock, wall, plan, acknowledge).await?;
        conclude(&settings, &run, &report);
        Ok(answer(&report, place))
    }
    .instrument(span)
    .await
}

/// The wall clock and the run's clock. A run that acts accepts another instant only while AWS is simulated.
pub(crate) fn clocks(
    aws: &Aws,
    at: Option<DateTime<Utc>>,
    acts: bool,
    context: &Context,
) -> Result<(DateTime<Utc>, Clock), Error> {
    let rehearsed = at.or(rehearsal()?);
    if rehearsed.is_some() && acts && !all_loopback(&aws.sdk) {
        return Err(RequestInvalid::AtForApply.into());
    }
    let wall = Utc::now();
    Ok((wall, Clock::start(rehearsed.unwrap_or(wall), Some(lasts(context, wall)))))
}

/// How long the function may continue to work.
pub(crate) fn lasts(context: &Context, wall: DateTime<Utc>) -> Duration {
    time_left(context.deadline, wall).saturating_sub(RESERVE)
}

/// Logs how a run ended, and its figures. A run of part of the scope uses a different metric name: alarms count whole
/// runs, and a partial scan must not hide that a whole one is missing.
pub(crate) fn conclude(settings: &Settings, run: &Run, report: &Report) {
    let series = match (run.mode, run.scope.is_whole()) {
        (mode, true) => mode.as_str(),
        (Mode::Plan, false) => "plan-selected",
        (Mode::Apply, false) => "apply-selected",
        (Mode::Undo, false) => "undo-selected",
    };
    let (counts, health, more) = (report.counts(), report.health(), More::of(report));
    log_end(settings, &Figures { run: &report.run, series, counts, health, more });
}

/// How long the function may still run. Lambda gives its deadline in milliseconds since 1970. The local emulator gives
/// the duration of a run, which as an instant would lie in early 1970.
fn time_left(deadline: u64, now: DateTime<Utc>) -> Duration {
    const DAY: u64 = 24 * 3600 * 1000;
    if deadline < DAY {
        return Duration::from_millis(deadline);
    }
    Duration::from_millis(deadline.saturating_sub(u64::try_from(now.timestamp_millis()).unwrap_or(u64::MAX)))
}

/// The instant of a rehearsal, from the environment, because a scheduled event cannot carry one. `apply` accepts it
/// under the same condition as a request's `at`.
fn rehearsal() -> Result<Option<DateTime<Utc>>, RequestInvalid> {
    std::env::var(AT).ok().map(|at| parse_at(&at)).transpose()
}

pub(crate) fn source() -> String {
    std::env::var("IDLE_REAPER_CONFIG").unwrap_or_else(|_| "reaper.toml".to_owned())
}

pub(crate) async fn carry(
    aws: &Aws,
    settings: &Settings,
    run: &Run,
    clock: Clock,
    wall: DateTime<Utc>,
    plan: Option<&RecordKey>,
    acknowledge: Option<&str>,
) -> Result<(Report, Option<String>), Error> {
    let reader = AwsReader::new(aws, settings, &run.id);
    let hub = AwsHub::new(aws, settings);
    let reviewed = match plan {
        None => None,
        Some(key) => Some(in_record(&hub, key).await?),
    };
    let reviewed = reviewed.as_ref();
    let order = Order { run, settings, clock, wall, reviewed, acknowledge, progress: &|_, _| {} };
    Ok(match run.mode {
        // An undo was handled before.
        Mode::Plan | Mode::Undo => (run::plan(&order, &reader, &hub).await?, None),
        Mode::Apply => {
            let actor = AwsActor::new(aws, settings, &run.id);
            run::apply(&order, &reader, &actor, &hub, &AwsMessenger::new(aws), &Pricing::new(aws)).await?
        }
    })
}

/// An undo: a dry run, unless the request says `apply`.
async fn undo(
    aws: &Aws,
    settings: &Settings,
    run: &Run,
    clock: Clock,
    wall: DateTime<Utc>,
    ask: &UndoAsk,
) -> Result<Digest, Error> {
    let reader = AwsReader::new(aws, settings, &run.id);
    let hub = AwsHub::new(aws, settings);
    let UndoAsk { run: undoes, apply, overrides } = ask;
    let order = UndoOrder { run, undoes, overrides: *overrides, settings, clock, wall, agreed: None };
    let (undo, place) = if *apply {
        run::undo(&order, &reader, &AwsActor::new(aws, settings, &run.id), &hub).await?
    } else {
        (run::preview(&order, &reader, &hub).await?, None)
    };
    let (run, series, more) = (&*undo.run, Mode::Undo.as_str(), More::default());
    log_end(settings, &Figures { run, series, counts: undo.counts(), health: undo.health(), more });
    let (whole, note) = match place {
        Some(place) => (place.into(), None),
        None => bounded(&undo_json(&undo, false).unwrap_or_default()),
    };
    let mut figures = undo_digest(&undo, whole);
    figures.notes.extend(note);
    Ok(figures)
}

/// Logs how the run ended, as figures. Logs at the default level contain no account, instance or tag.
fn log_end(settings: &Settings, figures: &Figures<'_>) {
    let Figures { run, series: _, counts, health, more: _ } = *figures;
    // Each figure is a field of its own, so that CloudWatch Logs Insights can filter and add up.
    macro_rules! ends {
        ($log:ident, $($figure:ident)+) => {{
            let Counts { $($figure),+ } = counts;
            $log!(run = %run, health = health.as_str(), $($figure),+, "run ends")
        }};
        ($log:ident) => {
            ends!($log, found candidates stopped started failed deferred waiting marked lifted messages unreachable denied calls)
        };
    }
    match health {
        Health::Ok => ends!(info),
        Health::Degraded => ends!(warn),
    }
    // Not `println!`: if standard output is closed, it would panic and the run would end without an answer.
    let _ = writeln!(std::io::stdout(), "{}", metrics(figures, &settings.run.metrics, Utc::now()));
}

/// The figures, and the location of the whole report. A dry run writes nothing, so its report is in the answer.
pub(crate) fn answer(report: &Report, place: Option<String>) -> Digest {
    if let Some(place) = place {
        return digest(report, place.into());
    }
    let (whole, note) = bounded(&json(report, false).unwrap_or_default());
    let mut figures = digest(report, whole);
    figures.notes.extend(note);
    figures
}

/// A report as part of an answer, or a note that it is too large. If Lambda refused the answer, a run that has acted
/// would look like one that failed.
fn bounded(report: &str) -> (serde_json::Value, Option<String>) {
    if report.len() <= ANSWER {
        return (serde_json::from_str(report).unwrap_or_default(), None);
    }
    let note = format!(
        "the report of {} bytes is larger than Lambda may answer; select fewer accounts, or run `idle-reaper plan`",
        report.len()
    );
    (serde_json::Value::Null, Some(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_an_instant_for_lambda_and_a_duration_for_the_emulator() {
        let now: DateTime<Utc> = "2026-11-25T12:30:00Z".parse().unwrap();
        let in_a_minute = u64::try_from(now.timestamp_millis()).unwrap() + 60_000;
        assert_eq!(time_left(in_a_minute, now), Duration::from_secs(60));
        assert_eq!(time_left(in_a_minute - 120_000, now), Duration::ZERO);
        assert_eq!(time_left(600_000, now), Duration::from_secs(600));
    }
}
