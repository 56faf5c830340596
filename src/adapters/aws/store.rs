//! Files in S3, and settings from S3 or a parameter.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use futures_util::stream::{self, StreamExt};

use super::config::Aws;
use super::endpoints::endpoint;
use super::errors::{chain, words};
use crate::ports::{Entry, PortError};

/// Files of one folder that are read at once. Nine days of outcomes, one file a run every 10 minutes, are 1,296
/// reads; at 50 ms each that is 65 s one after another, and 4 s so.
const READS: usize = 16;

/// A bucket and a prefix.
pub(super) struct Bucket {
    client: Client,
    bucket: String,
    prefix: String,
}

impl Bucket {
    pub(super) fn new(aws: &Aws, bucket: &str, prefix: &str) -> Self {
        Self { client: client(aws), bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    fn key(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) }
    }

    fn place(&self, key: &str) -> String {
        format!("s3://{}/{}", self.bucket, self.key(key))
    }

    pub(super) async fn write(&self, key: &str, text: &str) -> Result<String, PortError> {
        let body = ByteStream::from(text.as_bytes().to_vec());
        let call = self.client.put_object().bucket(&self.bucket).key(self.key(key)).content_type(kind(key)).body(body);
        let wrong = |error| PortError(format!("{} for `{}`", words("s3:PutObject", &error), self.place(key)));
        call.send().await.map_err(wrong)?;
        Ok(self.place(key))
    }

    /// Creates `key`, or answers what stands there already.
    pub(super) async fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        let body = ByteStream::from(text.as_bytes().to_vec());
        let call = self.client.put_object().bucket(&self.bucket).key(self.key(key)).if_none_match("*").body(body);
        let Err(error) = call.send().await else { return Ok(None) };
        let status = error.raw_response().map(|response| response.status().as_u16());
        // 412: it stands there. 409: another run is creating it at this moment.
        if !matches!(status, Some(412 | 409)) {
            return Err(PortError(format!("{} for `{}`", words("s3:PutObject", &error), self.place(key))));
        }
        self.read(&self.key(key)).await.map(Some)
    }

    /// Replaces `key` if it still says `old`; whether it did.
    pub(super) async fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        let key = self.key(key);
        let place = format!("s3://{}/{key}", self.bucket);
        let found = self.client.get_object().bucket(&self.bucket).key(&key).send().await;
        let found = found.map_err(|error| PortError(format!("{} for `{place}`", words("s3:GetObject", &error))))?;
        let Some(tag) = found.e_tag().map(str::to_owned) else { return Ok(false) };
        let bytes = found.body.collect().await;
        let bytes = bytes.map_err(|error| PortError(format!("`{place}` broke off: {}", chain(&error))))?;
        if bytes.to_vec() != old.as_bytes() {
            return Ok(false);
        }
        let body = ByteStream::from(new.as_bytes().to_vec());
        let call = self.client.put_object().bucket(&self.bucket).key(&key).if_match(tag).body(body);
        let Err(error) = call.send().await else { return Ok(true) };
        let status = error.raw_response().map(|response| response.status().as_u16());
        // Another run was faster: it replaced the file, removed it, or is replacing it at this moment.
        if matches!(status, Some(412 | 409 | 404)) {
            return Ok(false);
        }
        Err(PortError(format!("{} for `{place}`", words("s3:PutObject", &error))))
    }

    pub(super) async fn remove(&self, key: &str) -> Result<(), PortError> {
        let call = self.client.delete_object().bucket(&self.bucket).key(self.key(key));
        let wrong = |error| PortError(format!("{} for `{}`", words("s3:DeleteObject", &error), self.place(key)));
        call.send().await.map(|_| ()).map_err(wrong)
    }

    /// The text of one object, by its key beneath the prefix; `None` where it is not there.
    pub(super) async fn find(&self, key: &str) -> Result<Option<String>, PortError> {
        let key = self.key(key);
        let place = format!("s3://{}/{key}", self.bucket);
        match self.client.get_object().bucket(&self.bucket).key(&key).send().await {
            Ok(answer) => text_of(answer.body, &place).await.map(Some),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(PortError(format!("{} for `{place}`", words("s3:GetObject", &error)))),
        }
    }

    pub(super) async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        let mut keys: Vec<String> = Vec::new();
        let prefix = format!("{}/", self.key(folder));
        let call =
            self.client.list_objects_v2().bucket(&self.bucket).start_after(format!("{prefix}{from}")).prefix(&prefix);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let wrong =
                |error| PortError(format!("{} for `{}`", words("s3:ListObjectsV2", &error), self.place(folder)));
            keys.extend(page.map_err(wrong)?.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        let reads = keys.into_iter().map(|key| async move { (self.read(&key).await, key) });
        let mut reads = std::pin::pin!(stream::iter(reads).buffered(READS));
        let mut entries = Vec::new();
        while let Some((text, key)) = reads.next().await {
            let beneath = key.strip_prefix(&prefix).unwrap_or(&key).to_owned();
            entries.push((beneath, text?));
        }
        Ok(entries)
    }

    /// The text of one object, by its whole key.
    async fn read(&self, key: &str) -> Result<String, PortError> {
        read(&self.client, &self.bucket, key).await
    }
}

