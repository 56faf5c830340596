//! Tags that almost match a policy: the most common reason why no policy matches.

use std::sync::Arc;

use serde::Serialize;

use crate::engine::config::Policy;
use crate::engine::model::Tags;

/// A tag that a policy would match if it were spelled like the policy's pattern.
#[derive(Debug, Serialize)]
pub struct NearMiss {
    /// The tag's key.
    pub key: String,
    /// The tag's value.
    pub value: String,
    /// The policy's pattern.
    pub pattern: String,
    /// The policy's name.
    pub policy: String,
}

/// For each policy, the first such tag.
pub fn near_misses(policies: &[Arc<Policy>], tags: &Tags) -> Vec<NearMiss> {
    let near = policies.iter().filter_map(|policy| Some((policy, policy.nearly(tags)?)));
    near.map(|(policy, (pattern, (key, value)))| NearMiss {
        key: key.to_owned(),
        value: value.to_owned(),
        pattern: pattern.as_str().to_owned(),
        policy: policy.name.clone(),
    })
    .collect()
}
