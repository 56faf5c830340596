//! What is only reported, from answers of the AWS CLI beside the instances: volumes, addresses, NAT gateways, load
//! balancers. They have no metrics, so that it is unknown of the last two whether they are used.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::kinds::address::Address;
use crate::engine::kinds::gateway::Gateway;
use crate::engine::kinds::load_balancer::LoadBalancer;
use crate::engine::kinds::reported::Facts;
use crate::engine::kinds::traffic::Traffic;
use crate::engine::kinds::volume::Volume;
use crate::local::documents::WITHOUT_QUERY;
use crate::local::inventory::InventoryInvalid;
use crate::local::reduce::{filled, flag, instant, list, number, region_of, tags, text};

/// Why it is unknown whether a gateway or a load balancer is used.
pub(super) const NO_METRICS: &str = "the inventory has no metrics, so it is unknown which are used; save it with     `idle-reaper snapshot`, which asks for them";

/// One resource of an answer, and what the answer says of its place.
#[derive(Debug)]
pub(super) struct Loose {
    pub(super) facts: Facts,
    pub(super) account: Option<Arc<str>>,
    pub(super) region: Option<Arc<str>>,
}

/// An answer: the key of its list, what each whole entry has, and how an entry is read. What a `--query` leaves out might
/// be what protects a resource.
struct Form {
    list: &'static str,
    whole: &'static [&'static str],
    read: fn(&Value) -> Loose,
}

/// The first key of `whole` names the entry.
const FORMS: [Form; 5] = [
    Form {
        list: "Volumes",
        whole: &["VolumeId", "Attachments", "AvailabilityZone", "CreateTime", "Size", "State", "VolumeType"],
        read: volume,
    },
    Form { list: "Addresses", whole: &["PublicIp", "Domain"], read: address },
    Form { list: "NatGateways", whole: &["NatGatewayId", "CreateTime", "State", "VpcId"], read: gateway },
    Form { list: "LoadBalancers", whole: &["LoadBalancerArn", "CreatedTime", "State", "Type"], read: balancer },
    Form { list: "LoadBalancerDescriptions", whole: &["LoadBalancerName", "CreatedTime", "Instances"], read: balancer },
];

/// The resources of a document, or of a list of such; `None` where it is something else.
///
/// # Errors
/// [`InventoryInvalid`] when entries lack what a whole one has.
pub(super) fn read(file: &str, document: &Value) -> Result<Option<Vec<Loose>>, InventoryInvalid> {
    if let Value::Array(several) = document {
        let all = several.iter().map(|one| read(file, one)).collect::<Result<Option<Vec<_>>, _>>()?;
        return Ok(all.filter(|all| !all.is_empty()).map(|all| all.into_iter().flatten().collect()));
    }
    let has = |key: &str| document.get(key).is_some();
    let named = |form: &&Form| form.whole.first().is_some_and(|key| has(key));
    let (form, entries) = match FORMS.iter().find(|form| has(form.list)) {
        Some(form) => (form, list(document, form.list)),
        None => match FORMS.iter().find(named).filter(|_| !has("LaunchTime")) {
            Some(form) => (form, std::slice::from_ref(document)),
            None => return Ok(None),
        },
    };
    let lacks = |entry: &Value| form.whole.iter().find(|key| entry.get(**key).is_none()).copied();
    match entries.iter().find_map(lacks) {
        Some(key) => Err(InventoryInvalid::Other {
            file: file.to_owned(),
            what: format!("holds parts of `{}`, as a `--query` chooses them; they lack `{key}`", form.list),
            mend: WITHOUT_QUERY,
        }),
        None => Ok(Some(entries.iter().map(form.read).collect())),
    }
}

fn volume(raw: &Value) -> Loose {
    let principal = filled(raw, &["Operator", "Principal"]).unwrap_or_default();
    let facts = Volume {
        id: filled(raw, &["VolumeId"]).unwrap_or_default(),
        kind: filled(raw, &["VolumeType"]),
        size: number(raw, "Size"),
        iops: number(raw, "Iops"),
        throughput: number(raw, "Throughput"),
        state: filled(raw, &["State"]),
        zone: filled(raw, &["AvailabilityZone"]),
        created: instant(raw, &["CreateTime"]),
        attached: list(raw, "Attachments").iter().map(|one| filled(one, &["InstanceId"])).collect(),
        operator: (flag(raw, &["Operator", "Managed"]) == Some(true)).then_some(principal),
        on_outpost: filled(raw, &["OutpostArn"]).is_some(),
        tags: tags(raw),
    };
    let region = facts.zone.as_deref().map(|zone| region_of(zone).into());
    Loose { facts: Facts::Volume(facts), account: None, region }
}

fn address(raw: &Value) -> Loose {
    let facts = Address {
        allocation: filled(raw, &["AllocationId"]),
        ip: filled(raw, &["PublicIp"]).unwrap_or_default(),
        association: filled(raw, &["AssociationId"]),
        instance: filled(raw, &["InstanceId"]),
        interface: filled(raw, &["NetworkInterfaceId"]),
        pool: filled(raw, &["PublicIpv4Pool"]),
        is_customer_owned: filled(raw, &["CustomerOwnedIp"]).is_some(),
        service: filled(raw, &["ServiceManaged"]),
        border_group: filled(raw, &["NetworkBorderGroup"]),
        tags: tags(raw),
    };
    // The border group of a Local Zone begins with its Region.
    let region = facts.border_group.as_deref().map(|group| region_of(group).into());
    Loose { facts: Facts::Address(facts), account: None, region }
}

fn gateway(raw: &Value) -> Loose {
    let id = filled(raw, &["NatGatewayId"]).unwrap_or_default();
    let facts = Gateway { id, traffic: Traffic::Unknown(NO_METRICS.into()), ..Gateway::default() };
    Loose { facts: Facts::NatGateway(facts), account: None, region: None }
}

fn balancer(raw: &Value) -> Loose {
    let arn = text(raw, &["LoadBalancerArn"]);
    let part = |n: usize| arn?.split(':').nth(n).filter(|part| !part.is_empty()).map(Arc::from);
    let id = arn.map(Box::from).or_else(|| filled(raw, &["LoadBalancerName"])).unwrap_or_default();
    let facts = LoadBalancer { id, traffic: Traffic::Unknown(NO_METRICS.into()), ..LoadBalancer::default() };
    Loose { facts: Facts::LoadBalancer(facts), account: part(4), region: part(3) }
}
