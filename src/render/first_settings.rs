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
        let mut out = String::new();
        for line in include_str!("first_settings.toml").lines() {
            match line {
                "@never" => never(&mut out, &proposal.production),
                "@tags" => tags.iter().for_each(|tag| listed(&mut out, "  ", tag)),
                "@unclear" => unclear(&mut out, &proposal.unclear),
                line => out += &(line.replace("@accounts", accounts).replace("@zone", zone.name()) + "\n"),
            }
        }
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
