//! Every Elastic IP address of a target: DescribeAddresses, which has no pages.

use aws_sdk_ec2::types::Address as Raw;

use crate::aws::answers::filled as text;
use crate::aws::kinds::tags;
use crate::aws::{listed, words};
use crate::engine::kinds::address::Address;
use crate::engine::kinds::reported::Facts;

const OPERATION: &str = "ec2:DescribeAddresses";

pub(super) async fn list(client: &aws_sdk_ec2::Client) -> Result<Vec<Facts>, String> {
    let answer = client.describe_addresses().send().await.map_err(|error| words(OPERATION, &error))?;
    Ok(listed(OPERATION, answer.addresses.as_deref())?.iter().map(|raw| Facts::Address(address(raw))).collect())
}

fn address(raw: &Raw) -> Address {
    Address {
        allocation: text(raw.allocation_id()),
        ip: raw.public_ip().unwrap_or_default().into(),
        association: text(raw.association_id()),
        instance: text(raw.instance_id()),
        interface: text(raw.network_interface_id()),
        pool: text(raw.public_ipv4_pool()),
        is_customer_owned: raw.customer_owned_ip().is_some_and(|ip| !ip.is_empty()),
        service: raw.service_managed().map(|service| service.as_str().into()),
        border_group: text(raw.network_border_group()),
        tags: tags(raw.tags()),
    }
}
