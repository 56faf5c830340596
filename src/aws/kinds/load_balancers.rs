//! Application, Network and Gateway Load Balancers of a target: DescribeLoadBalancers, the metrics of those that may be
//! unused, and target groups and tags of those that are silent.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, LoadBalancer as Raw, LoadBalancerSchemeEnum, TargetGroup, TargetTypeEnum,
};

use crate::aws::kinds::traffic::traffic;
use crate::aws::kinds::{Metrics, instant};
use crate::aws::{all, listed, pages, words};
use crate::engine::kinds::load_balancer::{DAYS, LoadBalancer, counters};
use crate::engine::kinds::reported::Facts;
use crate::engine::kinds::traffic::Traffic;
use crate::engine::model::Tags;

const BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
const GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";
const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";
const TAGS: &str = "elasticloadbalancing:DescribeTags";

/// The maximum number of load balancers on a page, and of those whose tags one call may ask for.
const PAGE: i32 = 400;
const TAGGED: usize = 20;

pub(super) async fn list(client: &Client, metrics: &Metrics<'_>) -> Result<Vec<Facts>, String> {
    let mut found = balancers(client).await?;
    let mut silent = silent(metrics, &mut found).await?;
    for balancer in &mut silent {
        balancer.has_targets = Some(has_targets(client, balancer.arn.as_deref().unwrap_or_default()).await?);
    }
    silent.retain(|one| one.has_targets == Some(false));
    for part in silent.chunks_mut(TAGGED) {
        tag(client, part).await?;
    }
    Ok(found.into_iter().map(Facts::LoadBalancer).collect())
}

/// Adds what the metrics say of those that may be unused. Returns those that are silent.
pub(super) async fn silent<'a>(
    metrics: &Metrics<'_>,
    found: &'a mut [LoadBalancer],
) -> Result<Vec<&'a mut LoadBalancer>, String> {
    let mut asked: Vec<_> = found.iter_mut().filter(|one| one.needs_metrics(metrics.now)).collect();
    let wanted: Vec<_> = asked.iter().map(|one| (&*one.id, counters(&one.kind))).collect();
    let known = traffic(metrics, &wanted, DAYS).await?;
    for (balancer, traffic) in asked.iter_mut().zip(known) {
        balancer.traffic = traffic;
    }
    asked.retain(|one| one.traffic == Traffic::Silent);
    Ok(asked)
}

async fn balancers(client: &Client) -> Result<Vec<LoadBalancer>, String> {
    let page = async |token| {
        let page = client.describe_load_balancers().page_size(PAGE).set_marker(token).send().await;
        let page = page.map_err(|error| words(BALANCERS, &error))?;
        Ok((listed(BALANCERS, page.load_balancers)?, page.next_marker))
    };
    Ok(all(BALANCERS, page).await?.iter().map(balancer).collect())
}

fn balancer(raw: &Raw) -> LoadBalancer {
    let arn = raw.load_balancer_arn().unwrap_or_default();
    let is_public = raw.scheme() == Some(&LoadBalancerSchemeEnum::InternetFacing)
        && raw.ip_address_type() != Some(&IpAddressType::DualstackWithoutPublicIpv4);
    LoadBalancer {
        id: arn.split_once(":loadbalancer/").map_or(arn, |(_, id)| id).into(),
        arn: Some(arn.into()),
        kind: raw.r#type().map(|kind| kind.as_str().into()).unwrap_or_default(),
        state: raw.state().and_then(|state| state.code()).map(|code| code.as_str().into()),
        created: instant(raw.created_time()),
        is_public,
        zones: u32::try_from(raw.availability_zones().len()).unwrap_or(u32::MAX),
        ..LoadBalancer::default()
    }
}

/// Whether any target group of a load balancer has a target. A function is the only target of its group, and counts
/// without being asked for.
async fn has_targets(client: &Client, arn: &str) -> Result<bool, String> {
    let mut found = false;
    let each = async |token| {
        let page = client.describe_target_groups().load_balancer_arn(arn).set_marker(token).send().await;
        let page = match page {
            // This is the answer where a load balancer has no target group.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_target_group_not_found_exception()) => {
                return Ok(None);
            }
            page => page.map_err(|error| words(GROUPS, &error))?,
        };
        for group in listed(GROUPS, page.target_groups.as_deref())? {
            if group.target_type() == Some(&TargetTypeEnum::Lambda) || is_filled(client, group).await? {
                found = true;
                return Ok(None);
            }
        }
        Ok::<_, String>(page.next_marker)
    };
    pages(GROUPS, each).await?;
    Ok(found)
}

async fn is_filled(client: &Client, group: &TargetGroup) -> Result<bool, String> {
    let health = client.describe_target_health().set_target_group_arn(group.target_group_arn.clone()).send().await;
    let health = health.map_err(|error| words(HEALTH, &error))?;
    Ok(!listed(HEALTH, health.target_health_descriptions.as_deref())?.is_empty())
}

/// Adds the tags. A load balancer that the answer leaves out could be protected by a tag, so that is an error.
async fn tag(client: &Client, balancers: &mut [&mut LoadBalancer]) -> Result<(), String> {
    let arns = balancers.iter().filter_map(|one| one.arn.as_deref()).map(str::to_owned).collect();
    let answer = client.describe_tags().set_resource_arns(Some(arns)).send().await;
    let answer = answer.map_err(|error| words(TAGS, &error))?;
    let known = listed(TAGS, answer.tag_descriptions.as_deref())?;
    for balancer in balancers {
        let own = known.iter().find(|one| one.resource_arn() == balancer.arn.as_deref());
        let own = own.ok_or_else(|| format!("`{TAGS}` was answered without the tags of `{}`", balancer.id))?;
        let pairs = own.tags().iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())));
        balancer.tags = Tags::new(pairs);
    }
    Ok(())
}
