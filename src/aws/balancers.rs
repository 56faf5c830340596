//! Which instances load balancers send traffic to: target groups of instances, and classic load balancers. Targets
//! registered by IP address cannot be recognised.

use std::collections::HashSet;

use aws_sdk_elasticloadbalancing as classic;
use aws_sdk_elasticloadbalancingv2 as v2;
use aws_sdk_elasticloadbalancingv2::types::TargetTypeEnum;

use crate::aws::client::Access;
use crate::aws::{pages, words};

/// Every instance of a target that is registered with a load balancer, healthy or not.
///
/// # Errors
/// As text, when any of the calls fails: the answer is then unknown for every instance.
pub(crate) async fn instances(access: &Access<'_>) -> Result<HashSet<Box<str>>, String> {
    let mut found = HashSet::new();
    behind_groups(&access.client(), &mut found).await?;
    behind_classic(&access.client(), &mut found).await?;
    Ok(found)
}

async fn behind_groups(client: &v2::Client, found: &mut HashSet<Box<str>>) -> Result<(), String> {
    let operation = "elasticloadbalancing:DescribeTargetGroups";
    let each = async |token| {
        let page = client.describe_target_groups().set_marker(token).send().await;
        let page = page.map_err(|error| words(operation, &error))?;
        let groups = page.target_groups().iter().filter(|group| group.target_type() == Some(&TargetTypeEnum::Instance));
        for arn in groups.filter_map(|group| group.target_group_arn()) {
            let health = client.describe_target_health().target_group_arn(arn).send().await;
            let health = health.map_err(|error| words("elasticloadbalancing:DescribeTargetHealth", &error))?;
            let ids = health.target_health_descriptions().iter().filter_map(|one| one.target()?.id());
            found.extend(ids.map(Box::from));
        }
        Ok(page.next_marker)
    };
    pages(operation, each).await
}

async fn behind_classic(client: &classic::Client, found: &mut HashSet<Box<str>>) -> Result<(), String> {
    let operation = "elasticloadbalancing:DescribeLoadBalancers";
    let each = async |token| {
        let page = client.describe_load_balancers().set_marker(token).send().await;
        let page = page.map_err(|error| words(operation, &error))?;
        let all = page.load_balancer_descriptions().iter().flat_map(|balancer| balancer.instances());
        found.extend(all.filter_map(|instance| instance.instance_id()).map(Box::from));
        Ok(page.next_marker)
    };
    pages(operation, each).await
}
