//! One HTTP client for every client of the SDK, with one pool of connections.

use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::aws::whole::{Due, whole};

/// Adds two things to hyper's client.
///
/// An answer that ends too early is a connection error, and the call is repeated. Otherwise the SDK would accept half a
/// page of XML as a shorter page, with fewer instances, and fewer tags on the last one ([`whole`]). The answer is read
/// here, so that the attempt's own time limit ends a stalled download, and not the SDK's check of its speed.
///
/// Whenever one of the SDK's clients is created, hyper's client builds a TLS connector, parses every root certificate
/// again, and drops it. With a client for each account and Region, that took a sixth of all CPU. So this step is
/// skipped: the connectors of actual calls are kept, and the first of them loads the certificates.
#[derive(Debug)]
struct Shared(SharedHttpClient);

impl HttpClient for Shared {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Whole(self.0.http_connector(settings, components)))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

/// Passes on complete answers only.
#[derive(Debug)]
struct Whole(SharedHttpConnector);

impl HttpConnector for Whole {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // S3 answers some calls without a body. Calls of the other services are a POST, and are answered with a
        // document. A call that is a form, as in EC2, is answered in XML.
        let due = match (request.method(), request.headers().get("content-type")) {
            ("POST", Some("application/x-www-form-urlencoded")) => Due::Xml,
            ("POST", _) => Due::Document,
            (_, _) => Due::Anything,
        };
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move { whole(answer.await?, due).await })
    }
}

/// The HTTP client of the process: connections to a regional endpoint are reused across accounts.
pub(crate) fn client() -> SharedHttpClient {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    SharedHttpClient::new(Shared(Builder::new().tls_provider(provider).build_https()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::ConfigBag;

    use super::*;
    use crate::aws::errors::words;

    /// Answers every call with the same status and body, and counts the calls.
    #[derive(Clone, Debug)]
    struct Canned {
        status: u16,
        body: &'static str,
        calls: Arc<AtomicUsize>,
        validated: Arc<AtomicUsize>,
    }

    fn canned(status: u16, body: &'static str) -> Canned {
        Canned { status, body, calls: Arc::default(), validated: Arc::default() }
    }

    impl HttpConnector for Canned {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            self.calls.fetch_add(1, Ordering::Relaxed);
            HttpConnectorFuture::ready(Ok(HttpResponse::new(self.status.try_into().unwrap(), SdkBody::from(self.body))))
        }
    }

    impl HttpClient for Canned {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }

        fn validate_base_client_config(&self, _: &RuntimeComponentsBuilder, _: &ConfigBag) -> Result<(), BoxError> {
            self.validated.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    fn ec2(http: impl HttpClient + 'static) -> aws_sdk_ec2::Client {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "AKIDEXAMPLE",
                "secret",
                None,
                None,
                "test",
            )))
            .http_client(http);
        aws_sdk_ec2::Client::new(&config.build())
    }

    #[test]
    fn making_clients_of_the_sdk_makes_no_connectors() {
        let counting = canned(200, "");
        (0..10).for_each(|_| drop(ec2(counting.clone())));
        assert_eq!(counting.validated.load(Ordering::Relaxed), 10, "the SDK asks for it no more: `Shared` can go");
        (0..10).for_each(|_| drop(ec2(Shared(SharedHttpClient::new(counting.clone())))));
        assert_eq!(counting.validated.load(Ordering::Relaxed), 10);
    }

    /// How many instances the SDK reads in the answer, or the error, and after how many calls.
    async fn described(status: u16, body: &'static str, checked: bool) -> (Result<usize, String>, usize) {
        let canned = canned(status, body);
        let client = if checked { ec2(Shared(SharedHttpClient::new(canned.clone()))) } else { ec2(canned.clone()) };
        let answer = client.describe_instances().send().await;
        let found = answer.map(|page| page.reservations().iter().map(|one| one.instances().len()).sum());
        (found.map_err(|error| words("ec2:DescribeInstances", &error)), canned.calls.load(Ordering::Relaxed))
    }

    const PAGE: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
        <tagSet><item><key>a</key></item></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";

    #[tokio::test(start_paused = true)]
    async fn a_page_that_is_not_whole_is_asked_for_again_and_then_an_error_that_says_so() {
        assert_eq!(described(200, PAGE, true).await, (Ok(1), 1));
        assert_eq!(
            described(200, PAGE.get(..100).unwrap(), false).await,
            (Ok(1), 1),
            "the SDK is strict now: `whole` can go"
        );
        let keyless = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
            <tagSet><item/></tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
        for (page, why) in [
            (PAGE.get(..100).unwrap(), "it is no whole document: see its byte 100 of 100"),
            ("", "it is empty"),
            (keyless, "it may be read in two ways: see its byte"),
        ] {
            let (found, calls) = described(200, page, true).await;
            let error = found.unwrap_err();
            assert!(error.contains(&format!("the answer cannot be used: {why}")), "{error}");
            assert_eq!(calls, 3, "the SDK makes three attempts unless told otherwise");
        }
        let (found, _) = described(200, "<a/>", true).await;
        let error = found.unwrap_err();
        assert!(error.contains("was answered with something that cannot be read"), "{error}");
        assert!(error.contains("invalid root"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_aws_refuses_is_left_to_the_sdk() {
        let refused = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
        for (status, body) in [(403, refused), (403, PAGE), (400, "")] {
            assert_eq!(described(status, body, true).await, described(status, body, false).await);
        }
    }
}
