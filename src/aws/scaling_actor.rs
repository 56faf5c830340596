//! Suspends and resumes the scaling of services with the acting role.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};

use crate::aws::errors::acted;
use crate::engine::model::Suspended;
use crate::ports::ActError;

/// Sets what is suspended of the scalable target of a service, `cluster/name`. The minimum and the maximum stay.
pub(crate) async fn suspend(client: &Client, service: &str, to: Suspended) -> Result<(), ActError> {
    let state = SuspendedState::builder()
        .dynamic_scaling_in_suspended(to.scale_in)
        .dynamic_scaling_out_suspended(to.scale_out)
        .scheduled_scaling_suspended(to.scheduled)
        .build();
    let call = client
        .register_scalable_target()
        .service_namespace(ServiceNamespace::Ecs)
        .resource_id(format!("service/{service}"))
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .suspended_state(state);
    acted("application-autoscaling:RegisterScalableTarget", call.send().await)
}
