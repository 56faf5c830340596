//! Reduces an instance on a page to ours. Nothing is dropped: what is not there becomes `None` or empty, and the rules say
//! what that means. Of a page that cannot be read nothing leaves `page_xml`.

use std::borrow::Cow;
use std::sync::Arc;

use crate::aws::page_xml::{Attachment, Operator, RawInstance};
use crate::engine::model::{Details, Instance, ResourceId, State, Tags, Target};
use crate::local::transition_time;

/// Our instance, without the page's body.
pub(crate) fn reduce(place: &Arc<Target>, raw: &RawInstance<'_>) -> Instance {
    let check_off = |check: Option<bool>| check == Some(false);
    // Whoever is named manages it, unless the answer says that nobody does.
    let managed = |operator: &&Operator<'_>| operator.managed.unwrap_or(operator.principal.is_some());
    let placement = raw.placement.as_ref();
    Instance {
        id: ResourceId::instance(place.clone(), raw.id.as_deref().unwrap_or_default()),
        state: raw.state.as_ref().and_then(|state| state.name.as_deref()).map_or(State::Unknown, State::of),
        kind: word(&raw.kind),
        launch: raw.launch,
        transition: raw.reason.as_deref().and_then(transition_time),
        lifecycle: raw.lifecycle.as_deref().map(Box::from),
        root: raw.root.as_deref().map(Box::from),
        // DescribeInstances lists EBS volumes only; a mapping without one is instance store.
        ephemeral: each(&raw.devices).any(|device| device.ebs.is_none()),
        tenancy: placement.and_then(|placement| placement.tenancy.as_deref()).map(Box::from),
        host: placement.and_then(|placement| filled(&placement.host)),
        outpost: filled(&raw.outpost),
        reservation: filled(&raw.capacity_block).or_else(|| filled(&raw.capacity_reservation)),
        forwards: check_off(raw.source_dest_check)
            || each(&raw.interfaces).any(|interface| check_off(interface.source_dest_check)),
        product_codes: each(&raw.product_codes)
            .map(|product| product.code.as_deref().unwrap_or("unnamed").into())
            .collect(),
        operator: raw.operator.as_ref().filter(managed).map(|operator| word(&operator.principal)),
        hibernation: raw.hibernation.as_ref().is_some_and(|options| options.configured == Some(true)),
        details: details(raw),
        tags: Tags::new(each(&raw.tags).map(|tag| (word(&tag.key), word(&tag.value)))),
        // A page with a tag that has no key is not read at all.
        tags_unreadable: false,
    }
}

/// What prices and evidence need.
fn details(raw: &RawInstance<'_>) -> Details {
    let primary = |attachment: &&Attachment| attachment.index == Some(0);
    let attachments = each(&raw.interfaces).filter_map(|interface| interface.attachment.as_ref());
    let vcpus = raw.cpu.as_ref().and_then(|cpu| cpu.cores?.checked_mul(cpu.threads?)).filter(|n| *n > 0);
    let profile = raw.profile.as_ref().and_then(|profile| profile.arn.as_deref()?.rsplit_once('/'));
    let volumes = each(&raw.devices).filter_map(|device| device.ebs.as_ref()?.volume.as_deref());
    let placement = raw.placement.as_ref();
    Details {
        zone: placement.and_then(|placement| filled(&placement.zone)),
        created: attachments.filter(primary).find_map(|attachment| attachment.time),
        platform: filled(&raw.platform),
        usage: filled(&raw.usage),
        vcpus: vcpus.and_then(|n| u32::try_from(n).ok()),
        image: filled(&raw.image),
        interfaces: u32::try_from(each(&raw.interfaces).count()).unwrap_or(u32::MAX),
        profile: profile.map(|(_, name)| name).filter(|name| !name.is_empty()).map(Box::from),
        volumes: volumes.map(Box::from).collect(),
        // One without an ARN is one that no settings can name.
        licenses: each(&raw.licenses).map(|license| word(&license.arn)).collect(),
    }
}

/// The elements of a list that may be missing.
fn each<T>(list: &Option<Vec<T>>) -> impl Iterator<Item = &T> {
    list.iter().flatten()
}

/// A word, empty where it is missing.
fn word(word: &Option<Cow<'_, str>>) -> Box<str> {
    word.as_deref().unwrap_or_default().into()
}

/// A word that says something.
fn filled(word: &Option<Cow<'_, str>>) -> Option<Box<str>> {
    word.as_deref().filter(|word| !word.is_empty()).map(Box::from)
}
