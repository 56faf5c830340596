//! Holds back a run that would suddenly stop far more than on the same weekdays before, and records for later runs how
//! many this one would stop. Only runs of the whole scope are compared and counted, because a narrow one is not
//! comparable.

use chrono::NaiveDate;

use crate::engine::model::Cap;
use crate::engine::request::RequestInvalid;
use crate::engine::undo::sudden::{
    ACKNOWLEDGE_DAYS, Count, NEVER_BELOW, NotAcknowledged, Sudden, WEEKS, covers, earlier_days, enforced, highest,
    recent_days, sudden,
};
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::run::decision::Planned;
use crate::run::index::Read;
use crate::run::{Error, Order, index};

/// The folder of the counts, by date and run.
const COUNTS: &str = "counts";

/// The index of the counts of the compared days. A run every 10 minutes leaves 144 files a day, so six days are 6 lists
/// and up to 864 gets without it. Most runs would stop so few instances that they read nothing.
const INDEX: &str = "state/counts.jsonl.gz";

/// What an earlier run left.
struct Known {
    day: NaiveDate,
    run: String,
    count: Count,
}

/// The count that a run leaves, and the result of the comparison.
struct Weighed {
    count: Count,
    sudden: Option<Sudden>,
    /// The acknowledged run: its file and its count.
    acknowledged: Option<(String, Count)>,
    /// A new index of the counts, where the old one lacks much.
    index: Option<Vec<u8>>,
}

/// Checks, before the scan, whether the run's acknowledgement can be valid, if there is one.
pub(crate) fn check(order: &Order<'_>) -> Result<(), Error> {
    match order.acknowledge {
        None => Ok(()),
        Some(_) if !order.run.scope.is_whole() => Err(RequestInvalid::AcknowledgeNarrow.into()),
        Some(run) if order.settings.run.record.is_none() => {
            Err(NotAcknowledged::Unknown { run: run.to_owned() }.into())
        }
        Some(_) => Ok(()),
    }
}

/// Compares the run with earlier ones, refuses its plan if it is a sudden change, and writes its count. Called before
/// anything is done.
pub(crate) async fn hold_back(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    mut planned: Planned,
) -> Result<Planned, Error> {
    let Some(weighed) = weigh(order, hub, &planned).await? else { return Ok(planned) };
    let Weighed { mut count, sudden, acknowledged, index } = weighed;
    planned.notes.lines.extend(index::write(hub, INDEX, index).await);
    if let Some(sudden) = sudden {
        count.held = true;
        let why = refusal(sudden, order);
        planned.notes.degrade();
        if planned.plan.refused.is_some() {
            planned.notes.note(why);
        } else {
            planned.plan = planned.plan.refuse(why, Cap::SuddenChange);
        }
    }
    write(hub, &key(order.clock.at().date_naive(), &order.run.id), &count).await.map_err(Error::Record)?;
    if let Some((key, held)) = acknowledged {
        let held = Count { acknowledged_by: Some(order.run.id.to_string()), ..held };
        write(hub, &key, &held).await.map_err(Error::Record)?;
    }
    Ok(planned)
}

/// The remarks of a dry run: whether an apply would be held back. Writes nothing.
pub(crate) async fn predict(
    order: &Order<'_>,
    hub: &impl ReadRecord,
    planned: &Planned,
) -> Result<Option<String>, Error> {
    let weighed = match weigh(order, hub, planned).await {
        Err(Error::Record(why)) => {
            return Ok(Some(format!("the run record cannot be read, so sudden change is not judged: {why}")));
        }
        weighed => weighed?,
    };
    let sudden = weighed.and_then(|weighed| weighed.sudden);
    Ok(sudden.map(|sudden| {
        format!("an apply would be held back: {}; its report will say how to acknowledge it", words(sudden, order))
    }))
}

