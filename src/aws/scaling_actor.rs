//! Suspends and resumes the scaling of services with the acting role.

use aws_credential_types::provider::SharedCredentialsProvider;
pub(crate) use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};

use crate::aws::Aws;
use crate::aws::client::acting;
use crate::aws::errors::act as translate;
use crate::aws::services::auto_scaling_builder;
use crate::engine::model::{Suspended, Target};
use crate::ports::ActError;

/// A client for acting.
pub(crate) fn client(aws: &Aws, target: &Target, credentials: Option<SharedCredentialsProvider>) -> Client {
    let (retries, timeouts) = acting();
    let config = auto_scaling_builder(aws, target, credentials).retry_config(retries).timeout_config(timeouts);
    Client::from_conf(config.build())
}

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
    let end = call.send().await;
    end.map(|_| ()).map_err(|error| translate("application-autoscaling:RegisterScalableTarget", &error))
}
