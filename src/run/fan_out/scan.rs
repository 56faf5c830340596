//! A child that scans one batch of accounts, and judges as far as needed to know what to measure.

use chrono::{DateTime, Utc};

use crate::engine::report::fan_out::{Begun, Part, Used};
use crate::ports::{Scan, WriteRecord};
use crate::run::fan_out::child::Child;
use crate::run::fan_out::store::{scan_key, write};
use crate::run::fan_out::{go_on, past};
use crate::run::{Background, Error, FanOutError, Order, Scanned};

/// Scans `batch`, and leaves the result for the plan.
///
/// # Errors
/// [`Error`]; the accounts of the batch are unreachable then.
pub async fn scan(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    begun: &Begun,
    batch: usize,
    wall: DateTime<Utc>,
) -> Result<(), Error> {
    go_on(order, begun, hub, wall).await?;
    let none = || FanOutError::NoBatch { run: begun.run.to_string(), batch };
    let accounts = begun.batches.get(batch).ok_or_else(none)?;
    let history = past::history(order, hub, begun).await?;
    let child = Child::new(scanner, accounts, &order.run.scope);
    let scanned = crate::run::scan::scan(
        &child,
        order.settings,
        &child.scope(),
        order.run.mode,
        &history,
        order.clock,
        order.progress,
    )
    .await?;
    let Scanned { unreachable, unlisted, denied, background, .. } = scanned;
    let Background { contacts, known, sightings, databases, .. } = background;
    let (known, used) = (known.into_iter().collect(), Used::of(scanner.calls(), scanner.spent()));
    let part =
        Part { targets: child.kept(), unreachable, unlisted, denied, contacts, known, sightings, databases, used };
    write(hub, &scan_key(&begun.run, batch), &part).await?;
    Ok(())
}
