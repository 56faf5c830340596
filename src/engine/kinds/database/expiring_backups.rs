//! `expiring-backups`: Aurora does not extend the retention of automated backups while a cluster is stopped. A stop that
//! lasts longer than the retention leaves no point in time to restore to. For a DB instance RDS keeps them.

use chrono::Duration;

use crate::engine::config::ExpiringBackups;
use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::ExpiringBackups, judge, inputs };

/// AWS starts a stopped database after seven days, so no stop lasts longer.
const LONGEST_STOP_DAYS: i64 = 7;

/// The retention of a cluster, if its backups could expire during a stop that begins now.
fn expires(case: &Case<'_>) -> Option<Option<u32>> {
    let facts = case.instance.database.as_ref().filter(|_| case.instance.id.is_db_cluster())?;
    let (_, hours) = case.policy?;
    let longest = Duration::days(LONGEST_STOP_DAYS);
    let stop = hours.at.opens.map_or(longest, |opens| longest.min(opens - case.now));
    let kept = facts.retention.map_or(Duration::zero(), |days| Duration::days(days.into()));
    (kept < stop).then_some(facts.retention)
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let days = expires(case).filter(|_| case.settings.databases.expiring_backups == ExpiringBackups::Skip)?;
    let (_, hours) = case.policy?;
    Some(Verdict::Skip(Skipped::ExpiringBackups { days, opens: hours.at.opens, zone: hours.at.zone }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let facts = case.instance.database.as_ref();
    let is_cluster = case.instance.id.is_db_cluster();
    Inputs::ExpiringBackups { is_cluster, days: facts.and_then(|facts| facts.retention) }
}