/// `None` where there is nothing to compare: a narrow run, or no record.
async fn weigh(order: &Order<'_>, hub: &impl ReadRecord, planned: &Planned) -> Result<Option<Weighed>, Error> {
    let Order { run, settings, clock, wall: _, reviewed, acknowledge, progress: _ } = order;
    if !run.scope.is_whole() || settings.run.record.is_none() {
        return Ok(None);
    }
    let today = clock.at().date_naive();
    let mut count = Count::of(&planned.scanned.rows, &planned.plan, *reviewed);
    if let Some(run) = acknowledge {
        let (key, held) = held_back(hub, today, run, count.armed).await?;
        count.acknowledges = Some((*run).to_owned());
        return Ok(Some(Weighed { count, sudden: None, acknowledged: Some((key, held)), index: None }));
    }
    if count.armed <= NEVER_BELOW {
        return Ok(Some(Weighed { count, sudden: None, acknowledged: None, index: None }));
    }
    let (known, index) = days(hub, earlier_days(today).chain([today])).await.map_err(Error::Record)?;
    let on = |own: bool| known.iter().filter(move |known| (known.day == today) == own).map(|known| &known.count);
    let sudden = sudden(count.armed, highest(on(false), on(true), &enforced(settings)));
    Ok(Some(Weighed { count, sudden, acknowledged: None, index }))
}

/// The acknowledged run, if it was held back recently and covers this many.
async fn held_back(hub: &impl ReadRecord, today: NaiveDate, run: &str, armed: usize) -> Result<(String, Count), Error> {
    let (known, _) = days(hub, recent_days(today)).await.map_err(Error::Record)?;
    let found = known.into_iter().find(|known| known.run == run && known.count.held);
    let Some(Known { day, run: id, count: held }) = found else {
        return Err(NotAcknowledged::Unknown { run: run.to_owned() }.into());
    };
    if !covers(held.armed, armed) {
        return Err(NotAcknowledged::Beyond { run: run.to_owned(), held: held.armed, armed }.into());
    }
    Ok((key(day, &id), held))
}

/// The counts of these days, and a new index of them.
async fn days(
    hub: &impl ReadRecord,
    days: impl Iterator<Item = NaiveDate>,
) -> Result<(Vec<Known>, Option<Vec<u8>>), PortError> {
    let days: Vec<NaiveDate> = days.collect();
    let folders: Vec<_> = days.iter().map(|day| (folder(*day), String::new())).collect();
    let Read { folders, index } = index::read(hub, INDEX, &folders).await?;
    let mut known = Vec::new();
    for (day, entries) in days.into_iter().zip(folders) {
        for (key, text) in entries {
            let file = key.rsplit_once('/').map_or(&*key, |(_, file)| file);
            let Some(run) = file.strip_suffix(".json") else { continue }; // a draft that was never finished
            // An unreadable count is no reason to allow more: the day is known, and its count is zero.
            let count = serde_json::from_str(&text).unwrap_or_default();
            known.push(Known { day, run: run.to_owned(), count });
        }
    }
    Ok((known, index))
}

/// `counts/date=2026-11-25`
fn folder(day: NaiveDate) -> String {
    format!("{COUNTS}/date={day}")
}

/// `counts/date=2026-11-25/<run>.json`
fn key(day: NaiveDate, run: &str) -> String {
    format!("{}/{run}.json", folder(day))
}

async fn write(hub: &impl WriteRecord, key: &str, count: &Count) -> Result<(), PortError> {
    hub.write(key, &serde_json::to_string(count)?).await.map(|_| ())
}

fn words(sudden: Sudden, order: &Order<'_>) -> String {
    let Sudden { armed, highest } = sudden;
    let weekday = order.clock.at().format("%A");
    format!(
        "{armed} instances would be stopped, and on no {weekday} (UTC) of the last {WEEKS} weeks were there more than {highest}; beyond one and a half times as many a run is held back"
    )
}

fn refusal(sudden: Sudden, order: &Order<'_>) -> String {
    let (words, run) = (words(sudden, order), &order.run.id);
    format!(
        "sudden change: {words}. If they are right, acknowledge this run within {ACKNOWLEDGE_DAYS} days: `idle-reaper apply --acknowledge {run}`, or the request {{\"mode\":\"apply\",\"acknowledge\":\"{run}\"}}"
    )
}
