//! The URLs of webhooks, from Secrets Manager or SSM. Their values are never shown, not even in an error.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::Region;
use tokio::sync::OnceCell;

use crate::aws::store::parameter;
use crate::aws::{Aws, words};
use crate::engine::config::Secret;

/// The URL of a webhook. Anyone who knows it can write to the channel.
#[derive(Clone)]
pub(crate) struct Url(String);

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Url(…)")
    }
}

impl Url {
    /// Checks the text of a secret: `https`, or `http` to a loopback address.
    ///
    /// # Errors
    /// What is wrong, without the text.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let secure = text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("holds more than one URL");
        }
        if !secure && !crate::aws::endpoints::is_loopback(text) {
            return Err("holds no URL that begins with `https://`");
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL itself, only for sending.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

type Answer = Result<Url, String>;

/// All secrets of one run, each read once.
pub(crate) struct Secrets {
    aws: Aws,
    known: Mutex<BTreeMap<Secret, Arc<OnceCell<Answer>>>>,
}

impl Secrets {
    pub(crate) fn new(aws: &Aws) -> Self {
        Self { aws: aws.clone(), known: Mutex::default() }
    }

    /// The URL in `secret`. Repeated requests get the same answer, including a failure.
    pub(crate) async fn url(&self, secret: &Secret) -> Answer {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(secret.clone()).or_default().clone()
        };
        cell.get_or_init(|| self.read(secret)).await.clone()
    }

    async fn read(&self, secret: &Secret) -> Answer {
        let text = match secret {
            Secret::SecretsManager(name) => self.secret_text(name).await,
            Secret::Parameter(name) => parameter(&self.aws, name).await.map_err(|error| error.0),
        }?;
        Url::parse(&text).map_err(|wrong| format!("`{secret}` {wrong}; store the webhook's URL and nothing else"))
    }

    async fn secret_text(&self, name: &str) -> Result<String, String> {
        // A secret named by its ARN may live in another Region.
        let region = name.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2));
        let client: aws_sdk_secretsmanager::Client =
            self.aws.client(region.map(|region| Region::new(region.to_owned())));
        let answer = client.get_secret_value().secret_id(name).send().await;
        let answer =
            answer.map_err(|error| format!("{} for `{name}`", words("secretsmanager:GetSecretValue", &error)))?;
        answer.secret_string().map(str::to_owned).ok_or_else(|| format!("the secret `{name}` holds no text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_loopback_is_a_webhook_and_what_is_not_is_not_repeated() {
        for good in ["https://hooks.slack.com/services/T/B/x", " https://h/x\n", "http://127.0.0.1:9/x"] {
            assert!(Url::parse(good).is_ok(), "{good}");
        }
        for bad in ["http://hooks.slack.com/x", "", "hunter2", "https://a https://b", "http://127.0.0.1@evil/x"] {
            let Err(wrong) = Url::parse(bad) else { panic!("{bad}") };
            assert!(bad.is_empty() || !wrong.contains(bad));
        }
        let url = Url::parse("https://hooks.slack.com/hunter2").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
