//! What every scanning command needs: the instant, the scope, a run.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::app::verbs::show;
use crate::app::{Args, Error, load, run_id};
use crate::engine::config::Settings;
use crate::engine::request::at::{read_at, shown};
use crate::engine::request::{Mode, Run, Scope};
use crate::run::Clock;

/// The wall clock and the instant to judge by: read here, once.
/// `--at` without an offset and a zone is read in the only one of `zones`.
pub(in crate::app) fn instants(args: &Args, zones: &[Tz]) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let wall = Utc::now();
    let Some(text) = &args.at else { return Ok((wall, wall)) };
    let (at, zone) = read_at(text, zones, wall)?;
    if let Some(zone) = zone {
        show::note(&format!("`{text}` is {}, in {zone}", shown(at, zone)));
    }
    Ok((wall, at))
}

/// The scope that the flags select. An absent flag selects everything in the settings' scope.
pub(in crate::app) fn scope(args: &Args, instances: &[String], policies: &[String]) -> Scope {
    let list = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
    Scope {
        accounts: list(&args.accounts),
        regions: list(&args.regions),
        instances: list(instances),
        policies: list(policies),
        places: None,
    }
}

/// What a command that only scans needs: the settings, what the flags select, and the clock.
pub(in crate::app) async fn to_scan(args: &Args, instances: &[String]) -> Result<(Settings, Scope, Clock), Error> {
    let settings = load::command(args).await?;
    let (_, at) = instants(args, &settings.zones())?;
    let scope = scope(args, instances, &[]);
    scope.check(&settings)?;
    Ok((settings, scope, Clock::start(at, None)))
}

/// A run of one command.
pub(in crate::app) fn run(mode: Mode, scope: Scope, at: DateTime<Utc>) -> Run {
    let id: Arc<str> = run_id(at);
    Run { id, mode, scope, at }
}