fn client(aws: &Aws) -> Client {
    let config = aws_sdk_s3::config::Builder::from(&aws.sdk).interceptor(aws.meter.clone());
    // A simulated S3 on a loopback address has no host names for its buckets.
    let path_style = endpoint(&aws.sdk, "S3").is_some();
    // Half a file of lines is a file, and half of the settings may be settings. S3 sends the checksum that an object was
    // stored with, whatever the environment says of asking for it.
    let checked = config.response_checksum_validation(ResponseChecksumValidation::WhenSupported);
    Client::from_conf(checked.force_path_style(path_style).build())
}

async fn read(client: &Client, bucket: &str, key: &str) -> Result<String, PortError> {
    let place = format!("s3://{bucket}/{key}");
    let answer = client.get_object().bucket(bucket).key(key).send().await;
    let answer = answer.map_err(|error| PortError(format!("{} for `{place}`", words("s3:GetObject", &error))))?;
    text_of(answer.body, &place).await
}

async fn text_of(body: ByteStream, place: &str) -> Result<String, PortError> {
    let bytes = body.collect().await;
    let bytes = bytes.map_err(|error| PortError(format!("`{place}` broke off: {}", chain(&error))))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| PortError(format!("`{place}` is not text in UTF-8")))
}

fn kind(key: &str) -> &'static str {
    if key.ends_with(".json") { "application/json" } else { "application/x-ndjson" }
}

/// Settings from `s3://bucket/key` or `ssm:/name`.
///
/// # Errors
/// [`PortError`] when they are not there or may not be read.
pub async fn fetch_settings(aws: &Aws, source: &str) -> Result<String, PortError> {
    if let Some(name) = source.strip_prefix("ssm:") {
        return parameter(aws, name).await;
    }
    let rest = source.strip_prefix("s3://").unwrap_or(source);
    let (bucket, key) = rest
        .split_once('/')
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        .ok_or_else(|| PortError(format!("`{source}` names no object; write `s3://bucket/reaper.toml`")))?;
    read(&client(aws), bucket, key).await
}

/// The value of one SSM parameter.
pub(super) async fn parameter(aws: &Aws, name: &str) -> Result<String, PortError> {
    let config = aws_sdk_ssm::config::Builder::from(&aws.sdk).interceptor(aws.meter.clone()).build();
    let answer = aws_sdk_ssm::Client::from_conf(config).get_parameter().name(name).with_decryption(true).send().await;
    let answer = answer.map_err(|error| PortError(format!("{} for `{name}`", words("ssm:GetParameter", &error))))?;
    let value = answer.parameter().and_then(|parameter| parameter.value());
    value.map(str::to_owned).ok_or_else(|| PortError(format!("the parameter `{name}` has no value")))
}

/// Overwrites one SSM parameter. Its type is not named, so that a parameter that is there keeps its own.
pub(super) async fn set_parameter(aws: &Aws, name: &str, value: &str) -> Result<(), PortError> {
    let config = aws_sdk_ssm::config::Builder::from(&aws.sdk).interceptor(aws.meter.clone()).build();
    let call = aws_sdk_ssm::Client::from_conf(config).put_parameter().name(name).value(value).overwrite(true);
    let answer = call.send().await;
    answer.map(|_| ()).map_err(|error| PortError(format!("{} for `{name}`", words("ssm:PutParameter", &error))))
}
