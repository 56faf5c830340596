//! Who is logged in: the active sessions of Session Manager.

use std::collections::HashMap;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::types::SessionState;

use crate::aws::{pages, words};

const OPERATION: &str = "ssm:DescribeSessions";

/// The number of active sessions of each instance of a target that has any.
///
/// # Errors
/// As text, when a page fails: the answer is then unknown for every instance.
pub(crate) async fn active(client: &Client) -> Result<HashMap<Box<str>, usize>, String> {
    let mut found = HashMap::new();
    let each = async |token| {
        let page = client.describe_sessions().state(SessionState::Active).set_next_token(token).send().await;
        let page = page.map_err(|error| words(OPERATION, &error))?;
        for session in page.sessions() {
            let on =
                session.target().ok_or_else(|| format!("`{OPERATION}` was answered with a session of no instance"))?;
            *found.entry(on.into()).or_default() += 1;
        }
        Ok::<_, String>(page.next_token)
    };
    pages(OPERATION, each).await?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_smithy_mocks::{MockResponseInterceptor, Rule, create_mock_http_client, mock};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_owned()))
    }

    fn client(rule: &Rule) -> Client {
        let config = aws_sdk_ssm::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
            .http_client(create_mock_http_client())
            .interceptor(MockResponseInterceptor::new().with_rule(rule));
        Client::from_conf(config.build())
    }

    #[tokio::test]
    async fn every_page_is_read_and_sessions_are_counted_by_instance() {
        let one = r#"{"SessionId":"ana-1","Target":"i-1","Status":"Connected"}"#;
        let other = r#"{"SessionId":"ben-1","Target":"mi-1","Status":"Connected"}"#;
        let pages = mock!(Client::describe_sessions)
            .match_requests(|request| request.state() == Some(&SessionState::Active))
            .sequence()
            .http_response(move || answer(200, &format!(r#"{{"Sessions":[{one},{other}],"NextToken":"more"}}"#)))
            .http_response(move || answer(200, &format!(r#"{{"Sessions":[{one}]}}"#)))
            .build();
        let found = active(&client(&pages)).await.unwrap();
        assert_eq!(found, HashMap::from([("i-1".into(), 2), ("mi-1".into(), 1)]));
    }

    #[tokio::test]
    async fn a_refusal_is_unknown_and_not_nobody() {
        let denied = mock!(Client::describe_sessions)
            .then_http_response(|| answer(400, r#"{"__type":"AccessDeniedException","message":"no"}"#));
        let why = active(&client(&denied)).await.unwrap_err();
        assert!(why.contains(OPERATION) && why.contains("AccessDenied"), "{why}");
        let nameless = mock!(Client::describe_sessions)
            .then_http_response(|| answer(200, r#"{"Sessions":[{"SessionId":"ana-1"}]}"#));
        let why = active(&client(&nameless)).await.unwrap_err();
        assert!(why.contains("a session of no instance"), "{why}");
    }
}
