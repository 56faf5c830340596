//! The documented request limits: token buckets for each account, Region and API.

use std::collections::HashMap;
use std::time::Instant;

use crate::request::Call;

/// A bucket: how many tokens it holds, and how many it refills each second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) size: f64,
    pub(crate) per_second: f64,
}

const fn limit(size: f64, per_second: f64) -> Limit {
    Limit { size, per_second }
}

// "Request throttling for the Amazon EC2 API", Amazon EC2 Developer Guide: request token buckets.
const DESCRIBE: Limit = limit(100.0, 20.0);
const DESCRIBE_INSTANCES_UNPAGED: Limit = limit(50.0, 10.0);
const STOP: Limit = limit(50.0, 5.0);
const START: Limit = limit(5.0, 2.0);
const TAGS: Limit = limit(100.0, 10.0);
// The same page: resource token buckets, in instances.
const STOP_INSTANCES: Limit = limit(1000.0, 20.0);
const START_INSTANCES: Limit = limit(1000.0, 2.0);
// "CloudWatch service quotas", Amazon CloudWatch User Guide: GetMetricData, transactions per second.
const GET_METRIC_DATA: Limit = limit(50.0, 50.0);
// "IAM and AWS STS quotas", AWS IAM User Guide: AssumeRole, requests per second, account and Region of the caller.
const ASSUME_ROLE: Limit = limit(600.0, 600.0);
// "AWS Price List quotas", AWS Billing User Guide: GetProducts.
const GET_PRODUCTS: Limit = limit(10.0, 5.0);

/// The request bucket that a call draws from, and its name.
fn of_requests(call: &Call) -> Option<(&'static str, Limit)> {
    let unpaged = call.param("MaxResults").is_none() && call.filters().is_empty() && call.ids.is_empty();
    Some(match (call.service.as_str(), call.action.as_str()) {
        ("ec2", "DescribeInstances") if unpaged => ("unpaged", DESCRIBE_INSTANCES_UNPAGED),
        ("ec2", action) if action.starts_with("Describe") => ("", DESCRIBE),
        ("ec2", "StopInstances") => ("", STOP),
        ("ec2", "StartInstances") => ("", START),
        ("ec2", "CreateTags" | "DeleteTags") => ("", TAGS),
        ("monitoring", "GetMetricData") => ("", GET_METRIC_DATA),
        ("sts", "AssumeRole") => ("", ASSUME_ROLE),
        ("pricing", "GetProducts") => ("", GET_PRODUCTS),
        _ => return None,
    })
}

/// The instance bucket that a call draws from.
fn of_instances(call: &Call) -> Option<Limit> {
    match call.action.as_str() {
        "StopInstances" => Some(STOP_INSTANCES),
        "StartInstances" => Some(START_INSTANCES),
        _ => None,
    }
}

/// A bucket in use.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Every bucket that was ever drawn from.
#[derive(Debug, Default)]
pub(crate) struct Limits(HashMap<(String, String, String, &'static str), Bucket>);

impl Limits {
    /// Draws for `call`. Returns whether there were enough tokens. A refused call draws nothing.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn draw(&mut self, call: &Call, now: Instant) -> bool {
        let requests = of_requests(call).map(|(name, limit)| (name, limit, 1.0));
        let instances = of_instances(call).map(|limit| ("instances", limit, call.ids.len() as f64));
        let wanted: Vec<_> = requests.into_iter().chain(instances).collect();
        let enough = wanted.iter().all(|(name, limit, n)| self.bucket(call, name, *limit, now).tokens >= *n);
        if enough {
            for (name, limit, n) in wanted {
                self.bucket(call, name, limit, now).tokens -= n;
            }
        }
        enough
    }

    fn bucket(&mut self, call: &Call, name: &'static str, limit: Limit, now: Instant) -> &mut Bucket {
        let key = (call.account.clone(), call.region.clone(), call.action.clone(), name);
        let bucket = self.0.entry(key).or_insert(Bucket { tokens: limit.size, at: now });
        let gone = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + gone * limit.per_second).min(limit.size);
        bucket.at = now;
        bucket
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::request::Request;

    fn call(action: &str, ids: usize) -> Call {
        let body = (1..=ids).map(|n| format!("&InstanceId.{n}=i-{n}")).collect::<String>();
        let mut request = Request { body: format!("Action={action}{body}").into_bytes(), ..Request::default() };
        let signed = "AWS4-HMAC-SHA256 Credential=AKID/20261125/us-east-1/ec2/aws4_request, SignedHeaders=host";
        request.headers.insert("authorization".to_owned(), signed.to_owned());
        Call::read(request).unwrap()
    }

    #[test]
    fn a_bucket_is_emptied_and_fills_again() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let stop = call("StopInstances", 1);
        let drawn = (0..60).filter(|_| limits.draw(&stop, now)).count();
        assert_eq!(drawn, 50);
        let later = now + Duration::from_secs(2);
        assert_eq!((0..60).filter(|_| limits.draw(&stop, later)).count(), 10);
    }

    #[test]
    fn instances_are_counted_beside_requests() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let stop = call("StopInstances", 50);
        assert_eq!((0..60).filter(|_| limits.draw(&stop, now)).count(), 20);
        assert!(limits.draw(&call("StartInstances", 50), now), "each API has buckets of its own");
    }
}
