//! What only ECS services have: when a desired count of 0 is refused, or saves nothing.

use crate::engine::model::{CannotStop, Service};

/// The scheduling strategy that has a desired count.
const REPLICA: &str = "REPLICA";

/// The launch type of tasks on servers outside of AWS.
const EXTERNAL: &str = "EXTERNAL";

/// The value of `resourceManagementType` in Express Mode.
const EXPRESS: &str = "ECS";

/// Why ECS refuses to scale the service to zero, or why that would save nothing. Fewer tasks on instances leave the
/// instances, which are billed. A capacity provider that is not known here may be one of these.
pub(crate) fn refusal(facts: &Service) -> Option<CannotStop> {
    match facts.strategy.as_deref() {
        Some(REPLICA) => {}
        other => return Some(CannotStop::Strategy(other.unwrap_or_default().to_owned())),
    }
    if facts.managed_by.as_deref() == Some(EXPRESS) {
        return Some(CannotStop::Express);
    }
    if facts.providers.is_empty() && facts.launch_type.as_deref() == Some(EXTERNAL) {
        return Some(CannotStop::External);
    }
    (!facts.is_fargate()).then(|| CannotStop::Capacity(facts.capacity()))
}
