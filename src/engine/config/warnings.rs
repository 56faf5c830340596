//! Warnings about settings that are allowed but probably not intended, if they concern more than one section. The code
//! of a section warns about mistakes within that section.

use crate::engine::config::reader::Section;
use crate::engine::config::{Accounts, Settings, Stage};

const NAMES: &str = "and names are known with `accounts = \"organization\"` only";
const IDS: &str = "write account ids instead";

pub(crate) fn warn(top: &Section<'_>, settings: &Settings) {
    names(top, settings);
    arming(top, settings);
    if !settings.channels.is_empty() && settings.notify.operator.is_none() {
        let message =
            "`[notify]` has no `operator`: nobody is notified of what has no owner, or an owner without a channel";
        top.warn(top.place_of("notify"), message, "name one of `[channels]`: `operator = \"…\"`".to_owned());
    }
    if settings.bill.is_some() && settings.run.record.is_none() {
        let message = "`[bill]` without `record`: the monthly stocktake, which shows the bill, needs a record";
        top.warn(top.place_of("bill"), message, "write `record = \"s3://bucket/prefix\"`".to_owned());
    }
    if settings.policies.is_empty() {
        top.warn(top.place_of("policies"), "there are no policies: every instance is out of scope", None);
    }
}

/// Patterns over account names where the names are unknown.
fn names(top: &Section<'_>, settings: &Settings) {
    if settings.scope.accounts == Accounts::Organization {
        return;
    }
    if settings.never.needs_names() {
        let message = format!("`[never]` names accounts, {NAMES}: everything counts as listed");
        top.warn(top.place_within("never", "accounts"), message, IDS.to_owned());
    }
    if settings.owners.needs_names() {
        let message = format!("`[owners]` maps accounts by name, {NAMES}: what no tag gives an owner has none");
        top.warn(top.place_within("owners", "accounts"), message, IDS.to_owned());
    }
}

/// Settings that look armed but stop nothing, or that stop without measuring the last hour.
fn arming(top: &Section<'_>, settings: &Settings) {
    let enforced = settings.policies.iter().any(|policy| policy.stage == Stage::Enforce);
    let armed = || top.place_within("run", "armed");
    if settings.run.armed && settings.run.record.is_none() {
        let message = "`armed = true` without `record`: nothing is acted on until a record is configured";
        top.warn(armed(), message, "write `record = \"s3://bucket/prefix\"`".to_owned());
    }
    if settings.run.armed && !enforced {
        let message = "`armed = true`, and no policy has `stage = \"enforce\"`: nothing is acted on";
        top.warn(armed(), message, None);
    }
    if enforced && settings.busy.is_none() {
        let message = "`[busy]` is off: instances are stopped whatever they did in the last hour";
        top.warn(top.place_within("busy", "off"), message, None);
    }
}
