//! The settings that `init` writes: commented, for one person to read from top to bottom, and armed in no place.

use std::fmt::Write as _;

use chrono_tz::Tz;

use crate::engine::config::{Counted, Proposal};
use crate::render::edge::toml;

/// How many patterns are named in a comment.
const NAMED: usize = 12;

/// What the settings are to say.
#[derive(Clone, Debug)]
pub struct FirstSettings {
    /// Whether every account of the organisation is scanned, or only the caller's own.
    pub organization: bool,
    /// The zone of the office hours.
    pub zone: Tz,
    /// The tag patterns of the first policy.
    pub tags: Vec<Counted>,
    /// What the inventory says, if there was one.
    pub proposal: Proposal,
}

impl FirstSettings {
    /// The text of the file.
    pub fn text(&self) -> String {
        let Self { organization, zone, tags, proposal } = self;
        let accounts = if *organization { "organization" } else { "self" };
        let mut out = format!(
            "# Settings of idle-reaper, written by `idle-reaper init`. With them nothing is stopped or started: to enable that\n\
             # takes `armed = true`, a `record`, and `stage = \"enforce\"` on the policy. Every key is in docs/settings.md.\n\
             version = 1\n\n\
             [run]\n\
             armed = false\n\
             # record = \"s3://my-bucket/idle-reaper\"     # where runs are recorded; without it nothing is acted on\n\
             # pause = \"ssm:/idle-reaper/pause\"          # while this parameter is not `off`, nothing is stopped or started\n\n\
             [scope]\n\
             accounts = \"{accounts}\"\n\
             regions = \"enabled\"                        # every Region that is enabled in an account\n\n"
        );
        never(&mut out, &proposal.production);
        let _ = write!(
            out,
            "[schedules.office]\n\
             zone = \"{zone}\"\n\
             open = [\"mon-fri 09:00-18:00\"]             # holidays: see `[calendars.NAME]` in docs/settings.md\n\n\
             [[policies]]                               # the first policy whose `match` fits decides\n\
             name = \"non-production\"\n\
             stage = \"observe\"                          # \"enforce\" acts if `armed` is true as well\n\
             schedule = \"office\"\n\
             outside = \"stop\"                           # what runs outside these hours would be stopped\n\
             at-opening = \"start-reaped\"                # and started again in the morning\n\n\
             [policies.match]\n\
             tags = [\n"
        );
        tags.iter().for_each(|tag| listed(&mut out, "  ", tag));
        out.push_str("]\n");
        unclear(&mut out, &proposal.unclear);
        out
    }
}

/// One pattern of a list, with its count if an inventory gave one.
fn listed(out: &mut String, indent: &str, tag: &Counted) {
    let Counted { pattern, instances } = tag;
    let count = if *instances == 0 { String::new() } else { format!(" # {}", counted(*instances)) };
    let _ = writeln!(out, "{indent}{},{count}", toml(pattern));
}

fn counted(instances: usize) -> String {
    let several = if instances == 1 { "" } else { "s" };
    format!("{instances} instance{several} of the inventory")
}

/// A proposal only: whether production is protected by tags is for its owners to say.
fn never(out: &mut String, production: &[Counted]) {
    if production.is_empty() {
        return;
    }
    out.push_str("# These tags look like production. To protect it whatever a policy says, take the `#` away:\n");
    out.push_str("# [never]\n# tags = [\n");
    production.iter().take(NAMED).for_each(|tag| listed(out, "#   ", tag));
    more(out, "#   # ", production);
    out.push_str("# ]\n\n");
}

fn unclear(out: &mut String, unclear: &[Counted]) {
    if unclear.is_empty() {
        return;
    }
    out.push_str("\n# No policy matches these tags of the inventory. Add those that are not production to `tags` above, where `*`\n");
    out.push_str("# and `?` stand for any text and any character:\n");
    unclear.iter().take(NAMED).for_each(|tag| listed(out, "#   ", tag));
    more(out, "#   ", unclear);
}

fn more(out: &mut String, indent: &str, tags: &[Counted]) {
    if tags.len() > NAMED {
        let _ = writeln!(out, "{indent}and {} more", tags.len() - NAMED);
    }
}
