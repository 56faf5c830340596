//! Unit tests.

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_smithy_mocks::{MockResponseInterceptor, Rule, create_mock_http_client, mock};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

fn wanted(ids: &[&str], metrics: &[Metric]) -> Vec<Wanted> {
    let since = now() - chrono::Duration::days(14);
    let asked: Vec<Asked> = metrics.iter().map(|metric| Asked { metric: *metric, since }).collect();
    let one = |id: &&str| Wanted {
        id: (*id).into(),
        parts: ["vol-1".into(), "vol-2".into()].into(),
        source: Source::Ec2,
        asked: asked.clone(),
    };
    ids.iter().map(one).collect()
}

fn result(id: &str, values: &[f64], status: StatusCode) -> MetricDataResult {
    let times = (0..values.len()).map(|n| SdkTime::from_secs(now().timestamp() - 3600 * i64::try_from(n + 1).unwrap()));
    MetricDataResult::builder()
        .id(id)
        .set_values(Some(values.to_vec()))
        .set_timestamps(Some(times.collect()))
        .status_code(status)
        .build()
}

fn page(results: Vec<MetricDataResult>, next: Option<&str>) -> GetMetricDataOutput {
    let page = GetMetricDataOutput::builder().set_metric_data_results(Some(results));
    page.set_next_token(next.map(str::to_owned)).build()
}

/// An error in the protocol that the SDK uses for CloudWatch. The error code is a field in the body, so an error
/// with an empty body is known by its status alone.
fn refusal(status: u16) -> HttpResponse {
    let mut response =
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(&b"\xa1\x66__type\x6aThrottling"[..]));
    response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
    response
}

fn client(rules: &[&Rule]) -> Client {
    let mocks = rules.iter().fold(MockResponseInterceptor::new(), |mocks, rule| mocks.with_rule(rule));
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(create_mock_http_client())
        .interceptor(mocks);
    Client::from_conf(config.build())
}

fn gap<'a>(found: &'a HashMap<Box<str>, Evidence>, id: &str, metric: Metric) -> &'a str {
    match found[id].get(metric) {
        Some(Reading::Gap(cause)) => cause,
        other => panic!("{other:?}"),
    }
}

