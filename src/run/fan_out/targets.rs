//! The first part: takes the lock, finds the accounts, and divides them.

use std::time::Duration;

use serde::Serialize;

use crate::engine::report::fan_out::{Begun, Used, batches};
use crate::engine::request::Mode;
use crate::ports::{Scan, WriteRecord};
use crate::run::fan_out::store::{key, write};
use crate::run::fan_out::{RELEASE, past};
use crate::run::scan::accounts;
use crate::run::{Error, FanOutError, Order, lock, sudden};

/// One line of the list that the state machine maps over.
#[derive(Serialize)]
pub(crate) struct Item {
    pub(crate) batch: usize,
}

/// Begins a run in parts. `request` is the request as sent; `size` is how many accounts one child scans. Returns what
/// all parts share, and the location of the list of batches.
///
/// # Errors
/// [`Error`]; no lock is held then.
pub async fn targets(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    request: &str,
    size: u16,
) -> Result<(Begun, String), Error> {
    if order.settings.run.record.is_none() {
        return Err(FanOutError::NoRecord.into());
    }
    if order.run.mode == Mode::Undo {
        return Err(FanOutError::Undo.into());
    }
    order.run.scope.check(order.settings)?;
    sudden::check(order)?;
    if let Some(reviewed) = order.reviewed {
        reviewed.check(order.settings, order.clock.at())?;
    }
    let acts = order.run.mode == Mode::Apply;
    if acts {
        lock::take(hub, &order.run.id, order.wall, order.clock.left(Duration::ZERO)).await?;
    }
    let divided = divide(order, scanner, hub, request, size).await;
    if acts && divided.is_err() {
        let _ = lock::release(hub, &order.run.id).await; // the run's error is the one to return
    }
    divided
}

async fn divide(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    request: &str,
    size: u16,
) -> Result<(Begun, String), Error> {
    let run = order.run;
    let (found, skipped) = if run.scope.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        accounts(scanner, order.settings, &run.scope, order.clock).await?
    };
    let begun = Begun {
        run: run.id.clone(),
        at: order.clock.at(),
        wall: order.wall,
        request: request.into(),
        release: RELEASE.to_owned(),
        settings: order.settings.hash.clone(),
        batches: batches(found, size),
        skipped,
        used: Used::of(scanner.calls(), scanner.spent()),
    };
    past::keep(order, hub, &run.id).await?;
    write(hub, &key(&run.id, "begun"), &begun).await?;
    let items: Vec<Item> = (0..begun.batches.len()).map(|batch| Item { batch }).collect();
    let place = write(hub, &key(&run.id, "looks"), &items).await?;
    Ok((begun, place))
}
