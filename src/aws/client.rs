//! Clients of every service of AWS.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_sdk_ec2::config::{Intercept, SharedInterceptor};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::aws::Aws;
use crate::engine::model::Target;

/// The timeout of an act with its retries. It is part of a batch's worst case (`run::act`).
const ACT_OPERATION: Duration = Duration::from_secs(6);

/// Attempts for an act.
const ACT_ATTEMPTS: u32 = 3;

/// Where calls are made, and as whom: in one account and Region, in the session of a role.
#[derive(Clone)]
pub(crate) struct Access<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) target: &'a Target,
    /// `None`: as the caller.
    pub(crate) credentials: Option<SharedCredentialsProvider>,
}

impl Access<'_> {
    /// A client for scanning.
    pub(crate) fn client<C: SdkClient>(&self) -> C {
        C::new(self.aws, self.options())
    }

    /// A client for scanning, whose requests pass `guard`.
    pub(crate) fn guarded<C: SdkClient>(&self, guard: impl Intercept + 'static) -> C {
        C::new(self.aws, Options { guard: Some(SharedInterceptor::new(guard)), ..self.options() })
    }

    /// A client for acting: fewer attempts, a shorter timeout.
    pub(crate) fn acting<C: SdkClient>(&self) -> C {
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(ACT_OPERATION).operation_timeout(ACT_OPERATION);
        let retries = RetryConfig::standard().with_max_attempts(ACT_ATTEMPTS);
        C::new(self.aws, Options { retries: Some(retries), timeouts: Some(timeouts.build()), ..self.options() })
    }

    fn options(&self) -> Options {
        Options {
            // A client without a Region uses the hub's: `*` is no Region, and an account's own services have none.
            region: (!self.target.is_whole_account()).then(|| Region::new(self.target.region.to_string())),
            credentials: self.credentials.clone(),
            partition: Some(self.target.to_string()),
            ..Options::default()
        }
    }
}

impl Aws {
    /// A client with the hub's own credentials, in `region` or in the caller's own.
    pub(crate) fn client<C: SdkClient>(&self, region: Option<Region>) -> C {
        C::new(self, Options { region, ..Options::default() })
    }
}

/// What a client has beyond the configuration of all clients.
#[derive(Default)]
pub(crate) struct Options {
    region: Option<Region>,
    credentials: Option<SharedCredentialsProvider>,
    /// AWS throttles by service, account and Region. A throttled target must not slow the others down.
    partition: Option<String>,
    retries: Option<RetryConfig>,
    timeouts: Option<TimeoutConfig>,
    guard: Option<SharedInterceptor>,
}

/// A client of one service. The SDK has no trait that all its clients share.
pub(crate) trait SdkClient: Clone {
    fn new(aws: &Aws, options: Options) -> Self;
}

macro_rules! sdk_clients {
    ($($sdk:ident),+ $(,)?) => {$(
        impl SdkClient for $sdk::Client {
            fn new(aws: &Aws, options: Options) -> Self {
                let Options { region, credentials, partition, retries, timeouts, guard } = options;
                let mut config = $sdk::config::Builder::from(&aws.sdk).interceptor(aws.meter.clone());
                if let Some(region) = region {
                    config = config.region(region);
                }
                let partition = partition.map(|target| RetryPartition::new(format!("{target} {}", stringify!($sdk))));
                config.set_credentials_provider(credentials).set_retry_partition(partition);
                config.set_retry_config(retries).set_timeout_config(timeouts);
                guard.into_iter().for_each(|guard| _ = config.push_interceptor(guard));
                Self::from_conf(config.build())
            }
        }
    )+};
}

sdk_clients!(
    aws_sdk_account,
    aws_sdk_applicationautoscaling,
    aws_sdk_cloudwatch,
    aws_sdk_costexplorer,
    aws_sdk_ec2,
    aws_sdk_ecs,
    aws_sdk_eks,
    aws_sdk_elasticloadbalancing,
    aws_sdk_elasticloadbalancingv2,
    aws_sdk_kms,
    aws_sdk_organizations,
    aws_sdk_pricing,
    aws_sdk_rds,
    aws_sdk_secretsmanager,
    aws_sdk_sns,
    aws_sdk_ssm,
    aws_sdk_sts,
);

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
