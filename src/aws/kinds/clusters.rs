//! The EKS clusters of a target: ListClusters, the instances that have a cluster's tag, and of a cluster without any
//! DescribeCluster and ListFargateProfiles.

use aws_sdk_ec2::types::Filter;
use aws_sdk_eks::Client;

use crate::aws::answers::instant;
use crate::aws::client::Access;
use crate::aws::{all, listed, pages, words};
use crate::engine::kinds::eks::Cluster;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::Tags;

const CLUSTERS: &str = "eks:ListClusters";
const CLUSTER: &str = "eks:DescribeCluster";
const PROFILES: &str = "eks:ListFargateProfiles";
const INSTANCES: &str = "ec2:DescribeInstances";

/// The key of the tag that every instance must have to join a cluster as a node, followed by the cluster's name.
const NODE: &str = "kubernetes.io/cluster/";

/// The states of an instance that exists: a stopped node is a node.
const EXISTS: [&str; 4] = ["pending", "running", "stopping", "stopped"];

pub(super) async fn list(access: &Access<'_>) -> Result<Vec<Facts>, String> {
    let (client, instances) = (access.client::<Client>(), access.client());
    let page = async |token| {
        let page = client.list_clusters().set_next_token(token).send().await;
        let page = page.map_err(|error| words(CLUSTERS, &error))?;
        Ok((listed(CLUSTERS, page.clusters)?, page.next_token))
    };
    let mut found = Vec::new();
    for name in all(CLUSTERS, page).await? {
        let has_nodes = has_nodes(&instances, &name).await?;
        let bare = || Cluster { name: name.as_str().into(), ..Cluster::default() };
        let cluster = if has_nodes { bare() } else { described(&client, &name).await? };
        found.push(Facts::EksCluster(Cluster { has_nodes: Some(has_nodes), ..cluster }));
    }
    Ok(found)
}

async fn has_nodes(client: &aws_sdk_ec2::Client, name: &str) -> Result<bool, String> {
    let filter = |name: &str, values: Vec<String>| Filter::builder().name(name).set_values(Some(values)).build();
    let call = client.describe_instances().filters(filter("tag-key", vec![format!("{NODE}{name}")]));
    let call = call.filters(filter("instance-state-name", EXISTS.map(str::to_owned).to_vec()));
    let mut found = false;
    let each = async |token| {
        let page = call.clone().set_next_token(token).send().await.map_err(|error| words(INSTANCES, &error))?;
        found = !listed(INSTANCES, page.reservations)?.is_empty();
        Ok::<_, String>(page.next_token.filter(|_| !found))
    };
    pages(INSTANCES, each).await?;
    Ok(found)
}

async fn described(client: &Client, name: &str) -> Result<Cluster, String> {
    let answer = client.describe_cluster().name(name).send().await.map_err(|error| words(CLUSTER, &error))?;
    let raw = answer.cluster().ok_or_else(|| format!("`{CLUSTER}` was answered without a cluster"))?;
    let profiles = client.list_fargate_profiles().cluster_name(name).send().await;
    let profiles = profiles.map_err(|error| words(PROFILES, &error))?;
    let has_profiles = !listed(PROFILES, profiles.fargate_profile_names.as_deref())?.is_empty();
    let is_auto = raw.compute_config().is_some_and(|config| config.enabled() == Some(true));
    Ok(Cluster {
        name: name.into(),
        status: raw.status().map(|status| status.as_str().into()),
        created: instant(raw.created_at()),
        has_nodes: None,
        is_serverless: Some(has_profiles || is_auto || raw.remote_network_config().is_some()),
        tags: Tags::new(raw.tags().into_iter().flatten().map(|(key, value)| (&**key, &**value))),
    })
}
