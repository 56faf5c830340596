//! The last hour's CPU of candidates, from CloudWatch, 500 metrics a call.

use std::collections::HashMap;

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Duration, Utc};

use super::config::Aws;
use super::errors::words;
use super::tokens::Tokens;
use crate::decide::case::Activity;
use crate::words::Target;

/// The most metrics that one GetMetricData call may ask for.
pub(super) const METRICS: usize = 500;

/// Basic monitoring gives a figure every five minutes.
const PERIOD_SECONDS: i32 = 300;

/// A client of one target.
pub(super) fn client(aws: &Aws, target: &Target, credentials: Option<SharedCredentialsProvider>) -> Client {
    let mut config = aws_sdk_cloudwatch::config::Builder::from(&aws.sdk)
        .region(Region::new(target.region.to_string()))
        .interceptor(aws.meter.clone());
    if let Some(credentials) = credentials {
        config.set_credentials_provider(Some(credentials));
    }
    Client::from_conf(config.build())
}

/// The busiest five minutes of each instance's last hour; a gap, with its cause, where there is no figure.
pub(super) async fn last_hour(
    aws: &Aws,
    target: &Target,
    credentials: Option<SharedCredentialsProvider>,
    ids: &[Box<str>],
    now: DateTime<Utc>,
) -> HashMap<Box<str>, Activity> {
    let client = client(aws, target, credentials);
    let mut found = HashMap::new();
    for part in ids.chunks(METRICS) {
        aws.meter.asked(part.len());
        match peaks(&client, part, now).await {
            Ok(peaks) => found.extend(part.iter().zip(peaks).map(|(id, peak)| {
                let gap = || Activity::Gap("CloudWatch has no CPU figure for the last hour".to_owned());
                (id.clone(), peak.map_or_else(gap, Activity::Cpu))
            })),
            Err(why) => found.extend(part.iter().map(|id| (id.clone(), Activity::Gap(why.clone())))),
        }
    }
    found
}

/// The highest datapoint of each, in the order of `ids`. A figure that is no number is none.
async fn peaks(client: &Client, ids: &[Box<str>], now: DateTime<Utc>) -> Result<Vec<Option<f64>>, String> {
    let mut peaks: Vec<Option<f64>> = vec![None; ids.len()];
    let queries = ids.iter().enumerate().map(|(n, id)| query(n, id)).collect();
    let start = SdkTime::from_secs((now - Duration::hours(1)).timestamp());
    let call = client.get_metric_data().set_metric_data_queries(Some(queries));
    let mut whole = vec![false; ids.len()];
    let call = call.start_time(start).end_time(SdkTime::from_secs(now.timestamp()));
    let (mut tokens, mut token) = (Tokens::default(), None);
    loop {
        let page = call.clone().set_next_token(token.clone()).send().await;
        let page = page.map_err(|error| words("cloudwatch:GetMetricData", &error))?;
        for result in page.metric_data_results() {
            let index = result.id().and_then(|id| id.strip_prefix('m')).and_then(|n| n.parse::<usize>().ok());
            let Some(index) = index.filter(|index| *index < ids.len()) else { continue };
            // Half an hour of figures is no evidence of a quiet hour.
            whole[index] = result.status_code().is_none_or(|status| *status == StatusCode::Complete);
            for value in result.values().iter().filter(|value| value.is_finite()) {
                peaks[index] = Some(peaks[index].map_or(*value, |known| known.max(*value)));
            }
        }
        token = tokens.next("cloudwatch:GetMetricData", page.next_token())?;
        if token.is_none() {
            return Ok(peaks.into_iter().zip(whole).map(|(peak, whole)| peak.filter(|_| whole)).collect());
        }
    }
}

fn query(n: usize, id: &str) -> MetricDataQuery {
    let dimension = Dimension::builder().name("InstanceId").value(id).build();
    let metric = Metric::builder().namespace("AWS/EC2").metric_name("CPUUtilization").dimensions(dimension).build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD_SECONDS).stat("Average").build();
    MetricDataQuery::builder().id(format!("m{n}")).metric_stat(stat).return_data(true).build()
}

#[cfg(test)]
mod tests {
    use aws_config::BehaviorVersion;
    use aws_credential_types::Credentials;
    use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
    use aws_sdk_cloudwatch::types::MetricDataResult;
    use aws_smithy_mocks::{MockResponseInterceptor, Rule, create_mock_http_client, mock};

    use super::*;

    fn client(rule: &Rule) -> Client {
        let config = aws_sdk_cloudwatch::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .http_client(create_mock_http_client())
            .interceptor(MockResponseInterceptor::new().with_rule(rule));
        Client::from_conf(config.build())
    }

    fn page(values: &[f64], status: StatusCode, next: Option<&str>) -> GetMetricDataOutput {
        let result = MetricDataResult::builder().id("m0").status_code(status).set_values(Some(values.to_vec())).build();
        GetMetricDataOutput::builder().metric_data_results(result).set_next_token(next.map(str::to_owned)).build()
    }

    async fn peak(rule: &Rule) -> Result<Vec<Option<f64>>, String> {
        peaks(&client(rule), &["i-1".into()], DateTime::UNIX_EPOCH + Duration::days(20_000)).await
    }

    #[tokio::test]
    async fn the_highest_figure_of_every_page_counts_and_what_is_no_number_does_not() {
        let pages = mock!(Client::get_metric_data)
            .sequence()
            .output(|| page(&[1.0, f64::NAN], StatusCode::PartialData, Some("a")))
            .output(|| page(&[62.0, 3.0], StatusCode::Complete, None))
            .build();
        assert_eq!(peak(&pages).await, Ok(vec![Some(62.0)]));
    }

    #[tokio::test]
    async fn a_figure_that_stays_partial_is_none() {
        let pages =
            mock!(Client::get_metric_data).sequence().output(|| page(&[1.0], StatusCode::PartialData, None)).build();
        assert_eq!(peak(&pages).await, Ok(vec![None]));
    }

    #[tokio::test]
    async fn a_page_token_that_comes_again_is_an_error() {
        let pages = mock!(Client::get_metric_data)
            .sequence()
            .output(|| page(&[1.0], StatusCode::PartialData, Some("a")))
            .output(|| page(&[1.0], StatusCode::Complete, Some("a")))
            .build();
        assert!(peak(&pages).await.is_err());
    }
}
