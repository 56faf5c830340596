//! `targets`: which accounts and Regions would be looked at.

use std::fmt::Write as _;

use super::super::args::{Args, Format};
use super::super::end::End;
use super::super::error::Error;
use super::super::load;
use super::show;
use super::world::{instants, scope};
use crate::decide::request::Scope;
use crate::decide::settings::Settings;
use crate::flow::{self, Aim, Clock};

/// Lists the targets.
pub async fn targets(args: &Args) -> Result<End, Error> {
    let (_, at) = instants(args)?;
    let settings = load::settings(&args.config).await?;
    let scope = scope(args, &[], &[]);
    scope.check(&settings)?;
    let clock = Clock::start(at, None);
    let aim = match &args.inventory {
        Some(path) => flow::aim(&load::inventory(path, &settings)?, &settings, &scope, clock).await?,
        None => over_aws(&settings, &scope, clock).await?,
    };
    show::text(args, &render(args, &aim))?;
    Ok(if aim.blind.is_empty() { End::Done } else { End::Degraded })
}

fn render(args: &Args, aim: &Aim) -> String {
    let Aim { accounts, targets, blind, closed, skipped } = aim;
    if show::format(args) == Format::Json {
        let value = serde_json::json!({
            "accounts": accounts, "targets": targets, "blind": blind, "closed": closed, "not-looked-at": skipped,
        });
        return format!("{value}\n");
    }
    let mut out = String::new();
    for account in accounts {
        let regions = targets.iter().filter(|target| target.account == account.id).map(|target| &*target.region);
        let regions: Vec<&str> = regions.collect();
        let _ = writeln!(out, "{} {:<24} {}", account.id, account.name.as_deref().unwrap_or("-"), regions.join(" "));
    }
    for one in blind {
        let _ = writeln!(out, "{} blind: {}", one.account, one.cause);
    }
    for target in closed {
        let _ = writeln!(out, "{} {} closed by the organisation's policy", target.account, target.region);
    }
    for one in skipped {
        let _ =
            writeln!(out, "{} {:<24} not looked at: {}", one.account, one.name.as_deref().unwrap_or("-"), one.because);
    }
    let _ = writeln!(out, "{} accounts, {} targets", accounts.len(), targets.len());
    out
}

#[cfg(feature = "aws")]
async fn over_aws(settings: &Settings, scope: &Scope, clock: Clock) -> Result<Aim, Error> {
    use crate::adapters::aws::Eyes;
    let aws = load::aws().await?;
    let eyes = Eyes::new(&aws, settings, &super::super::run_id::run_id(clock.at()));
    Ok(flow::aim(&eyes, settings, scope, clock).await?)
}

#[cfg(not(feature = "aws"))]
async fn over_aws(_: &Settings, _: &Scope, _: Clock) -> Result<Aim, Error> {
    Err(super::world::needs_aws())
}