fn known(found: &HashMap<Box<str>, Evidence>, id: &str, metric: Metric) -> Vec<f64> {
    match found[id].get(metric) {
        Some(Reading::Known(series)) => series.points().iter().map(|(_, value)| *value).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn pages_are_put_together_and_what_ends_partly_is_a_gap() {
    let pages = mock!(Client::get_metric_data)
        .sequence()
        .output(|| {
            page(
                vec![result("m0", &[1.0], StatusCode::PartialData), result("m1", &[2.0], StatusCode::PartialData)],
                Some("a"),
            )
        })
        .output(|| page(vec![result("m0", &[3.0, f64::NAN], StatusCode::Complete)], None))
        .build();
    let meter = Meter::default();
    let found = evidence(&client(&[&pages]), &meter, &wanted(&["i-1", "i-2", "i-3"], &[Metric::Cpu]), now()).await;
    assert_eq!(known(&found, "i-1", Metric::Cpu), [1.0, 3.0]);
    assert!(gap(&found, "i-2", Metric::Cpu).contains("PartialData"));
    assert!(gap(&found, "i-3", Metric::Cpu).contains("does not speak of it"));
    assert_eq!(meter.spent().metrics, 3, "a page costs nothing");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_stays_throttled_is_a_gap_of_those_that_were_not_complete() {
    let pages = mock!(Client::get_metric_data)
        .sequence()
        .output(|| page(vec![result("m0", &[1.0], StatusCode::Complete)], Some("a")))
        .http_response(|| refusal(400))
        .times(5)
        .build();
    let found = evidence(&client(&[&pages]), &Meter::default(), &wanted(&["i-1", "i-2"], &[Metric::Cpu]), now()).await;
    assert_eq!(known(&found, "i-1", Metric::Cpu), [1.0]);
    assert!(gap(&found, "i-2", Metric::Cpu).contains("cloudwatch:GetMetricData"), "{found:?}");
}

#[tokio::test]
async fn a_page_token_that_comes_again_is_a_gap() {
    let pages = mock!(Client::get_metric_data)
        .sequence()
        .output(|| page(vec![], Some("a")))
        .output(|| page(vec![result("m0", &[1.0], StatusCode::Complete)], Some("a")))
        .build();
    let found = evidence(&client(&[&pages]), &Meter::default(), &wanted(&["i-1", "i-2"], &[Metric::Cpu]), now()).await;
    assert!(gap(&found, "i-2", Metric::Cpu).contains("same page token twice"));
}

#[tokio::test]
async fn five_hundred_metrics_are_asked_for_in_a_call_and_no_more() {
    let first = mock!(Client::get_metric_data)
        .match_requests(|call| call.metric_data_queries().len() == 500)
        .then_output(|| page((0..500).map(|n| result(&format!("m{n}"), &[1.0], StatusCode::Complete)).collect(), None));
    let second = mock!(Client::get_metric_data)
        .match_requests(|call| call.metric_data_queries().len() == 1)
        .then_http_response(|| refusal(400));
    let ids: Vec<String> = (0..501).map(|n| format!("i-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let meter = Meter::default();
    let found = evidence(&client(&[&first, &second]), &meter, &wanted(&ids, &[Metric::CpuByDay]), now()).await;
    assert_eq!((first.num_calls(), meter.spent().metrics), (1, 501));
    assert_eq!(known(&found, "i-499", Metric::CpuByDay), [1.0]);
    assert!(!gap(&found, "i-500", Metric::CpuByDay).is_empty());
}

#[tokio::test]
async fn where_an_instance_has_no_ebs_metrics_its_volumes_are_asked_and_one_gap_is_a_gap_of_all() {
    let of_instance =
        mock!(Client::get_metric_data).match_requests(|call| call.metric_data_queries().len() == 3).then_output(|| {
            let empty = |id| result(id, &[], StatusCode::Complete);
            page(vec![result("m0", &[7.0], StatusCode::Complete), empty("m1"), empty("m2")], None)
        });
    let of_volumes = mock!(Client::get_metric_data)
        .match_requests(|call| {
            let names =
                call.metric_data_queries().iter().filter_map(|query| query.metric_stat()?.metric()?.metric_name());
            names.collect::<Vec<_>>() == ["VolumeWriteOps", "VolumeWriteOps", "VolumeWriteBytes", "VolumeWriteBytes"]
        })
        .then_output(|| {
            let one = |id| result(id, &[2.0, 3.0], StatusCode::Complete);
            page(vec![one("m0"), one("m1"), one("m2"), result("m3", &[1.0], StatusCode::Forbidden)], None)
        });
    let metrics = [Metric::Received, Metric::WriteOps, Metric::WriteBytes];
    let found =
        evidence(&client(&[&of_instance, &of_volumes]), &Meter::default(), &wanted(&["i-1"], &metrics), now()).await;
    assert_eq!(known(&found, "i-1", Metric::Received), [7.0]);
    assert_eq!(known(&found, "i-1", Metric::WriteOps), [6.0, 4.0]);
    assert!(gap(&found, "i-1", Metric::WriteBytes).contains("Forbidden"));
}

#[tokio::test]
async fn requests_of_neptune_count_as_connections_where_its_cpu_shows_that_it_was_measured() {
    let answer = |requests: StatusCode| {
        mock!(Client::get_metric_data)
            .match_requests(|request| {
                let named = |one: &MetricDataQuery| {
                    let metric = one.metric_stat()?.metric()?;
                    Some((metric.namespace()?.to_owned(), metric.metric_name()?.to_owned()))
                };
                let names: Vec<_> = request.metric_data_queries().iter().filter_map(named).collect();
                let pair = ["TotalRequestsPerSec", "CPUUtilization"].map(|name| (NEPTUNE.to_owned(), name.to_owned()));
                names == [pair.clone(), pair].concat()
            })
            .then_output(move || {
                let cpu = |id| result(id, &[5.0, 5.0], StatusCode::Complete);
                let all = [
                    result("m0", &[0.25], requests.clone()),
                    cpu("m1"),
                    result("m2", &[], StatusCode::Complete),
                    cpu("m3"),
                ];
                page(all.to_vec(), None)
            })
    };
    let mut asked = wanted(&["cluster:graph"], &[Metric::ConnectionsLately]);
    asked[0].source = Source::Neptune;
    let (rule, meter) = (answer(StatusCode::Complete), Meter::default());
    let found = evidence(&client(&[&rule]), &meter, &asked, now()).await;
    assert_eq!(known(&found, "cluster:graph", Metric::ConnectionsLately), [0.0, 1.0], "of two instances, the busier");
    let rule = answer(StatusCode::PartialData);
    let found = evidence(&client(&[&rule]), &meter, &asked, now()).await;
    assert!(gap(&found, "cluster:graph", Metric::ConnectionsLately).contains("PartialData"));
}
