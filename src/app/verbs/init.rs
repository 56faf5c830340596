//! `init`: writes first settings, from answers, flags and an inventory. They arm nothing, and no file is overwritten.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use chrono::Utc;
use clap::ValueEnum;

use crate::app::args::{self, First};
use crate::app::choices::Reach;
use crate::app::inventory::inventory;
use crate::app::verbs::{Show, show};
use crate::app::{Args, End, Error, ask};
use crate::engine::config::{Counted, Proposal, Settings, propose};
use crate::engine::model::Instance;
use crate::engine::schedule::parse_zone;
use crate::local::inventory::Recorded;
use crate::local::nearest;
use crate::render::FirstSettings;

/// How to scan more than one account.
const OTHERS: &str = "for all of them, set `accounts` in `[scope]` to \"organization\" or a list of ids";

/// Writes first settings.
pub(crate) fn init(args: &Args, first: &First) -> Result<End, Error> {
    let out = args.out.as_deref().unwrap_or(Path::new(nearest::NAME));
    let to_stdout = out.as_os_str() == "-";
    if !to_stdout && out.symlink_metadata().is_ok() {
        return Err(exists(out));
    }
    let inventory = inventory(args, &Settings::parse("", "version = 1")?)?;
    let found: Vec<&Instance> = inventory.iter().flat_map(Recorded::instances_found).collect();
    let proposal = propose(&found.iter().map(|instance| &instance.tags).collect::<Vec<_>>());
    let settings = answers(first, proposal)?;
    let text = settings.text();
    check(&text)?;
    if to_stdout {
        Show::stdout(args).text(&text)?;
    } else {
        write(out, &text)?;
        show::note(&next(args, out));
    }
    let accounts: HashSet<_> = found.iter().map(|instance| &instance.id.place.account).collect();
    if !settings.organization && accounts.len() > 1 {
        show::note(&format!("the inventory has {} accounts, and `self` scans one; {OTHERS}", accounts.len()));
    }
    Ok(End::Done)
}

/// The settings that the flags, the inventory and the answers of the person at the terminal describe.
fn answers(first: &First, proposal: Proposal) -> Result<FirstSettings, Error> {
    let First { scope, zone, tags } = first;
    if !ask::is_interactive() {
        let needs_tag = tags.is_empty() && proposal.others.is_empty();
        let missing = [("--scope", scope.is_none()), ("--zone", zone.is_none()), ("--tag", needs_tag)];
        let missing: Vec<String> =
            missing.iter().filter(|(_, missing)| *missing).map(|(flag, _)| format!("`{flag}`")).collect();
        if !missing.is_empty() {
            let example = "`--scope self --zone Asia/Tokyo --tag Env=dev`";
            let why = format!("no terminal to ask; add {}, as in {example}", missing.join(", "));
            return Err(Error::Usage(why));
        }
    }
    let reach = |text: &str| Reach::from_str(text, false).map_err(|_| "write `self` or `organization`".to_owned());
    let scope = match scope {
        Some(scope) => *scope,
        None => ask::line(
            "Scan this account (self) or every account of the organisation (organization)?",
            Some("self"),
            reach,
        )?,
    };
    let zone = match zone {
        Some(zone) => *zone,
        None => ask::line("In which time zone are the office hours?", own_zone().as_deref(), args::zone)?,
    };
    let given = |pattern: &String| Counted { pattern: pattern.clone(), instances: 0 };
    let tags = match tags.as_slice() {
        [] if !proposal.others.is_empty() => proposal.others.clone(),
        [] => {
            vec![given(&ask::line("Which tag marks what may be stopped, as KEY=VALUE?", Some("Env=dev"), args::tag)?)]
        }
        tags => tags.iter().map(given).collect(),
    };
    Ok(FirstSettings { organization: scope == Reach::Organization, zone, tags, proposal })
}

/// The zone of this machine, if it is set by its name.
fn own_zone() -> Option<String> {
    let link = || {
        std::fs::read_link("/etc/localtime").ok()?.to_str()?.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
    };
    let named = std::env::var("TZ").ok().map(|zone| zone.trim_start_matches(':').to_owned());
    named.or_else(link).filter(|zone| parse_zone(zone).is_ok())
}

/// What is written must pass `check` without a warning, whatever the tags of the inventory hold.
fn check(text: &str) -> Result<(), Error> {
    let settings = Settings::parse("the new settings", text)?;
    match settings.warnings(Utc::now()).as_slice() {
        [] => Ok(()),
        warnings => {
            let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
            Err(Error::Usage(format!("the new settings would not be as they should: {}", warnings.join("\n"))))
        }
    }
}

/// Creates the file, and never replaces one that appeared in the meantime.
fn write(out: &Path, text: &str) -> Result<(), Error> {
    let wrong = |source| Error::File { verb: "write", file: out.display().to_string(), source };
    let mut file = match OpenOptions::new().write(true).create_new(true).open(out) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(exists(out)),
        file => file.map_err(wrong)?,
    };
    file.write_all(text.as_bytes()).map_err(|error| {
        // Half a file would be in the way of the next attempt.
        let _ = std::fs::remove_file(out);
        wrong(error)
    })
}

fn exists(out: &Path) -> Error {
    let out = out.display();
    Error::Usage(format!(
        "`{out}` exists and is not overwritten; name another file with `--out`, or `-` for the terminal"
    ))
}

/// What to run next.
fn next(args: &Args, out: &Path) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let config = if out == Path::new(nearest::NAME) { String::new() } else { format!(" --config {}", quoted(out)) };
    let inventory: String = args.inventory.iter().map(|path| format!(" --inventory {}", quoted(path))).collect();
    let out = out.display();
    format!("wrote {out}; next:\n  idle-reaper{config} check\n  idle-reaper{config} plan{inventory}")
}
