//! What the doctor finds out about the hub and the organisation.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::config::{Accounts, Settings, Stage};
use crate::engine::doctor::{Check, Finding};
use crate::ports::{Pause, Probe, Scan, Switch};
use crate::run::doctor::TO_ACT;

/// What the hub needs.
pub(super) async fn hub(settings: &Settings, probe: &impl Probe, pause: &impl Pause) -> Vec<Finding> {
    let run = &settings.run;
    let mut findings = vec![match &run.record {
        None => Finding::noted(Check::Record, "record", None, "the settings have no `record`, so no run can act"),
        Some(_) => Finding::of(Check::Record, "record", None, probe.record().await),
    }];
    findings.push(match (&run.pause, pause.switch().await) {
        (None, _) => Finding::noted(Check::Pause, "pause", None, "the settings have no `pause` parameter"),
        (Some(_), Switch::Off) => Finding::passed(Check::Pause, "pause", None),
        (Some(_), Switch::On(value)) => {
            Finding::noted(Check::Pause, "pause", None, format!("paused: the pause parameter says `{value}`"))
        }
        (Some(name), Switch::Unreadable(why)) => Finding::wrong(Check::Pause, &*name.0, None, why),
    });
    for channel in settings.channels.values() {
        findings.push(Finding::of(Check::Channel, &channel.name, None, probe.channel(channel).await));
    }
    if settings.policies.iter().all(|policy| policy.stage == Stage::Observe) {
        let why = "no policy has the stage `enforce`, so the acting role is not asked";
        findings.push(Finding::noted(Check::Acting, TO_ACT, None, why));
    }
    if settings.scope.accounts != Accounts::Own {
        findings.push(match probe.opt_in_region().await {
            Ok(None) => Finding::passed(Check::Sts, "sts", None),
            Ok(Some(region)) => {
                let why = format!("sessions come from `{region}`, into which every account must have opted");
                Finding::noted(Check::Sts, "sts", None, why)
            }
            Err(why) => Finding::wrong(Check::Sts, "sts", None, why),
        });
    }
    let why = "the function's quota is not asked for: its role may not call `lambda:GetAccountSettings`";
    findings.push(Finding::noted(Check::Concurrency, "concurrency", None, why));
    findings
}

/// What policies match of AWS Organizations: units, and the tags of accounts, asked of one account.
pub(super) async fn organization(settings: &Settings, scanner: &impl Scan, account: Option<&Arc<str>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in settings.units().collect::<BTreeSet<_>>() {
        findings.push(Finding::of(Check::Organization, unit, None, scanner.unit(unit).await));
    }
    if let Some(account) = account.filter(|_| settings.need_account_tags()) {
        let tags = scanner.account_tags(account).await.map(|_| ());
        findings.push(Finding::of(Check::Organization, "organizations:ListTagsForResource", None, tags));
    }
    findings
}
