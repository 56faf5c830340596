//! One HTTP client for every client of the SDK, with one pool of connections.

use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::aws::whole::whole;

/// Two things that hyper's client leaves undone, or does too often.
///
/// An answer that ends before its time is an error of the connection, and the call is made again: the SDK would take half
/// a page in XML for a shorter one, with fewer instances, and fewer tags of the last one ([`whole`]). It is read here, so
/// that a download that stalls is given up by the attempt's own time limit, and not by the SDK's watch over its speed.
///
/// Whenever one of the SDK's clients is made, hyper's builds a TLS connector, with every root certificate parsed anew,
/// and drops it. With a client for each account and Region that was a sixth of all CPU. It is not asked to: the
/// connectors that calls are made with are kept, and the first of them loads the certificates.
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

/// Hands on whole answers.
#[derive(Debug)]
struct Whole(SharedHttpConnector);

impl HttpConnector for Whole {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // S3 answers some calls without a body; whatever is asked of the others is a POST, and answered with a document.
        let document = request.method() == "POST";
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move { whole(answer.await?, document).await })
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
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
    use aws_smithy_types::config_bag::ConfigBag;

    use super::*;

    /// Counts how often it is made ready.
    #[derive(Clone, Debug, Default)]
    struct Counting(Arc<AtomicUsize>);

    impl HttpClient for Counting {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            unreachable!("no call is made")
        }

        fn validate_base_client_config(&self, _: &RuntimeComponentsBuilder, _: &ConfigBag) -> Result<(), BoxError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    fn ten_clients(http: SharedHttpClient) {
        let region = Region::new("eu-west-1");
        let config =
            SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(region).http_client(http).build();
        for _ in 0..10 {
            let _ = aws_sdk_ec2::Client::new(&config);
        }
    }

    #[test]
    fn making_clients_of_the_sdk_makes_no_connectors() {
        let counting = Counting::default();
        ten_clients(SharedHttpClient::new(counting.clone()));
        assert_eq!(counting.0.load(Ordering::Relaxed), 10, "the SDK asks for it no more: `Shared` can go");
        ten_clients(SharedHttpClient::new(Shared(SharedHttpClient::new(counting.clone()))));
        assert_eq!(counting.0.load(Ordering::Relaxed), 10);
    }
}
