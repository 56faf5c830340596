//! Which instances load balancers send traffic to: target groups of instances, and classic load balancers. Targets
//! registered by IP address cannot be recognised.

use std::collections::HashSet;

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_elasticloadbalancing as classic;
use aws_sdk_elasticloadbalancingv2 as v2;
use aws_sdk_elasticloadbalancingv2::types::TargetTypeEnum;

use crate::aws::{Aws, Tokens, words};
use crate::engine::model::Target;

/// Every instance of a target that is registered with a load balancer, healthy or not.
///
/// # Errors
/// As text, when any of the calls fails: the answer is then unknown for every instance.
pub(crate) async fn instances(
    aws: &Aws,
    target: &Target,
    credentials: Option<SharedCredentialsProvider>,
) -> Result<HashSet<Box<str>>, String> {
    let (new, old) = clients(aws, target, credentials);
    let mut found = HashSet::new();
    behind_groups(&new, &mut found).await?;
    behind_classic(&old, &mut found).await?;
    Ok(found)
}

/// The clients of one target: of application, network and gateway load balancers, and of classic ones.
pub(crate) fn clients(
    aws: &Aws,
    target: &Target,
    credentials: Option<SharedCredentialsProvider>,
) -> (v2::Client, classic::Client) {
    let region = Region::new(target.region.to_string());
    let mut new = v2::config::Builder::from(&aws.sdk).region(region.clone()).interceptor(aws.meter.clone());
    let mut old = classic::config::Builder::from(&aws.sdk).region(region).interceptor(aws.meter.clone());
    if let Some(credentials) = credentials {
        new.set_credentials_provider(Some(credentials.clone()));
        old.set_credentials_provider(Some(credentials));
    }
    (v2::Client::from_conf(new.build()), classic::Client::from_conf(old.build()))
}

async fn behind_groups(client: &v2::Client, found: &mut HashSet<Box<str>>) -> Result<(), String> {
    let operation = "elasticloadbalancing:DescribeTargetGroups";
    let (mut tokens, mut token) = (Tokens::default(), None);
    loop {
        let page = client.describe_target_groups().set_marker(token).send().await;
        let page = page.map_err(|error| words(operation, &error))?;
        let groups = page.target_groups().iter().filter(|group| group.target_type() == Some(&TargetTypeEnum::Instance));
        for arn in groups.filter_map(|group| group.target_group_arn()) {
            let health = client.describe_target_health().target_group_arn(arn).send().await;
            let health = health.map_err(|error| words("elasticloadbalancing:DescribeTargetHealth", &error))?;
            let ids = health.target_health_descriptions().iter().filter_map(|one| one.target()?.id());
            found.extend(ids.map(Box::from));
        }
        token = tokens.next(operation, page.next_marker())?;
        if token.is_none() {
            return Ok(());
        }
    }
}

async fn behind_classic(client: &classic::Client, found: &mut HashSet<Box<str>>) -> Result<(), String> {
    let operation = "elasticloadbalancing:DescribeLoadBalancers";
    let (mut tokens, mut token) = (Tokens::default(), None);
    loop {
        let page = client.describe_load_balancers().set_marker(token).send().await;
        let page = page.map_err(|error| words(operation, &error))?;
        let all = page.load_balancer_descriptions().iter().flat_map(|balancer| balancer.instances());
        found.extend(all.filter_map(|instance| instance.instance_id()).map(Box::from));
        token = tokens.next(operation, page.next_marker())?;
        if token.is_none() {
            return Ok(());
        }
    }
}
