//! The kinds that are only reported: how each is listed.

mod addresses;
mod classic_load_balancers;
mod clusters;
mod databases;
mod load_balancers;
mod nat_gateways;
mod traffic;
mod volumes;

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client as CloudWatch;
use aws_sdk_ec2::types::Tag;
use chrono::{DateTime, Utc};

use crate::aws::Meter;
use crate::aws::answers::instant;
use crate::aws::client::Access;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{ReportOnly, Tags};

/// Asks for metrics of a target.
struct Metrics<'a> {
    client: CloudWatch,
    meter: &'a Meter,
    now: DateTime<Utc>,
}

/// Every resource of these kinds in `target`, or why a kind could not be listed. A kind that is refused leaves the
/// others alone.
pub(crate) async fn reported(
    access: &Access<'_>,
    kinds: &[ReportOnly],
    now: DateTime<Utc>,
) -> BTreeMap<ReportOnly, Result<Vec<Facts>, String>> {
    let client = access.client();
    let metrics = || Metrics { client: access.client(), meter: &access.aws.meter, now };
    let mut found = BTreeMap::new();
    for kind in kinds {
        let listed = match kind {
            ReportOnly::Volume => volumes::list(&client).await,
            ReportOnly::Address => addresses::list(&client).await,
            ReportOnly::NatGateway => nat_gateways::list(&client, &metrics()).await,
            ReportOnly::EksCluster => clusters::list(access).await,
            ReportOnly::ReplacedDatabase => databases::list(access, &metrics()).await,
            // The tags of instances tell them.
            ReportOnly::AutoScalingGroup | ReportOnly::NodeGroup => Ok(Vec::new()),
            ReportOnly::LoadBalancer => both(
                load_balancers::list(&access.client(), &metrics()).await,
                classic_load_balancers::list(&access.client(), &metrics()).await,
            ),
        };
        found.insert(*kind, listed);
    }
    found
}

/// Two lists of one kind. It is known only if both are.
fn both(one: Result<Vec<Facts>, String>, other: Result<Vec<Facts>, String>) -> Result<Vec<Facts>, String> {
    let (mut one, other) = (one?, other?);
    one.extend(other);
    Ok(one)
}

/// The tags of an answer. A tag without a key is dropped.
fn tags(tags: &[Tag]) -> Tags {
    Tags::new(tags.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))))
}
