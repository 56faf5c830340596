//! Tags that nearly are what a policy asks for: the usual reason why no policy matches.

use std::sync::Arc;

use serde::Serialize;

use crate::engine::config::Policy;
use crate::engine::model::Tags;

/// A tag that a policy would match, were it spelled as the policy's pattern is.
#[derive(Debug, Serialize)]
pub struct NearMiss {
    /// The tag's key.
    pub key: String,
    /// The tag's value.
    pub value: String,
    /// What the policy asks for.
    pub pattern: String,
    /// The policy's name.
    pub policy: String,
}

/// The first such tag for each policy.
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
