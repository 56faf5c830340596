//! The result of a check-up: what is wrong, where, why, and how to mend it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::engine::doctor::{Check, Diagnosis, Finding, Mark, Who};
use crate::engine::model::{Health, Target};
use crate::render::edge::plain;

/// Places that one line names. The JSON has all of them.
const NAMED: usize = 10;

const ROLES: &str = "deploy the roles: `make deploy-organization`, or `make deploy-spoke` in one account";

/// What it is, and how to mend it where it must be mended.
fn words(group: &Finding, region: &str) -> (String, Option<String>) {
    let subject = &group.subject;
    let is_wrong = group.mark == Mark::Wrong;
    let excess = if is_wrong { "may do more than it should" } else { "must be refused" };
    let (what, mend) = match group.check {
        Check::Accounts => (
            "the accounts in scope cannot be listed".to_owned(),
            "run it in the management account or in a delegated administrator's, or list the accounts in `[scope]`".to_owned(),
        ),
        Check::Organization => (
            format!("what policies match of AWS Organizations cannot be read: {subject}"),
            "deploy the hub: `make deploy`, in the management account or in a delegated administrator's; for a unit, correct its \
             id in the settings"
                .to_owned(),
        ),
        Check::Region => (
            "a Region cannot be scanned".to_owned(),
            "correct `regions` in `[scope]`, or enable the Region in the account".to_owned(),
        ),
        Check::ReadingRole => (
            format!("the role `{subject}` cannot be assumed"),
            format!(
                "compare `reading-role` and `external-id` in `[scope]` with the deployed role and its `HubRole`; if they are the \
                 same, {ROLES}"
            ),
        ),
        Check::ActingRole => (
            format!("the role `{subject}` cannot be assumed"),
            format!(
                "compare `acting-role` and `external-id` in `[scope]` with the deployed roles; if they are the same, {ROLES}, with \
                 `Acting=yes`; or name the account in `[never]`, if nothing may be stopped there"
            ),
        ),
        Check::Reading => (
            format!("the reading role may not do what the settings need: {subject}"),
            format!("{ROLES}; docs/running.md lists what the reading role needs"),
        ),
        Check::Acting => (
            format!("the acting role must be allowed: {subject}"),
            format!("{ROLES}, with `Acting=yes` and the `TagPrefix` of the settings; see the service control policies, too"),
        ),
        Check::Excess => (
            format!("{} {excess}: {subject}", group.who.map_or("a role", Who::as_str)),
            format!("detach the policies that the templates do not attach, or {ROLES}"),
        ),
        Check::Restart => (
            "what may be stopped must be able to start again".to_owned(),
            "enable the key, or do as the cause says; until then exclude these instances or their policy".to_owned(),
        ),
        Check::Record => (
            "the run record".to_owned(),
            "deploy the hub: `make deploy`; `record` in `[run]` must name its bucket and the prefix `record`".to_owned(),
        ),
        // A new parameter with a wrong name would look like the switch, and would not be the one that people use.
        Check::Pause => (
            "the pause switch".to_owned(),
            format!(
                "check `pause` in `[run]` and the Region `{region}`; only if `{subject}` never existed there, create it: `aws ssm \
                 put-parameter --region {region} --name {subject} --type String --value off`; while it cannot be read, nothing is \
                 stopped or started"
            ),
        ),
        Check::Channel => (
            format!("the channel `{subject}` must deliver"),
            "correct `sns` or `slack` of the channel in `[channels]`, or do as the cause says".to_owned(),
        ),
        Check::Sts => (
            "the Region of STS".to_owned(),
            "name a Region that every account has as `sts-region` in `[scope]`".to_owned(),
        ),
        Check::Concurrency => ("concurrent executions".to_owned(), String::new()),
    };
    (what, is_wrong.then_some(mend))
}

/// The number of different accounts. The places are in order.
fn accounts(group: &Finding) -> usize {
    group.places.chunk_by(|a, b| a.account == b.account).count()
}

fn places(group: &Finding) -> Vec<String> {
    let name = |place: &Target| if place.is_whole_account() { place.account.to_string() } else { place.to_string() };
    let mut places: Vec<String> = group.places.iter().map(name).collect();
    places.dedup();
    places
}

fn block(out: &mut String, group: &Finding, region: &str) {
    let word = if group.mark == Mark::Wrong { "WRONG" } else { "note " };
    let count = match accounts(group) {
        0 => String::new(),
        1 => "1 account: ".to_owned(),
        several => format!("{several} accounts: "),
    };
    let (what, mend) = words(group, region);
    let _ = write!(out, "\n{word}  {count}{}\n  why   {}\n", plain(&what), plain(&group.cause));
    if let Some(mend) = mend {
        let _ = writeln!(out, "  mend  {}", plain(&mend));
    }
    let places = places(group);
    if !places.is_empty() {
        let (more, named) = (places.len().saturating_sub(NAMED), places.into_iter().take(NAMED).collect::<Vec<_>>());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(out, "  in    {}{more}", plain(&named.join(", ")));
    }
}

/// The result for a terminal.
pub fn doctor_text(found: &Diagnosis) -> String {
    let wrong = found.groups.iter().filter(|group| group.mark == Mark::Wrong).count();
    let head = match wrong {
        0 => "nothing is wrong".to_owned(),
        1 => "1 thing is wrong".to_owned(),
        several => format!("{several} things are wrong"),
    };
    let passed: usize = found.passed.values().sum();
    let Diagnosis { region, accounts, targets, calls, .. } = found;
    let mut out = format!("{head}; {passed} checks passed; accounts: {accounts}, targets: {targets}, calls: {calls}\n");
    found.groups.iter().for_each(|group| block(&mut out, group, region));
    out
}

/// The result as JSON.
pub fn doctor_json(found: &Diagnosis) -> Value {
    let lines = |wanted: Mark| -> Vec<Value> {
        let groups = found.groups.iter().filter(|group| group.mark == wanted);
        let line = |group: &Finding| {
            let (what, mend) = words(group, &found.region);
            json!({
                "check": group.check, "subject": group.subject, "what": what, "cause": group.cause, "mend": mend,
                "accounts": accounts(group), "places": places(group),
            })
        };
        groups.map(line).collect()
    };
    let Diagnosis { run, region: _, groups: _, passed, accounts, targets, calls } = found;
    let (problems, notes) = (lines(Mark::Wrong), lines(Mark::Noted));
    let health = if problems.is_empty() { Health::Ok } else { Health::Degraded };
    json!({
        "version": 1, "mode": "doctor", "run": run, "health": health.as_str(),
        "counts": {"problems": problems.len(), "accounts": accounts, "targets": targets, "calls": calls},
        "problems": problems, "notes": notes, "passed": passed,
    })
}
