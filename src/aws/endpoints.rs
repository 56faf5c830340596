//! Whether every AWS endpoint is a loopback address: only then may `apply` be given an instant to judge by.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// The services that a run may call, by the ids that the SDK uses for their endpoints.
const SERVICES: [&str; 14] = [
    "EC2",
    "STS",
    "Organizations",
    "Account",
    "S3",
    "SSM",
    "SNS",
    "Secrets Manager",
    "CloudWatch",
    "KMS",
    "Pricing",
    "Cost Explorer",
    "Elastic Load Balancing",
    "Elastic Load Balancing v2",
];

/// True when the endpoint of every service is set and is a loopback address.
pub fn all_loopback(sdk: &SdkConfig) -> bool {
    SERVICES.iter().all(|service| endpoint(sdk, service).is_some_and(|url| is_loopback(&url)))
}

/// The endpoint that a client of `service` would use: its own before the common one, as in the SDK.
pub(crate) fn endpoint(sdk: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = sdk.service_config().zip(key.ok()).and_then(|(config, key)| config.load_config(key));
    own.or_else(|| sdk.endpoint_url().map(str::to_owned))
}

/// Whether the host of `url` is `localhost` or a loopback address, and not one that only resembles it. It is parsed as
/// the SDK parses it, so that both find the same host.
pub(crate) fn is_loopback(url: &str) -> bool {
    let Some(url) = url.parse::<http::Uri>().ok().filter(|url| url.scheme().is_some()) else { return false };
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_loopback() {
        for url in ["http://127.0.0.1:5000", "http://localhost", "http://[::1]:5000/x", "https://127.3.2.1/"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "http://127.0.0.1.example.com",
            "127.0.0.1:5000",
            "http://example.com#127.0.0.1",
            "http://0.0.0.0:5000",
            "http://127.0.0.1\\@example.com",
            "http://example.com\\@127.0.0.1",
            "http://2130706433",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
