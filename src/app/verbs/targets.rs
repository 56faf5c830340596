//! `targets`: which accounts and Regions would be scanned.

use std::fmt::Write as _;

use crate::app::inventory::inventory;
use crate::app::verbs::{Show, to_scan};
use crate::app::{Args, End, Error};
use crate::engine::config::Settings;
use crate::engine::model::{Target, Unreachable};
use crate::engine::request::Scope;
use crate::local::inventory::Recorded;
use crate::ports::NotScanned;
use crate::render::edge::plain;
use crate::run;
use crate::run::{Clock, TargetList};

/// Lists the targets.
pub(crate) async fn targets(args: &Args) -> Result<End, Error> {
    let show = Show::open(args)?;
    let (settings, scope, clock) = to_scan(args, &[]).await?;
    let list = match inventory(args, &settings)? {
        Some(recorded) => over(&recorded, &settings, &scope, clock).await?,
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
        let place = one.target();
        let place = if place.is_whole_account() { place.account.to_string() } else { place.to_string() };
        let _ = writeln!(out, "{} unreachable: {}", plain(&place), plain(&one.cause));
    }
    for target in denied {
        let place = plain(&format!("{} {}", target.account, target.region));
        let _ = writeln!(out, "{place} denied by the organisation's policy");
    }
    for one in skipped {
        let name = plain(one.name.as_deref().unwrap_or("-"));
        let _ = writeln!(out, "{} {name:<24} skipped: {}", plain(&one.account), plain(&one.because));
    }
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let _ = write!(out, "{}, {}", counted(accounts.len(), "account"), counted(targets.len(), "target"));
    let (accounts, regions): (Vec<_>, Vec<_>) = unreachable.iter().partition(|one| one.target().is_whole_account());
    out += &match accounts.len() {
        0 => String::new(),
        1 => "; 1 account cannot be scanned".to_owned(),
        several => format!("; {several} accounts cannot be scanned"),
    };
    if !regions.is_empty() {
        let _ = write!(out, "; not complete: {}", regions.len());
    }
    out + "\n"
}

/// The targets of an inventory. AWS would be asked only when they are scanned; an inventory says already what it lacks.
async fn over(recorded: &Recorded, settings: &Settings, scope: &Scope, clock: Clock) -> Result<TargetList, Error> {
    let mut list = run::list_targets(recorded, settings, scope, clock).await?;
    for (target, why) in recorded.incomplete().filter(|(target, _)| list.targets.contains(target)) {
        let Target { account, region } = target.clone();
        match why {
            NotScanned::Denied => list.denied.push(Target { account, region }),
            NotScanned::Unreachable(cause) => {
                list.unreachable.push(Unreachable { account, region, cause: cause.clone() })
            }
        }
    }
    Ok(list)
}

with_aws! {
    async fn over_aws(settings: &Settings, scope: &Scope, clock: Clock) -> Result<TargetList, Error> {
        let aws = crate::app::load::aws().await?;
        let reader = crate::aws::AwsReader::new(&aws, settings, &crate::app::run_id(clock.at()));
        Ok(run::list_targets(&reader, settings, scope, clock).await?)
    }
}
