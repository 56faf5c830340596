//! `snapshot`: saves a scan.

use crate::app::inventory::inventory;
use crate::app::verbs::{Show, show, to_scan};
use crate::app::{Args, End, Error};
use crate::engine::config::Settings;
use crate::engine::report::snapshot::Snapshot;
use crate::engine::request::Scope;
use crate::run;
use crate::run::Clock;

/// Saves an inventory, to standard output or to `--out`.
pub(crate) async fn snapshot(args: &Args) -> Result<End, Error> {
    let show = Show::json_only(args)?;
    let (settings, scope, clock) = to_scan(args, &[]).await?;
    let saved = match inventory(args, &settings)? {
        Some(recorded) => run::snapshot(&recorded, &settings, &scope, clock, &show::progress).await?,
        None => over_aws(&settings, &scope, clock).await?,
    };
    show.json(&saved, false)?;
    let seen: usize = saved.targets.iter().map(|target| target.instances.len()).sum();
    let (unreachable, denied) = (saved.unreachable.len(), saved.denied.len());
    show::note(&format!("{seen} instances saved, {unreachable} targets unreachable, {denied} denied"));
    Ok(if saved.unreachable.is_empty() { End::Done } else { End::Degraded })
}

with_aws! {
    async fn over_aws(settings: &Settings, scope: &Scope, clock: Clock) -> Result<Snapshot, Error> {
        let aws = crate::app::load::aws().await?;
        let reader = crate::aws::AwsReader::new(&aws, settings, &crate::app::run_id(clock.at()));
        Ok(run::snapshot(&reader, settings, scope, clock, &show::progress).await?)
    }
}
