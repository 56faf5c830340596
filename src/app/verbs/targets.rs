//! `targets`: which accounts and Regions would be scanned.

use std::fmt::Write as _;

use crate::app::args::Args;
use crate::app::end::End;
use crate::app::error::Error;
use crate::app::load;
use crate::app::verbs::show::Show;
use crate::app::verbs::world::{instants, scope};
use crate::engine::config::Settings;
use crate::engine::request::Scope;
use crate::render::edge::plain;
use crate::run;
use crate::run::{Clock, TargetList};

/// Lists the targets.
pub(crate) async fn targets(args: &Args) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let (_, at) = instants(args, &settings.zones())?;
    let scope = scope(args, &[], &[]);
    scope.check(&settings)?;
    let clock = Clock::start(at, None);
    let list = match &args.inventory {
        Some(path) => run::list_targets(&load::inventory(path, &settings)?, &settings, &scope, clock).await?,
        None => over_aws(&settings, &scope, clock).await?,
    };
    let json = || {
        let TargetList { accounts, targets, unreachable, denied, skipped } = &list;
        serde_json::json!({
            "accounts": accounts, "targets": targets, "unreachable": unreachable, "denied": denied, "not-in-scope": skipped,
        })
    };
    show.lines_or(|| render(&list), json, false)?;
    Ok(if list.unreachable.is_empty() { End::Done } else { End::Degraded })
}

fn render(list: &TargetList) -> String {
    let TargetList { accounts, targets, unreachable, denied, skipped } = list;
    let mut out = String::new();
    for account in accounts {
        let regions = targets.iter().filter(|target| target.account == account.id).map(|target| &*target.region);
        let regions: Vec<&str> = regions.collect();
        let name = plain(account.name.as_deref().unwrap_or("-"));
        let _ = writeln!(out, "{} {name:<24} {}", plain(&account.id), plain(&regions.join(" ")));
    }
    for one in unreachable {
        let _ = writeln!(out, "{} unreachable: {}", plain(&one.account), plain(&one.cause));
    }
    for target in denied {
        let _ = writeln!(
            out,
            "{} denied by the organisation's policy",
            plain(&format!("{} {}", target.account, target.region))
        );
    }
    for one in skipped {
        let name = plain(one.name.as_deref().unwrap_or("-"));
        let _ = writeln!(out, "{} {name:<24} skipped: {}", plain(&one.account), plain(&one.because));
    }
    let _ = write!(out, "{} accounts, {} targets", accounts.len(), targets.len());
    out += &match unreachable.len() {
        0 => "\n".to_owned(),
        1 => "; 1 account cannot be scanned\n".to_owned(),
        several => format!("; {several} accounts cannot be scanned\n"),
    };
    out
}

#[cfg(feature = "aws")]
async fn over_aws(settings: &Settings, scope: &Scope, clock: Clock) -> Result<TargetList, Error> {
    use crate::aws::AwsReader;
    let aws = load::aws().await?;
    let eyes = AwsReader::new(&aws, settings, &crate::app::run_id::run_id(clock.at()));
    Ok(run::list_targets(&eyes, settings, scope, clock).await?)
}

#[cfg(not(feature = "aws"))]
async fn over_aws(_: &Settings, _: &Scope, _: Clock) -> Result<TargetList, Error> {
    Err(crate::app::verbs::world::needs_aws())
}
