//! Posts to incoming webhooks, over the SDK's own HTTP client. The URL is a secret: connection errors are not shown,
//! because they may contain the URL, and redirects are not followed.

use std::time::Duration;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use crate::aws::secrets::Url;

/// Time limits of a webhook.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// One attempt, from connecting to the complete answer. Slack answers within a second.
    pub attempt: Duration,
    /// The pause before the second attempt, if the answer does not name one.
    pub pause: Duration,
    /// The longest `Retry-After` that is respected. Slack allows one message a second and asks for some seconds.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempt: Duration::from_secs(10), pause: Duration::from_secs(1), longest: Duration::from_secs(15) }
    }
}

/// The maximum length of an error's answer that is read: Slack's answers are short names.
const LONGEST_WORD: usize = 40;

/// Posts JSON to webhooks.
pub(crate) struct Poster {
    connector: SharedHttpConnector,
    patience: Patience,
}

/// The result of one attempt.
enum Attempt {
    Accepted,
    /// It may be tried again, after this long if the answer says so.
    Later(String, Option<Duration>),
    Failed(String),
}

impl Poster {
    pub(crate) fn new(patience: Patience) -> Self {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let connector = Connector::builder().tls_provider(provider).build();
        Self { connector: SharedHttpConnector::new(connector), patience }
    }

    /// Posts `json`, and a second time if the answer asks for it. An attempt without an answer is not repeated, because
    /// the message may already be in the channel.
    ///
    /// # Errors
    /// Why it was not accepted, without the URL.
    pub(crate) async fn post(&self, url: &Url, json: &str) -> Result<(), String> {
        let (why, wait) = match self.attempt(url, json).await {
            Attempt::Accepted => return Ok(()),
            Attempt::Failed(why) => return Err(why),
            Attempt::Later(why, wait) => (why, wait.unwrap_or(self.patience.pause)),
        };
        if wait > self.patience.longest {
            return Err(format!("{why}, and asks to wait for {} s, which is too long", wait.as_secs()));
        }
        tokio::time::sleep(wait).await;
        match self.attempt(url, json).await {
            Attempt::Accepted => Ok(()),
            Attempt::Failed(why) | Attempt::Later(why, _) => Err(format!("{why}, twice")),
        }
    }

    async fn attempt(&self, url: &Url, json: &str) -> Attempt {
        let mut request = HttpRequest::new(SdkBody::from(json));
        let set = request.set_method("POST").is_ok() && request.set_uri(url.expose()).is_ok();
        if !set {
            return Attempt::Failed("the webhook's URL cannot be read".to_owned());
        }
        request.headers_mut().insert("content-type", "application/json; charset=utf-8");
        let whole = async {
            let response = self.connector.call(request).await.map_err(|error| {
                if error.is_timeout() {
                    "the webhook was too slow and was given up"
                } else {
                    "the webhook cannot be reached"
                }
            })?;
            Ok::<_, &str>(judge(response, url).await)
        };
        match tokio::time::timeout(self.patience.attempt, whole).await {
            Ok(Ok(attempt)) => attempt,
            Ok(Err(why)) => Attempt::Failed(why.to_owned()),
            Err(_) => {
                let seconds = self.patience.attempt.as_secs_f32();
                Attempt::Failed(format!("the webhook did not answer within {seconds} s"))
            }
        }
    }
}

async fn judge(mut response: HttpResponse, url: &Url) -> Attempt {
    let status = response.status().as_u16();
    if response.status().is_success() {
        return Attempt::Accepted;
    }
    let wait = response.headers().get("retry-after").and_then(|text| text.trim().parse().ok());
    let word = word(response.take_body(), url).await;
    let why = format!("the webhook answered {status}{word}");
    match status {
        429 | 500..=599 => Attempt::Later(why, wait.map(Duration::from_secs)),
        _ => Attempt::Failed(why),
    }
}

/// Slack's own name for the error, such as `no_service`. Any other content of the answer is not shown.
async fn word(body: SdkBody, url: &Url) -> String {
    let Ok(bytes) = aws_smithy_types::byte_stream::ByteStream::new(body).collect().await else {
        return String::new();
    };
    let text = String::from_utf8(bytes.to_vec()).unwrap_or_default();
    let text = text.trim();
    let fits = (1..=LONGEST_WORD).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if fits && !url.expose().contains(text) { format!(" with `{text}`") } else { String::new() }
}
