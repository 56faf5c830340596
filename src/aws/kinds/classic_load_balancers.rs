//! Classic Load Balancers of a target: DescribeLoadBalancers, the metrics of those without instances, and the tags of
//! those that are silent.

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::LoadBalancerDescription as Raw;

use crate::aws::kinds::load_balancers::silent;
use crate::aws::kinds::{Metrics, instant};
use crate::aws::{all, listed, words};
use crate::engine::kinds::load_balancer::{CLASSIC, LoadBalancer};
use crate::engine::kinds::reported::Facts;
use crate::engine::model::Tags;

const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
const TAGS: &str = "elasticloadbalancing:DescribeTags";

/// The maximum number of load balancers on a page, and of those whose tags one call may ask for.
const PAGE: i32 = 400;
const TAGGED: usize = 20;

pub(super) async fn list(client: &Client, metrics: &Metrics<'_>) -> Result<Vec<Facts>, String> {
    let mut found = balancers(client).await?;
    let mut silent = silent(metrics, &mut found).await?;
    for part in silent.chunks_mut(TAGGED) {
        tag(client, part).await?;
    }
    Ok(found.into_iter().map(Facts::LoadBalancer).collect())
}

async fn balancers(client: &Client) -> Result<Vec<LoadBalancer>, String> {
    let page = async |token| {
        let page = client.describe_load_balancers().page_size(PAGE).set_marker(token).send().await;
        let page = page.map_err(|error| words(BALANCERS, &error))?;
        Ok((listed(BALANCERS, page.load_balancer_descriptions)?, page.next_marker))
    };
    Ok(all(BALANCERS, page).await?.iter().map(balancer).collect())
}

fn balancer(raw: &Raw) -> LoadBalancer {
    LoadBalancer {
        id: raw.load_balancer_name().unwrap_or_default().into(),
        kind: CLASSIC.into(),
        created: instant(raw.created_time()),
        is_public: raw.scheme() == Some("internet-facing"),
        zones: u32::try_from(raw.availability_zones().len()).unwrap_or(u32::MAX),
        has_targets: raw.instances.as_ref().map(|instances| !instances.is_empty()),
        ..LoadBalancer::default()
    }
}

/// Adds the tags. A load balancer that the answer leaves out could be protected by a tag, so that is an error.
async fn tag(client: &Client, balancers: &mut [&mut LoadBalancer]) -> Result<(), String> {
    let names = balancers.iter().map(|one| one.id.to_string()).collect();
    let answer = client.describe_tags().set_load_balancer_names(Some(names)).send().await;
    let answer = answer.map_err(|error| words(TAGS, &error))?;
    let known = listed(TAGS, answer.tag_descriptions.as_deref())?;
    for balancer in balancers {
        let own = known.iter().find(|one| one.load_balancer_name() == Some(&balancer.id));
        let own = own.ok_or_else(|| format!("`{TAGS}` was answered without the tags of `{}`", balancer.id))?;
        balancer.tags = Tags::new(own.tags().iter().map(|tag| (tag.key(), tag.value().unwrap_or_default())));
    }
    Ok(())
}
