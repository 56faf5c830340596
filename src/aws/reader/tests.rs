//! Unit tests.

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_smithy_mocks::{MockResponseInterceptor, Rule, create_mock_http_client, mock};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;

use super::*;

fn page(ids: &[&str], next: &str) -> HttpResponse {
    let items = ids.iter().map(|id| format!("<item><instanceId>{id}</instanceId></item>")).collect::<String>();
    let body = format!(
        "<DescribeInstancesResponse><reservationSet><item><instancesSet>{items}</instancesSet></item></reservationSet>{next}</DescribeInstancesResponse>"
    );
    HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body))
}

fn answer(status: u16, code: &str, message: &str) -> HttpResponse {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>"
    );
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

/// The equivalent of `mock_client!` without the SDK's `test-util`: that feature would compile the SDK twice.
fn client(rule: &Rule) -> aws_sdk_ec2::Client {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(create_mock_http_client())
        .interceptor(MockResponseInterceptor::new().with_rule(rule));
    aws_sdk_ec2::Client::from_conf(config.build())
}

async fn ids_of(client: &aws_sdk_ec2::Client) -> (Vec<String>, Result<(), NotScanned>) {
    let mut ids = Vec::new();
    let target = Target::new("111111111111", "us-east-1");
    let end = page_through(client, &target, None, &mut |instance| ids.push(instance.id.name.to_string())).await;
    (ids, end)
}

#[tokio::test]
async fn every_page_is_read_an_empty_one_in_the_middle_included() {
    let pages = mock!(aws_sdk_ec2::Client::describe_instances)
        .sequence()
        .http_response(|| page(&["i-1", "i-2"], "<nextToken>a</nextToken>"))
        .http_response(|| page(&[], "<nextToken>b</nextToken>"))
        .http_response(|| page(&["i-3"], ""))
        .build();
    let client = client(&pages);
    let (ids, end) = ids_of(&client).await;
    assert_eq!((ids, end), (vec!["i-1".to_owned(), "i-2".to_owned(), "i-3".to_owned()], Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_page_is_asked_for_again() {
    let pages = mock!(aws_sdk_ec2::Client::describe_instances)
        .sequence()
        .http_response(|| answer(503, "RequestLimitExceeded", "slow down"))
        .http_response(|| page(&["i-1"], ""))
        .build();
    let client = client(&pages);
    let (ids, end) = ids_of(&client).await;
    assert_eq!((ids, end), (vec!["i-1".to_owned()], Ok(())));
}

#[tokio::test]
async fn a_refusal_on_a_later_page_is_blindness_and_what_was_seen_stays_seen() {
    let pages = mock!(aws_sdk_ec2::Client::describe_instances)
        .sequence()
        .http_response(|| page(&["i-1"], "<nextToken>a</nextToken>"))
        .http_response(|| answer(403, "UnauthorizedOperation", "You are not authorized"))
        .build();
    let client = client(&pages);
    let (ids, end) = ids_of(&client).await;
    assert_eq!(ids, ["i-1"]);
    let Err(NotScanned::Unreachable(cause)) = end else { panic!("{end:?}") };
    assert!(cause.contains("UnauthorizedOperation") && cause.contains("ec2:DescribeInstances"), "{cause}");
}

#[tokio::test]
async fn a_region_closed_by_the_organisation_is_no_blindness() {
    let pages = mock!(aws_sdk_ec2::Client::describe_instances)
        .sequence()
        .http_response(|| {
            answer(403, "UnauthorizedOperation", "denied with an explicit deny in a service control policy")
        })
        .http_response(|| {
            let why = "You are not authorized to perform this operation. User: arn:aws:sts::111111111111:assumed-role/IdleReaperRead/s \
                is not authorized to perform: ec2:DescribeInstances because no service control policy allows the \
                ec2:DescribeInstances action";
            answer(403, "UnauthorizedOperation", why)
        })
        .http_response(|| {
            let why = "because no identity-based policy allows the ec2:DescribeInstances action";
            answer(403, "UnauthorizedOperation", why)
        })
        .build();
    let client = client(&pages);
    assert_eq!(ids_of(&client).await, (Vec::new(), Err(NotScanned::Denied)));
    assert_eq!(ids_of(&client).await, (Vec::new(), Err(NotScanned::Denied)));
    assert!(
        matches!(ids_of(&client).await, (_, Err(NotScanned::Unreachable(_)))),
        "a role that lacks the action is no policy"
    );
}

fn owned(owner: &str, ids: &[&str], next: &str) -> HttpResponse {
    let items = ids.iter().map(|id| format!("<item><instanceId>{id}</instanceId></item>")).collect::<String>();
    let body = format!(
        "<DescribeInstancesResponse><reservationSet><item>{owner}<instancesSet>{items}</instancesSet></item></reservationSet>{next}</DescribeInstancesResponse>"
    );
    HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body))
}

#[tokio::test]
async fn instances_of_another_account_are_not_taken_for_those_of_the_one_that_was_asked() {
    for foreign in ["<ownerId>222222222222</ownerId>", "<ownerId/>", "<ownerId>11111111111</ownerId>"] {
        let pages = mock!(aws_sdk_ec2::Client::describe_instances)
            .sequence()
            .http_response(|| owned("<ownerId>111111111111</ownerId>", &["i-1"], "<nextToken>a</nextToken>"))
            .http_response(move || owned(foreign, &["i-2", "i-3"], ""))
            .build();
        let (ids, end) = ids_of(&client(&pages)).await;
        assert_eq!(ids, ["i-1"], "{foreign}");
        let Err(NotScanned::Unreachable(cause)) = end else { panic!("{foreign}: {end:?}") };
        assert!(cause.contains("the session belongs to another account"), "{cause}");
    }
}

#[tokio::test]
async fn a_page_token_that_comes_again_ends_in_an_error_and_not_in_a_loop() {
    let pages = mock!(aws_sdk_ec2::Client::describe_instances)
        .sequence()
        .http_response(|| page(&["i-1"], "<nextToken>a</nextToken>"))
        .http_response(|| page(&["i-2"], "<nextToken>a</nextToken>"))
        .build();
    let client = client(&pages);
    assert!(matches!(ids_of(&client).await.1, Err(NotScanned::Unreachable(_))));
}
