//! `snapshot`: saves what is seen.

use super::super::args::{Args, Format};
use super::super::end::End;
use super::super::error::Error;
use super::super::load;
use super::show::{self, Show};
use super::world::{instants, scope};
use crate::decide::request::Scope;
use crate::decide::settings::Settings;
use crate::decide::snapshot::Snapshot;
use crate::flow::{self, Clock};

/// Saves an inventory, to standard output or to `--out`.
pub async fn snapshot(args: &Args) -> Result<End, Error> {
    let show = Show::only(args, Some(Format::Json), "JSON")?;
    let (_, at) = instants(args)?;
    let settings = load::settings(&args.config).await?;
    let scope = scope(args, &[], &[]);
    scope.check(&settings)?;
    let clock = Clock::start(at, None);
    let saved = match &args.inventory {
        Some(path) => {
            flow::snapshot(&load::inventory(path, &settings)?, &settings, &scope, clock, &show::progress).await?
        }
        None => over_aws(&settings, &scope, clock).await?,
    };
    show.json(&saved, false)?;
    let seen: usize = saved.targets.iter().map(|target| target.instances.len()).sum();
    let (blind, closed) = (saved.blind.len(), saved.closed.len());
    show::note(&format!("{seen} instances saved, {blind} targets blind, {closed} closed"));
    Ok(if saved.blind.is_empty() { End::Done } else { End::Degraded })
}

#[cfg(feature = "aws")]
async fn over_aws(settings: &Settings, scope: &Scope, clock: Clock) -> Result<Snapshot, Error> {
    use crate::adapters::aws::Eyes;
    let aws = load::aws().await?;
    let eyes = Eyes::new(&aws, settings, &super::super::run_id::run_id(clock.at()));
    Ok(flow::snapshot(&eyes, settings, scope, clock, &show::progress).await?)
}

#[cfg(not(feature = "aws"))]
async fn over_aws(_: &Settings, _: &Scope, _: Clock) -> Result<Snapshot, Error> {
    Err(super::world::needs_aws())
}
