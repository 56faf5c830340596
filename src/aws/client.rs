//! Clients of one account and Region.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::config::Intercept;
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::aws::Aws;
use crate::engine::model::Target;

/// The timeout of an act with its retries. It is part of a batch's worst case (`run::act`).
const ACT_OPERATION: Duration = Duration::from_secs(6);

/// Attempts for an act.
const ACT_ATTEMPTS: u32 = 3;

/// Clients of the targets that are acted on are kept, because creating one costs more than a call. Targets that are
/// only scanned once are not kept, because there may be tens of thousands.
pub(crate) struct Kept<C = aws_sdk_ec2::Client>(Mutex<HashMap<Target, C>>);

impl<C> Default for Kept<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> Kept<C> {
    /// The client of `target`, created once.
    pub(crate) fn get(&self, target: &Target, make: impl FnOnce() -> C) -> C {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(target.clone()).or_insert_with(make).clone()
    }
}

/// A client for scanning.
pub(crate) fn ec2(aws: &Aws, target: &Target, credentials: Option<SharedCredentialsProvider>) -> aws_sdk_ec2::Client {
    aws_sdk_ec2::Client::from_conf(builder(aws, target, credentials).build())
}

/// A client for scanning, whose requests pass `guard`.
pub(crate) fn ec2_with(
    aws: &Aws,
    target: &Target,
    credentials: Option<SharedCredentialsProvider>,
    guard: impl Intercept + 'static,
) -> aws_sdk_ec2::Client {
    aws_sdk_ec2::Client::from_conf(builder(aws, target, credentials).interceptor(guard).build())
}

/// A client for acting: fewer attempts, a shorter timeout.
pub(crate) fn acting_ec2(
    aws: &Aws,
    target: &Target,
    credentials: Option<SharedCredentialsProvider>,
) -> aws_sdk_ec2::Client {
    let (retries, timeouts) = acting();
    let config = builder(aws, target, credentials).retry_config(retries).timeout_config(timeouts);
    aws_sdk_ec2::Client::from_conf(config.build())
}

/// The attempts and the timeouts of a client for acting.
pub(crate) fn acting() -> (RetryConfig, TimeoutConfig) {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ACT_OPERATION).operation_timeout(ACT_OPERATION);
    (RetryConfig::standard().with_max_attempts(ACT_ATTEMPTS), timeouts.build())
}

fn builder(aws: &Aws, target: &Target, credentials: Option<SharedCredentialsProvider>) -> aws_sdk_ec2::config::Builder {
    let mut builder = aws_sdk_ec2::config::Builder::from(&aws.sdk)
        .region(Region::new(target.region.to_string()))
        // AWS throttles by account and Region. A throttled target must not slow the others down.
        .retry_partition(RetryPartition::new(target.to_string()))
        .interceptor(aws.meter.clone());
    if let Some(credentials) = credentials {
        builder.set_credentials_provider(Some(credentials));
    }
    builder
}
