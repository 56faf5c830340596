//! The texts of other stages for the readers of digests: a reader gets them with the news of the run, in one message for each
//! channel. Once it is known which of them were accepted, each stage records that.

use std::mem;

use chrono::{DateTime, Utc};

use crate::engine::model::Notes;
use crate::engine::report::digest::Digest;
use crate::ports::WriteRecord;
use crate::run::{answers, forgotten, morning, stocktake};

/// What each stage has to say, if anything.
pub(crate) struct Texts {
    pub(crate) forgotten: Option<forgotten::Pending>,
    pub(crate) morning: Option<morning::Pending>,
    pub(crate) stock: Option<stocktake::Pending>,
    pub(crate) reminders: Option<answers::Pending>,
}

impl Texts {
    /// Takes the texts out, in the order in which a reader gets them. What cannot wait comes first.
    pub(crate) fn take(&mut self) -> (Vec<Digest>, [usize; 4]) {
        let Self { forgotten, morning, stock, reminders } = self;
        let all = [
            morning.as_mut().map(|one| &mut one.digests),
            forgotten.as_mut().map(|one| &mut one.digests),
            stock.as_mut().map(|one| &mut one.digests),
            reminders.as_mut().map(|one| &mut one.digests),
        ];
        let all = all.map(|digests| digests.map(mem::take).unwrap_or_default());
        let counts = [&all[0], &all[1], &all[2], &all[3]].map(Vec::len);
        (all.into_iter().flatten().collect(), counts)
    }

    /// Records what was accepted, in the order of [`Self::take`].
    pub(crate) async fn settle(
        self,
        hub: &impl WriteRecord,
        counts: [usize; 4],
        accepted: &[bool],
        now: DateTime<Utc>,
    ) -> ((), Notes) {
        let (Self { forgotten, morning, stock, reminders }, mut notes) = (self, Notes::default());
        // A stage of notices that broke off has accepted nothing.
        let mut accepted = accepted.iter().copied().chain(std::iter::repeat(false));
        let [of_morning, of_forgotten, of_stock, of_reminders] =
            counts.map(|count| accepted.by_ref().take(count).collect::<Vec<bool>>());
        if let Some(pending) = morning {
            notes.add(morning::settle(hub, pending, &of_morning, now).await);
        }
        if let Some(pending) = forgotten {
            notes.add(forgotten::settle(hub, pending, &of_forgotten).await);
        }
        if let Some(pending) = stock {
            notes.add(stocktake::settle(hub, pending, &of_stock, now).await);
        }
        if let Some(pending) = reminders {
            notes.add(answers::settle(hub, pending, &of_reminders, now).await);
        }
        ((), notes)
    }
}
