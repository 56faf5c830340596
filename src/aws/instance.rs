//! Converts the SDK's instances to ours. Nothing is dropped: a missing value becomes `None` or empty, and the rules
//! decide what that means. A field that is read here must also be listed in `xml`.

use std::sync::Arc;

use crate::aws::answers::{check_owner, filled, instant};
use crate::aws::listed;
use crate::engine::model::{Details, Instance, ResourceId, State, Tags, Target};
use crate::local::transition_time;
use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::{Instance as Raw, InstanceNetworkInterface};

/// The instances on a page, in its order.
///
/// # Errors
/// The page has no list of instances, or has an instance of another account.
pub(crate) fn instances(target: &Target, page: &DescribeInstancesOutput) -> Result<Vec<Instance>, String> {
    let (mut found, place) = (Vec::new(), Arc::new(target.clone()));
    for reservation in listed("ec2:DescribeInstances", page.reservations.as_deref())? {
        check_owner("ec2:DescribeInstances", target, reservation.owner_id(), "instances")?;
        let instances = listed("ec2:DescribeInstances", reservation.instances.as_deref())?;
        found.extend(instances.iter().map(|raw| reduce(&place, raw)));
    }
    Ok(found)
}

fn reduce(place: &Arc<Target>, raw: &Raw) -> Instance {
    let placement = raw.placement();
    let tags = raw.tags().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()));
    let check_off = |check: Option<bool>| check == Some(false);
    let managed = raw.operator().filter(|one| one.managed().unwrap_or(one.principal().is_some()));
    Instance {
        id: ResourceId::instance(place.clone(), raw.instance_id().unwrap_or_default()),
        state: raw.state().and_then(|state| state.name()).map_or(State::Unknown, |name| State::of(name.as_str())),
        kind: raw.instance_type().map_or("", |kind| kind.as_str()).into(),
        launch: instant(raw.launch_time()),
        transition: raw.state_transition_reason().and_then(transition_time),
        lifecycle: raw.instance_lifecycle().map(|lifecycle| lifecycle.as_str().into()),
        root: raw.root_device_type().map(|root| root.as_str().into()),
        // DescribeInstances lists EBS volumes only; a mapping without one is instance store.
        ephemeral: raw.block_device_mappings().iter().any(|mapping| mapping.ebs().is_none()),
        tenancy: placement.and_then(|p| p.tenancy()).map(|tenancy| tenancy.as_str().into()),
        host: filled(placement.and_then(|p| p.host_id())),
        reservation: filled(raw.capacity_block_id()).or_else(|| filled(raw.capacity_reservation_id())),
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
        outpost: filled(raw.outpost_arn()),
        tags_unreadable: raw.tags().iter().any(|tag| tag.key().is_none()),
        tags: Tags::new(tags),
        database: None,
        service: None,
    }
}

