//! Sends notifications. A receipt is given only for what is in a message that its channel accepted. A channel that
//! fails is a trouble; the others continue, and the next run tries again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::Channel;
use crate::engine::model::{Contact, Message, Receipt, instances};
use crate::engine::report::digest::{Digest, Digests, Reader};
use crate::ports::{Messenger, PortError};
use crate::render::{Frame, messages};
use crate::run::Clock;

/// Channels that are written to in parallel. Within one channel, messages are sent one after the other, as Slack asks.
const WIDTH: usize = 8;

/// After this many failures in a row, a channel is skipped until the next run. More than one, because a message that a
/// channel refuses for its content must not block those behind it.
const GIVE_UP: usize = 3;

/// The name under which the operator's receipts are kept. No owner has it.
pub const OPERATOR: &str = "(operator)";

/// Which notifications were sent, and which could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Notifications sent to owners and their second contacts.
    pub receipts: Vec<Receipt>,
    /// Notifications sent to the operator in place of an owner, under the name [`OPERATOR`]. They are no owner's notice
    /// and allow no act. They only prevent the same message every day.
    pub operator: Vec<Receipt>,
    /// What could not be sent, as text. It degrades the run's health.
    pub troubles: Vec<String>,
    /// Messages that were accepted.
    pub messages: usize,
    /// Digests with a message that was not accepted, by their index among the owners' digests; the operator's comes
    /// last.
    pub unsent: BTreeSet<usize>,
}

/// Sends every digest, until `reserve` before the deadline.
pub async fn deliver(
    port: &impl Messenger,
    digests: &Digests,
    frame: &Frame<'_>,
    clock: Clock,
    reserve: Duration,
) -> Delivery {
    let mut by_channel: BTreeMap<&str, Vec<(usize, &Digest)>> = BTreeMap::new();
    for (place, digest) in digests.owners.iter().chain(&digests.operator).enumerate() {
        by_channel.entry(&digest.channel.name).or_default().push((place, digest));
    }
    let sent = by_channel.into_values().map(|digests| one_channel(port, digests, frame, clock, reserve));
    let mut delivery = Delivery::default();
    for one in stream::iter(sent).buffered(WIDTH).collect::<Vec<_>>().await {
        let Delivery { receipts, operator, troubles, messages, unsent } = one;
        delivery.unsent.extend(unsent);
        delivery.receipts.extend(receipts);
        delivery.operator.extend(operator);
        delivery.troubles.extend(troubles);
        delivery.messages += messages;
    }
    delivery
}

async fn one_channel(
    port: &impl Messenger,
    digests: Vec<(usize, &Digest)>,
    frame: &Frame<'_>,
    clock: Clock,
    reserve: Duration,
) -> Delivery {
    let mut delivery = Delivery::default();
    let (mut failures, mut kept_back) = (0, 0);
    let all = |(place, digest)| messages(digest, frame).into_iter().map(move |message| (place, digest, message));
    for (place, digest, message) in digests.into_iter().flat_map(all) {
        if failures >= GIVE_UP {
            delivery.unsent.insert(place);
            kept_back += message.named.len();
            continue;
        }
        match send(port, &digest.channel, &message, clock, reserve).await {
            Ok(()) => {
                failures = 0;
                delivery.messages += 1;
                accept(&mut delivery, digest, &message, frame);
            }
            Err(why) => {
                failures += 1;
                delivery.unsent.insert(place);
                let (reader, count) = (name(&digest.reader), message.named.len());
                let about = if count == 0 { String::new() } else { format!(" about {}", instances(count)) };
                let channel = &digest.channel.name;
                let trouble = format!("channel `{channel}` did not take a message for {reader}{about}: {why}");
                delivery.troubles.push(trouble);
            }
        }
    }
    if kept_back > 0 {
        delivery.troubles.push(format!("news of {kept_back} more instances was kept back after {GIVE_UP} failures"));
    }
    delivery
}

async fn send(
    port: &impl Messenger,
    channel: &Arc<Channel>,
    message: &Message,
    clock: Clock,
    reserve: Duration,
) -> Result<(), String> {
    let sent = clock.within(reserve, port.send(channel, message)).await;
    sent.unwrap_or_else(|| Err(PortError("there was no time left".to_owned()))).map_err(|error| error.to_string())
}

fn name(reader: &Reader) -> String {
    match reader {
        Reader::Owner(name, Contact::First) => format!("`{name}`"),
        Reader::Owner(name, Contact::Second) => format!("the second contact of `{name}`"),
        Reader::Operator => "the operator".to_owned(),
    }
}

/// Gives one receipt for each instance that the message names.
fn accept(delivery: &mut Delivery, digest: &Digest, message: &Message, frame: &Frame<'_>) {
    let (list, contact, owner) = match &digest.reader {
        Reader::Owner(_, contact) => (&mut delivery.receipts, *contact, None),
        Reader::Operator => (&mut delivery.operator, Contact::First, Some(Arc::from(OPERATOR))),
    };
    list.extend(message.named.iter().map(|named| Receipt {
        id: named.id.clone(),
        subject: named.subject,
        policy: named.policy.clone(),
        owner: owner.clone().unwrap_or_else(|| named.owner.clone()),
        channel: digest.channel.name.clone(),
        place: Arc::from(digest.channel.place()),
        contact,
        binding: named.binding,
        due: named.due,
        at: frame.at,
    }));
}
