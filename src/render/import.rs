//! What `import` proposes and says: settings that observe, notes, and both tools beside each other.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::engine::config::UNKNOWN;
use crate::engine::import::week::{Difference, WeekCompared};
use crate::engine::import::{Defined, Import, PeerTag, Value};
use crate::render::edge::{plain, toml};

/// The schedule of a policy whose instances all have hours of their own.
const BY_TAG: &str = "by-tag";

/// Settings that read the tags of the other tool.
pub fn import_settings(import: &Import) -> String {
    let mut out =
        "# Proposed by `idle-reaper import`. Every policy observes: nothing is stopped or started.\nversion = 1\n\n"
            .to_owned();
    scope(&mut out, import);
    let (schedules, custodian): (Vec<&PeerTag>, Vec<&PeerTag>) =
        import.tags.iter().partition(|tag| tag.hours.is_none());
    let first = |tag: &&PeerTag| tag.keys.first().map(|key| toml(key)).unwrap_or_default();
    out += "[tags]\n";
    if !schedules.is_empty() {
        let _ = writeln!(out, "also-schedule = [{}]", schedules.iter().map(first).collect::<Vec<_>>().join(", "));
    }
    if !custodian.is_empty() {
        let dialect = |tag: &&PeerTag| Some(format!("{} = {}", first(tag), toml(&tag.dialect()?)));
        let dialects: Vec<String> = custodian.iter().filter_map(dialect).collect();
        let _ = writeln!(out, "dialects = {{ {} }}", dialects.join(", "));
    }
    import.schedules.iter().for_each(|schedule| defined(&mut out, schedule));
    for (n, tag) in custodian.iter().enumerate() {
        let name = if n == 0 { "cloud-custodian".to_owned() } else { format!("cloud-custodian-{}", n + 1) };
        tag.hours.iter().for_each(|hours| open(&mut out, &name, hours));
        policy(&mut out, &name, &tag.keys.iter().cloned().collect::<Vec<_>>(), &name, "stop", tag.starts);
    }
    if !schedules.is_empty() {
        by_schedule(&mut out, import, &schedules);
    }
    out
}

fn scope(out: &mut String, import: &Import) {
    let known = |text: &str| text != UNKNOWN;
    let accounts = import.places.iter().map(|place| &place.account).filter(|id| known(id));
    let accounts: BTreeSet<_> = accounts.collect();
    let regions = import.places.iter().map(|place| &place.region).filter(|region| known(region));
    let regions: BTreeSet<_> = regions.collect();
    let _ = writeln!(out, "[scope]\naccounts = \"{}\"", if accounts.len() > 1 { "organization" } else { "self" });
    if !regions.is_empty() {
        let regions: Vec<String> = regions.into_iter().map(|region| toml(region)).collect();
        let _ = writeln!(out, "regions = [{}]", regions.join(", "));
    }
    out.push('\n');
}

/// The policies for what has the name of a schedule in a tag.
fn by_schedule(out: &mut String, import: &Import, tags: &[&PeerTag]) {
    let keys: Vec<&String> = tags.iter().flat_map(|tag| &tag.keys).collect();
    let hibernating = import.schedules.iter().filter(|schedule| schedule.hibernates && schedule.hours.is_ok());
    let hibernating: Vec<String> =
        hibernating.flat_map(|schedule| keys.iter().map(move |key| format!("{key}={}", schedule.name))).collect();
    open(out, BY_TAG, "always");
    if !hibernating.is_empty() {
        policy(out, "instance-scheduler-hibernate", &hibernating, BY_TAG, "hibernate", true);
    }
    let keys: Vec<String> = keys.into_iter().cloned().collect();
    policy(out, "instance-scheduler", &keys, BY_TAG, "stop", true);
}

fn defined(out: &mut String, schedule: &Defined) {
    match &schedule.hours {
        Ok(hours) => open(out, &schedule.name, hours),
        Err(why) => _ = writeln!(out, "\n# The schedule {} is not translated: {}", toml(&schedule.name), plain(why)),
    }
}

fn open(out: &mut String, name: &str, hours: &str) {
    let (windows, zone) = hours.split_once(" @ ").map_or((hours, None), |(windows, zone)| (windows, Some(zone)));
    let is_bare = name.chars().all(|c| c != '.');
    let _ = writeln!(out, "\n[schedules.{}]", if is_bare { name.to_owned() } else { toml(name) });
    zone.iter().for_each(|zone| _ = writeln!(out, "zone = {}", toml(zone)));
    let _ = writeln!(out, "open = [{}]", windows.split(" + ").map(toml).collect::<Vec<_>>().join(", "));
}

fn policy(out: &mut String, name: &str, patterns: &[String], schedule: &str, outside: &str, starts: bool) {
    let tags = patterns.iter().map(|pattern| toml(pattern)).collect::<Vec<_>>().join(", ");
    let at_opening = if starts { "start-reaped" } else { "nothing" };
    let _ = writeln!(
        out,
        "\n[[policies]]\nname = {}\nstage = \"observe\"\nmatch = {{ tags = [{tags}] }}\nschedule = {}\n\
         outside = \"{outside}\"\nat-opening = \"{at_opening}\"\nstart-lead = \"0m\"",
        toml(name),
        toml(schedule),
    );
}

/// What was found, what is left over, and what no translation can hide.
pub fn import_notes(import: &Import, values: &[Value]) -> Vec<String> {
    let value = |value: &Value| {
        let Value { tag, value, instances, dialect: _, means, why_not } = value;
        let several = if *instances == 1 { "" } else { "s" };
        let means = match (means, why_not) {
            (Some(means), _) => means.clone(),
            (None, why) => format!("not translated: {}", why.as_deref().unwrap_or_default()),
        };
        format!("`{tag}` = `{value}`: {instances} instance{several}, {means}")
    };
    let left = import.left.iter().map(|left| format!("left over: {left}"));
    let words = import.caveats().into_iter().map(|word| format!("{}: {}", word.as_str(), word.text()));
    values.iter().map(value).chain(left).chain(words).collect()
}

/// Where both tools differ, one line each.
pub fn week_text(week: &WeekCompared, zone: Tz) -> String {
    let WeekCompared { differences, compared, unknown } = week;
    let mut out = format!("{compared} instances compared for a week: {} differences\n", differences.len());
    if *unknown > 0 {
        let _ = writeln!(out, "{unknown} not compared: what the old tool does with them is not known");
    }
    for Difference { id, name, from, to, old_runs, word, rule } in differences {
        let at = |at: &DateTime<Utc>| at.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z").to_string();
        let (old, new) = if *old_runs { ("running", "stopped") } else { ("stopped", "running") };
        let (from, to) = (at(from), at(to));
        let line = format!(
            "{} {name} in {}: {from} to {to}: {old} by the old tool, {new} here ({word}; {})",
            id.name,
            id.place,
            rule.as_str()
        );
        let _ = writeln!(out, "{}", plain(&line));
    }
    out
}
