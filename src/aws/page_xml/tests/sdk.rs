//! Reduces the SDK's instance to ours, as `instance` does what is read by us.

use std::sync::Arc;

use aws_sdk_ec2::types::{Instance as Raw, InstanceNetworkInterface};
use chrono::DateTime;

use crate::engine::model::{Details, Instance, ResourceId, State, Tags, Target};
use crate::local::transition_time;

/// Our instance, without the page's body.
pub(crate) fn reduce(place: &Arc<Target>, raw: &Raw) -> Instance {
    let placement = raw.placement();
    let launch = raw.launch_time().and_then(|time| DateTime::from_timestamp(time.secs(), time.subsec_nanos()));
    let tags = raw.tags().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()));
    let check_off = |check: Option<bool>| check == Some(false);
    let some = |id: Option<&str>| id.filter(|id| !id.is_empty()).map(Box::from);
    let managed = raw.operator().filter(|one| one.managed().unwrap_or(one.principal().is_some()));
    Instance {
        id: ResourceId::instance(place.clone(), raw.instance_id().unwrap_or_default()),
        state: raw.state().and_then(|state| state.name()).map_or(State::Unknown, |name| State::of(name.as_str())),
        kind: raw.instance_type().map_or("", |kind| kind.as_str()).into(),
        launch,
        transition: raw.state_transition_reason().and_then(transition_time),
        lifecycle: raw.instance_lifecycle().map(|lifecycle| lifecycle.as_str().into()),
        root: raw.root_device_type().map(|root| root.as_str().into()),
        // DescribeInstances lists EBS volumes only; a mapping without one is instance store.
        ephemeral: raw.block_device_mappings().iter().any(|mapping| mapping.ebs().is_none()),
        tenancy: placement.and_then(|p| p.tenancy()).map(|tenancy| tenancy.as_str().into()),
        host: placement.and_then(|p| p.host_id()).filter(|host| !host.is_empty()).map(Into::into),
        reservation: some(raw.capacity_block_id()).or_else(|| some(raw.capacity_reservation_id())),
        forwards: check_off(raw.source_dest_check())
            || raw.network_interfaces().iter().any(|interface| check_off(interface.source_dest_check())),
        product_codes: raw
            .product_codes()
            .iter()
            .map(|code| code.product_code_id().unwrap_or("unnamed").into())
            .collect(),
        operator: managed.map(|operator| operator.principal().unwrap_or_default().into()),
        hibernation: raw.hibernation_options().and_then(|options| options.configured()).unwrap_or(false),
        details: details(raw),
        outpost: raw.outpost_arn().filter(|arn| !arn.is_empty()).map(Box::from),
        tags_unreadable: false,
        tags: Tags::new(tags),
    }
}

/// What prices and evidence need.
fn details(raw: &Raw) -> Details {
    let attached = |interface: &InstanceNetworkInterface| {
        let attachment = interface.attachment().filter(|attachment| attachment.device_index() == Some(0))?;
        let time = attachment.attach_time()?;
        DateTime::from_timestamp(time.secs(), time.subsec_nanos())
    };
    let cpu = raw.cpu_options();
    let vcpus = cpu.and_then(|cpu| cpu.core_count()?.checked_mul(cpu.threads_per_core()?)).filter(|n| *n > 0);
    let profile = raw.iam_instance_profile().and_then(|profile| profile.arn());
    let volumes = raw.block_device_mappings().iter().filter_map(|mapping| mapping.ebs()?.volume_id());
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(Box::from);
    let zone = raw.placement().and_then(|placement| placement.availability_zone());
    Details {
        zone: filled(zone),
        created: raw.network_interfaces().iter().find_map(attached),
        platform: filled(raw.platform_details()),
        usage: filled(raw.usage_operation()),
        vcpus: vcpus.and_then(|n| u32::try_from(n).ok()),
        image: filled(raw.image_id()),
        interfaces: u32::try_from(raw.network_interfaces().len()).unwrap_or(u32::MAX),
        profile: filled(profile.and_then(|arn| arn.rsplit_once('/')).map(|(_, name)| name)),
        volumes: volumes.map(Box::from).collect(),
        licenses: raw.licenses().iter().map(|one| one.license_configuration_arn().unwrap_or_default().into()).collect(),
    }
}
