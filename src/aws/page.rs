//! Lets `page_xml` read the answers of `DescribeInstances` in the SDK's place.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_ec2::error::SdkError;
use aws_sdk_ec2::operation::describe_instances::builders::DescribeInstancesFluentBuilder;
use aws_sdk_ec2::operation::describe_instances::{DescribeInstances, DescribeInstancesError, DescribeInstancesOutput};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{BeforeSerializationInterceptorContextMut, Error, Output};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::config_bag::ConfigBag;

use crate::aws::page_xml::{Page, page};
use crate::engine::model::Target;

/// What `call` answers, of instances in `target`. A page that cannot be read is a broken answer and is asked for again; what
/// AWS refuses, and the calls' retries, are the SDK's as ever.
///
/// # Errors
/// The SDK's.
pub(crate) async fn ask(
    call: DescribeInstancesFluentBuilder,
    target: &Target,
) -> Result<Page, SdkError<DescribeInstancesError>> {
    let quick = Quick(Arc::new(Reader { place: Arc::new(target.clone()), page: Mutex::default() }));
    call.customize().interceptor(quick.clone()).send().await?;
    // Nothing but a page that was read is a success; this is for the compiler.
    quick.0.page().take().ok_or_else(|| SdkError::construction_failure("nobody read the page"))
}

/// Put on one call: its page is read here. The SDK's own is left empty: its instances are kilobytes large.
#[derive(Clone, Debug)]
struct Quick(Arc<Reader>);

#[derive(Debug)]
struct Reader {
    place: Arc<Target>,
    page: Mutex<Option<Page>>,
}

impl Reader {
    fn page(&self) -> MutexGuard<'_, Option<Page>> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Quick {
    fn name(&self) -> &'static str {
        "Quick"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(SharedResponseDeserializer::new(self.clone()));
        Ok(())
    }
}

impl DeserializeResponse for Quick {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        bag: &ConfigBag,
    ) -> Result<Output, OrchestratorError<Error>> {
        if response.status().is_success() {
            let body = response.body().bytes().unwrap_or_default();
            let page = page(&self.0.place, body).map_err(|why| OrchestratorError::response(why.into()))?;
            *self.0.page() = Some(page);
            return Ok(Output::erase(DescribeInstancesOutput::builder().build()));
        }
        // What the SDK knows of the operation has its own reader in it, for what AWS refuses.
        let operation = DescribeInstances::new().config();
        match operation.as_ref().and_then(|operation| operation.load::<SharedResponseDeserializer>()) {
            Some(sdk) => sdk.deserialize_nonstreaming_with_config(response, bag),
            None => Err(OrchestratorError::other("the SDK has no reader of DescribeInstances")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_smithy_runtime_api::client::http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    };
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_types::body::SdkBody;

    use super::*;
    use crate::aws::errors::words;

    /// Answers every call with the same body, and counts them.
    #[derive(Clone, Debug)]
    struct Canned(u16, &'static str, Arc<AtomicUsize>);

    fn canned(status: u16, body: &'static str) -> Canned {
        Canned(status, body, Arc::default())
    }

    impl HttpConnector for Canned {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            self.2.fetch_add(1, Ordering::Relaxed);
            HttpConnectorFuture::ready(Ok(HttpResponse::new(self.0.try_into().unwrap(), SdkBody::from(self.1))))
        }
    }

    impl HttpClient for Canned {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }
    }

    /// The ids on the page, or the SDK's error.
    async fn ids(canned: Canned, quick: bool) -> Result<Vec<String>, String> {
        let config = aws_sdk_ec2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .http_client(canned);
        let call = aws_sdk_ec2::Client::from_conf(config.build()).describe_instances();
        let error = |error| words("ec2:DescribeInstances", &error);
        if quick {
            let page = ask(call, &Target::new("111111111111", "us-east-1")).await.map_err(error)?;
            return Ok(page.instances.iter().map(|instance| instance.id.name.to_string()).collect());
        }
        let page = call.send().await.map_err(error)?;
        let instances = page.reservations().iter().flat_map(|reservation| reservation.instances());
        Ok(instances.map(|instance| instance.instance_id().unwrap_or_default().to_owned()).collect())
    }

    /// Only the SDK's reader stumbles over it, so that its being read shows by whom.
    const ODD: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
        <usageOperationUpdateTime>never</usageOperationUpdateTime></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";

    #[tokio::test]
    async fn the_pages_of_a_call_are_read_in_the_place_of_the_sdk() {
        assert_eq!(ids(canned(200, ODD), true).await, Ok(vec!["i-1".to_owned()]));
        assert!(ids(canned(200, ODD), false).await.is_err());
    }

    #[tokio::test]
    async fn what_is_refused_is_the_sdks_to_tell() {
        let refused = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
        for canned in [canned(403, refused), canned(403, ODD), canned(400, "")] {
            assert_eq!(ids(canned.clone(), true).await, ids(canned, false).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_cannot_be_read_is_asked_for_again_and_then_an_error_that_says_so() {
        for page in [&ODD[..100], "", "<a/>"] {
            let canned = canned(200, page);
            let error = ids(canned.clone(), true).await.unwrap_err();
            assert!(error.contains("cannot be read: see its byte"), "{error}");
            assert_eq!(canned.2.load(Ordering::Relaxed), 3, "the SDK makes three attempts unless told otherwise");
        }
    }
}