/// The inputs of prices and evidence.
fn details(raw: &Raw) -> Details {
    let attached = |interface: &InstanceNetworkInterface| {
        let attachment = interface.attachment().filter(|attachment| attachment.device_index() == Some(0))?;
        instant(attachment.attach_time())
    };
    let cpu = raw.cpu_options();
    let vcpus = cpu.and_then(|cpu| cpu.core_count()?.checked_mul(cpu.threads_per_core()?)).filter(|n| *n > 0);
    let profile = raw.iam_instance_profile().and_then(|profile| profile.arn());
    let volumes = raw.block_device_mappings().iter().filter_map(|mapping| mapping.ebs()?.volume_id());
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

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{self, Reservation};
    use aws_smithy_types::DateTime as Time;

    use super::*;

    fn target() -> Target {
        Target::new("111111111111", "eu-west-1")
    }

    fn page(raw: types::builders::InstanceBuilder) -> DescribeInstancesOutput {
        let reservation = Reservation::builder().instances(raw.build()).build();
        DescribeInstancesOutput::builder().reservations(reservation).build()
    }

    /// If the answer has no fields, every field is unknown.
    fn bare() -> Instance {
        let id = ResourceId::instance(Arc::new(target()), "");
        Instance::of_kind(id, State::Unknown, "", None, Some(Tags::default()))
    }

    #[test]
    fn an_instance_is_reduced_to_what_is_used() {
        assert_eq!(instances(&target(), &page(Raw::builder())), Ok(vec![bare()]));
        let at = Time::from_secs(1_700_000_000);
        let attachment = |index| types::InstanceNetworkInterfaceAttachment::builder().device_index(index);
        let interface = |index, time: Option<Time>| {
            InstanceNetworkInterface::builder().attachment(attachment(index).set_attach_time(time).build())
        };
        let device = types::InstanceBlockDeviceMapping::builder();
        let raw = Raw::builder()
            .instance_id("i-1")
            .state(types::InstanceState::builder().name("running".into()).build())
            .instance_type("t3.micro".into())
            .launch_time(at)
            .state_transition_reason("User initiated (2026-11-23 14:50:11 GMT)")
            .instance_lifecycle("spot".into())
            .root_device_type("ebs".into())
            .block_device_mappings(
                device.clone().ebs(types::EbsInstanceBlockDevice::builder().volume_id("vol-1").build()).build(),
            )
            .block_device_mappings(device.build())
            .network_interfaces(interface(1, Some(Time::from_secs(5))).build())
            .network_interfaces(interface(0, Some(at)).source_dest_check(false).build())
            .placement(
                types::Placement::builder()
                    .availability_zone("eu-west-1a")
                    .tenancy("host".into())
                    .host_id("h-1")
                    .build(),
            )
            .outpost_arn("arn:outpost")
            .capacity_block_id("")
            .capacity_reservation_id("cr-1")
            .source_dest_check(true)
            .product_codes(types::ProductCode::builder().product_code_id("p").build())
            .product_codes(types::ProductCode::builder().build())
            .operator(types::OperatorResponse::builder().principal("eks.amazonaws.com").build())
            .hibernation_options(types::HibernationOptions::builder().configured(true).build())
            .cpu_options(types::CpuOptions::builder().core_count(4).threads_per_core(2).build())
            .iam_instance_profile(
                types::IamInstanceProfile::builder().arn("arn:aws:iam::1:instance-profile/a/b").build(),
            )
            .image_id("ami-1")
            .platform_details("Linux/UNIX")
            .usage_operation("RunInstances")
            .licenses(types::LicenseConfiguration::builder().build())
            .tags(types::Tag::builder().key("Env").value("dev").build())
            .tags(types::Tag::builder().key("bare").build());
        let launch = "2023-11-14T22:13:20Z".parse().ok();
        let expected = Instance {
            id: ResourceId::instance(Arc::new(target()), "i-1"),
            state: State::Running,
            kind: "t3.micro".into(),
            launch,
            transition: "2026-11-23T14:50:11Z".parse().ok(),
            lifecycle: Some("spot".into()),
            root: Some("ebs".into()),
            ephemeral: true,
            tenancy: Some("host".into()),
            host: Some("h-1".into()),
            outpost: Some("arn:outpost".into()),
            reservation: Some("cr-1".into()),
            forwards: true,
            product_codes: Box::new(["p".into(), "unnamed".into()]),
            operator: Some("eks.amazonaws.com".into()),
            hibernation: true,
            details: Details {
                zone: Some("eu-west-1a".into()),
                created: launch,
                platform: Some("Linux/UNIX".into()),
                usage: Some("RunInstances".into()),
                vcpus: Some(8),
                image: Some("ami-1".into()),
                interfaces: 2,
                profile: Some("b".into()),
                volumes: Box::new(["vol-1".into()]),
                licenses: Box::new(["".into()]),
            },
            tags: Tags::new([("Env", "dev"), ("bare", "")]),
            ..bare()
        };
        assert_eq!(instances(&target(), &page(raw)), Ok(vec![expected]));
    }

    #[test]
    fn what_is_missing_is_not_nothing() {
        let empty = DescribeInstancesOutput::builder();
        assert!(instances(&target(), &empty.clone().build()).is_err());
        assert!(instances(&target(), &empty.clone().reservations(Reservation::builder().build()).build()).is_err());
        assert_eq!(instances(&target(), &empty.set_reservations(Some(Vec::new())).build()), Ok(Vec::new()));
        let keyless = page(Raw::builder().tags(types::Tag::builder().value("a").build()));
        assert!(instances(&target(), &keyless).unwrap().iter().all(|instance| instance.tags_unreadable));
    }
}
