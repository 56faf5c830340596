//! The stage that counts realised savings, in the record.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::cost::price::Prices;
use crate::engine::cost::savings::{Savings, Sight, Whose};
use crate::engine::history::unverified::Confirmed;
use crate::engine::model::{Kind, Notes, Outcome, OutcomeKind, ResourceId};
use crate::engine::report::{Report, Row};
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::order::Order;
use crate::run::pseudonyms::{Pseudonyms, is_person};
use crate::run::state::is_stateful;

/// The savings so far; none where the record has none.
///
/// # Errors
/// [`PortError`] when the record, or its savings file, cannot be read: starting again at zero would lose months.
pub async fn read(hub: &impl ReadRecord) -> Result<Savings, PortError> {
    match hub.read(Savings::KEY).await? {
        None => Ok(Savings::default()),
        Some(text) => Savings::parse(&text).map_err(PortError),
    }
}

/// Writes the savings, and a table of the months.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn write(hub: &impl WriteRecord, savings: &Savings) -> Result<(), PortError> {
    hub.write(Savings::KEY, &savings.text()).await?;
    hub.write(Savings::TABLE, &savings.table()).await.map(|_| ())
}

/// Counts what stayed stopped since the last run, and begins counting what this run has stopped.
pub(crate) async fn count(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    prices: Option<&Prices>,
    confirmed: &[Confirmed],
    report: &Report,
) -> (Option<Savings>, Notes) {
    let mut notes = Notes::default();
    if !is_stateful(order.settings) {
        return (None, notes);
    }
    let read = notes.ok_or_trouble(read(hub).await, "what was saved cannot be counted");
    let Some(mut savings) = read else { return (None, notes) };
    if savings.unread() > 0 {
        let (count, key) = (savings.unread(), Savings::KEY);
        notes.trouble(format!(
            "entries of `{key}` that cannot be read and are not counted: {count}; correct or remove them"
        ));
    }
    let sights =
        report.rows.iter().map(|row| Sight { id: &row.id, state: row.state, launch: row.launch, ours: row.ours });
    savings.accrue(sights, |id| order.run.scope.is_whole() && is_whole(order, report, id), report.at);
    let rows: HashMap<&ResourceId, &Row> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let is_stopped = |outcome: &&Outcome| {
        matches!(outcome.outcome, OutcomeKind::Stopped | OutcomeKind::Stopping) && outcome.action.is_stop()
    };
    // What takes minutes counts once a later run has found it stopped.
    let is_open = |outcome: &Outcome| outcome.outcome == OutcomeKind::Stopping && outcome.id.kind.takes_minutes();
    let stops = report.outcomes.iter().filter(is_stopped);
    let stops = stops.map(|outcome| (&outcome.id, outcome.at, is_open(outcome)));
    // If an earlier run did not record its stop, the stop counts from when it was found.
    let open: BTreeSet<ResourceId> = savings.open.keys().cloned().collect();
    let earlier = confirmed
        .iter()
        .filter(|one| one.is_stopped() && !open.contains(&one.id))
        .map(|one| (&one.id, report.at, false));
    for (id, since, is_open) in earlier.chain(stops) {
        let Some(row) = rows.get(id) else { continue };
        let policy = row.policy.as_ref().map_or("", |policy| policy.name.as_str());
        let (account, owner) = (row.id.place.account.clone(), Arc::from(row.owner.known().unwrap_or_default()));
        let whose = Whose { account, policy: Arc::from(policy), owner };
        let hourly = prices.and_then(|prices| row.price_in(prices, report.at)?.known());
        let note = if is_open { Savings::stopping } else { Savings::stopped };
        note(&mut savings, &row.id, whose, hourly, since);
    }
    let without_people = forget_people(order, hub, &mut savings, report.at).await;
    notes.ok_or_trouble(without_people, "owners in the savings of past months could not be replaced by pseudonyms");
    notes.ok_or_trouble(write(hub, &savings).await, "what was saved could not be recorded");
    (Some(savings), notes)
}

/// Replaces the owners in months that ended before the time for which people's data is kept.
async fn forget_people(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    savings: &mut Savings,
    now: DateTime<Utc>,
) -> Result<(), PortError> {
    let Some(keep) = order.settings.run.keep_people else { return Ok(()) };
    if savings.owners_until(now - keep).any(is_person) {
        let pseudonyms = Pseudonyms::of(hub).await?;
        savings.replace_owners(now - keep, |owner| is_person(owner).then(|| pseudonyms.stand_in(owner)));
    }
    Ok(())
}

/// Whether a resource that was not found is gone. This holds only where everything was scanned: a
/// suspended or excluded account, or a Region that the settings no longer name, is not scanned.
fn is_whole(order: &Order<'_>, report: &Report, id: &ResourceId) -> bool {
    let (scope, target) = (&order.settings.scope, &*id.place);
    let unlisted = || report.unlisted.iter().any(|one| one.kind == id.kind && one.target() == *target);
    !(id.kind != Kind::Instance && (!order.settings.has_kind(id.kind) || unlisted()))
        && scope.names_account(&target.account)
        && scope.names_region(&target.region)
        && !report.unreachable.iter().any(|unreachable| unreachable.target().covers(target))
        && !report.denied.iter().any(|denied| denied.covers(target))
        && !report.not_due.iter().any(|not_due| not_due.target() == *target)
        && !report.skipped.iter().any(|skipped| skipped.account == target.account)
}
