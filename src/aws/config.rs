//! One configuration for all clients: one HTTP client, retries, time limits, and a meter.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

use crate::aws::caller::Caller;
use crate::aws::sessions::WarmSessions;
use crate::aws::{caller, http};
use crate::engine::cost::spent::Spent;
use crate::ports::PortError;

/// Connecting to a regional endpoint takes a few hundred milliseconds at most.
const CONNECT: Duration = Duration::from_secs(3);

/// One attempt: a page of 1,000 instances is some 3 MB of XML, and AWS needs a second or two for it.
const ATTEMPT: Duration = Duration::from_secs(10);

/// One call with its retries. If it takes longer, the target is unreachable.
const OPERATION: Duration = Duration::from_secs(30);

/// Attempts for a call that only reads. The pauses between them are at most 1, 2, 4, 5, 5 and 5 s, 22 s in all, so that
/// a throttled call still ends in time. The SDK's adaptive retries are not used: after a throttle they refill half a
/// token per second and take five for a retry, so that a call fails after two throttles.
const ATTEMPTS: u32 = 7;
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Counts attempts by API and metrics requested, so that a run can report its own cost.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    metrics: AtomicU64,
    by_api: Mutex<BTreeMap<String, u64>>,
}

impl Meter {
    /// Attempts so far.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Counts this many requested metrics. A metric that is requested again because a page was throttled is not billed
    /// again.
    pub(crate) fn asked(&self, metrics: usize) {
        self.0.metrics.fetch_add(metrics as u64, Ordering::Relaxed);
    }

    /// The cost so far.
    pub fn spent(&self) -> Spent {
        let by_api = self.0.by_api.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Spent::of(by_api, self.0.metrics.load(Ordering::Relaxed))
    }
}

/// The name of a service in IAM and CloudTrail.
fn service(name: &str) -> String {
    match name {
        "Cost Explorer" => "ce".to_owned(),
        "Elastic Load Balancing v2" | "Elastic Load Balancing" => "elasticloadbalancing".to_owned(),
        name => name.to_lowercase().replace(' ', ""),
    }
}

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(called) = bag.load::<Metadata>() {
            let api = format!("{}:{}", service(called.service()), called.name());
            *self.0.by_api.lock().unwrap_or_else(PoisonError::into_inner).entry(api).or_default() += 1;
        }
        Ok(())
    }
}

/// The basis of every client.
#[derive(Clone, Debug)]
pub struct Aws {
    /// The SDK's own conventions: environment, profiles, SSO, `AWS_ENDPOINT_URL`.
    pub sdk: SdkConfig,
    /// The meter of this run.
    pub meter: Meter,
    /// The caller's identity, once it was asked for.
    caller: Arc<OnceCell<Result<Caller, String>>>,
    /// Sessions of reading roles that a function keeps from one run to the next.
    pub(crate) warm: WarmSessions,
}

impl Aws {
    /// Reads the SDK's configuration once.
    pub async fn load() -> Self {
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http::client())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(LONGEST_PAUSE))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT)
                    .operation_attempt_timeout(ATTEMPT)
                    .operation_timeout(OPERATION)
                    .build(),
            )
            .load()
            .await;
        Self::of(sdk)
    }

    /// The same from a configuration that was already read.
    pub fn of(sdk: SdkConfig) -> Self {
        Self { sdk, meter: Meter::default(), caller: Arc::default(), warm: WarmSessions::default() }
    }

    /// The same with a known caller.
    #[cfg(test)]
    pub(crate) fn called_by(self, caller: Caller) -> Self {
        let _ = self.caller.set(Ok(caller));
        self
    }

    /// The same configuration with a new meter, for a new run. A known caller is kept; a failed request is repeated.
    #[must_use]
    pub fn fresh(&self) -> Self {
        let known = matches!(self.caller.get(), None | Some(Ok(_)));
        let caller = if known { self.caller.clone() } else { Arc::default() };
        Self { sdk: self.sdk.clone(), meter: Meter::default(), caller, warm: self.warm.clone() }
    }

    /// The Region of the caller's own configuration.
    pub fn region(&self) -> Option<Region> {
        self.sdk.region().cloned()
    }

    /// The caller's identity, asked for once.
    ///
    /// # Errors
    /// Why it is unknown, as text.
    pub(crate) async fn caller(&self) -> Result<Caller, String> {
        self.caller.get_or_init(|| caller::ask(self)).await.clone()
    }

    /// The account of the caller.
    ///
    /// # Errors
    /// Why it is unknown.
    pub async fn account(&self) -> Result<Arc<str>, PortError> {
        self.caller().await.map(|caller| caller.account).map_err(PortError)
    }

    /// The Region for STS and DescribeRegions: `named` by the settings, or one that every account has.
    ///
    /// # Errors
    /// Why it is not known, as text.
    pub(crate) async fn sts_region(&self, named: Option<&str>) -> Result<Option<Region>, String> {
        match named {
            Some(named) => Ok(Some(Region::new(named.to_owned()))),
            None => Ok(self.caller().await?.region(self.sdk.region())),
        }
    }
}
