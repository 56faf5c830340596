//! The stage that notifies the channel of `new-region` of the first instance ever in a Region of an account: it may have been
//! started by mistake, or with a stolen key. There is one message for each Region of an account.

use std::collections::BTreeSet;

use crate::engine::history::past_runs::History;
use crate::engine::model::{Notes, Target, Text};
use crate::engine::report::Report;
use crate::engine::report::digest::{About, Digest, Digests, Reader};
use crate::ports::{Messenger, ReadRecord};
use crate::render::first_in_region;
use crate::run::delivery::deliver;
use crate::run::notify::{RESERVE, frame};
use crate::run::scan::Background;
use crate::run::{Order, last_scans};

/// Where something was found for the first time ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FirstInstances {
    /// The channel accepted the message.
    pub(crate) notified: BTreeSet<Target>,
    /// It did not, so the next run tries again.
    pub(crate) pending: BTreeSet<Target>,
}

/// Notifies the channel, and returns how many messages were accepted. Under changed settings nothing is known of empty Regions.
pub(crate) async fn notify(
    order: &Order<'_>,
    messenger: &impl Messenger,
    hub: &impl ReadRecord,
    history: &History,
    background: &Background,
    report: &Report,
) -> ((usize, FirstInstances), Notes) {
    let mut notes = Notes::default();
    let settings = order.settings;
    let channel = settings.notify.new_region.clone().filter(|_| settings.run.record.is_some());
    let Some(channel) = channel.filter(|_| !history.settings_changed) else { return (Default::default(), notes) };
    let known = last_scans::firsts(order, hub, background).await;
    let firsts = notes.ok_or_note(known, "whether a Region is used for the first time is unknown").unwrap_or_default();
    if firsts.is_empty() {
        return (Default::default(), notes);
    }
    let say = |target| first_in_region(target, report);
    let rows = report.rows.iter().filter(|row| firsts.contains(&*row.id.place));
    let pages = rows.map(|row| (row.id.name.to_string(), report.link(&row.id)));
    let digest = Digest {
        reader: Reader::Operator,
        channel,
        entries: Vec::new(),
        notes: vec![Text::linking(firsts.iter().map(say).collect::<Vec<_>>().join("\n"), pages)],
        about: About::News,
    };
    let digests = Digests { operator: Some(digest), ..Digests::default() };
    let delivery = deliver(messenger, &digests, &frame(order, &report.names), order.clock, RESERVE).await;
    notes.troubles(delivery.troubles);
    let (notified, pending) =
        if delivery.unsent.is_empty() { (firsts, BTreeSet::new()) } else { (BTreeSet::new(), firsts) };
    ((delivery.messages, FirstInstances { notified, pending }), notes)
}
