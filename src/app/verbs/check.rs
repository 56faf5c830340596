//! `check`: reads the settings and shows what is wrong with them, or what they mean.

use std::fmt::Write as _;

use crate::app::choices::Format;
use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load};
use crate::engine::config::{Accounts, AtOpening, Diagnostic, Regions, Settings, Stage};
use crate::render::edge::plain_lines;

/// Checks the settings without scanning anything.
pub(crate) async fn check(args: &Args) -> Result<End, Error> {
    let show = Show::open(args)?;
    let settings = match load::command(args).await {
        Err(Error::Settings(wrong)) if show.format() == Format::Json => {
            show.json(&json(&wrong.file, None, &wrong.mistakes.iter().collect::<Vec<_>>()), true)?;
            return Err(wrong.into());
        }
        settings => settings?,
    };
    let (_, now) = instants(args, &settings.zones())?;
    let warnings = settings.warnings(now);
    let all = || json(&settings.source, Some(&settings.hash), &warnings);
    show.lines_or(|| plain_lines(&summary(&settings, &warnings)), all, true)?;
    Ok(End::Done)
}

/// The settings' hash where they are valid, and all diagnostics.
fn json(source: &str, settings: Option<&str>, diagnostics: &[&Diagnostic]) -> serde_json::Value {
    serde_json::json!({"settings": settings, "source": source, "diagnostics": diagnostics})
}

fn summary(settings: &Settings, warnings: &[&Diagnostic]) -> String {
    let mut out = format!("{}: ok (settings {})\n", settings.source, settings.hash);
    for file in &settings.included {
        let _ = writeln!(out, "includes {file}");
    }
    let accounts = match &settings.scope.accounts {
        Accounts::Organization => "the organisation's accounts".to_owned(),
        Accounts::Own => "the caller's own account".to_owned(),
        Accounts::List(ids) => format!("{} accounts", ids.len()),
    };
    let regions = match &settings.scope.regions {
        Regions::Enabled => "every enabled Region".to_owned(),
        Regions::Own => "the caller's own Region".to_owned(),
        Regions::List(regions) => regions.join(", "),
    };
    let armed = if settings.run.armed { "armed" } else { "not armed: nothing is stopped or started" };
    let _ = writeln!(out, "scans {accounts} in {regions}; {armed}");
    for policy in &settings.policies {
        let stage = match policy.stage {
            Stage::Observe => "observe",
            Stage::Enforce => "enforce",
        };
        let _ = writeln!(out, "policy {:<24} {stage:<8} schedule {}", policy.name, policy.schedule.name);
        if policy.at_opening == AtOpening::Start {
            let needs = "the acting role needs `StartAtOpening` of spoke.yaml, and `idle-reaper doctor` tries it";
            let _ = writeln!(out, "{:31} starts what others stopped: {needs}", "");
        }
    }
    for warning in warnings {
        let _ = writeln!(out, "\n{warning}");
    }
    out
}
