//! Files in S3, and settings from S3 or a parameter.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::ResponseChecksumValidation;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::aws::endpoints::endpoint;
use crate::aws::errors::CallError;
use crate::aws::{Aws, words};
use crate::engine::model::is_sane;
use crate::local::packed;
use crate::ports::{Entry, PortError, chain};

/// Files of one folder that are read in parallel. Nine days of outcomes, one file per run every 10 minutes, are 1,296
/// reads. At 50 ms each, this takes 65 s one after another, and 4 s in parallel.
const READS: usize = 16;

/// The object to request when only the date of the answer is needed: the lock, which the role may read.
const CLOCK: &str = "acting.lock";

/// An object that is never written, and a version that it cannot have, for the doctor's conditional write.
const NEVER: &str = "doctor";
const NO_VERSION: &str = "\"00000000000000000000000000000000\"";

/// Keeps the date header of an answer.
#[derive(Clone, Debug, Default)]
struct Dated(Arc<Mutex<Option<String>>>);

#[dyn_dispatch_hint]
impl Intercept for Dated {
    fn name(&self) -> &'static str {
        "Dated"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

/// A bucket and a prefix.
pub(crate) struct Bucket {
    client: Client,
    bucket: String,
    prefix: String,
}

impl Bucket {
    pub(crate) fn new(aws: &Aws, bucket: &str, prefix: &str) -> Self {
        Self { client: client(aws), bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    fn key(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) }
    }

    fn place(&self, key: &str) -> String {
        format!("s3://{}/{}", self.bucket, self.key(key))
    }

    pub(crate) async fn write(&self, key: &str, bytes: Vec<u8>) -> Result<String, PortError> {
        let body = ByteStream::from(bytes);
        let call = self.client.put_object().bucket(&self.bucket).key(self.key(key)).content_type(kind(key)).body(body);
        call.send().await.map_err(|error| failed("s3:PutObject", &error, &self.place(key)))?;
        Ok(self.place(key))
    }

    /// The time by S3's own clock. S3 dates every answer, even that an object does not exist.
    pub(crate) async fn now(&self) -> Option<DateTime<Utc>> {
        let dated = Dated::default();
        let call = self.client.get_object().bucket(&self.bucket).key(self.key(CLOCK)).customize();
        let _ = call.interceptor(dated.clone()).send().await; // only the header of the answer is needed
        let at = dated.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        DateTime::parse_from_rfc2822(&at).ok().map(|at| at.to_utc()).filter(|at| is_sane(*at))
    }

    /// Creates `key`, or returns the text that it already has.
    pub(crate) async fn create(&self, key: &str, text: &str) -> Result<Option<String>, PortError> {
        let body = ByteStream::from(text.as_bytes().to_vec());
        let call = self.client.put_object().bucket(&self.bucket).key(self.key(key)).if_none_match("*").body(body);
        let Err(error) = call.send().await else { return Ok(None) };
        let status = error.raw_response().map(|response| response.status().as_u16());
        // 412: it already exists. 409: another run is creating it at this moment.
        if !matches!(status, Some(412 | 409)) {
            return Err(failed("s3:PutObject", &error, &self.place(key)));
        }
        self.read(&self.key(key)).await.map(Some)
    }

    /// Replaces `key` if it still contains `old`. Returns whether it did.
    pub(crate) async fn swap(&self, key: &str, old: &str, new: &str) -> Result<bool, PortError> {
        let key = self.key(key);
        let place = format!("s3://{}/{key}", self.bucket);
        let found = self.client.get_object().bucket(&self.bucket).key(&key).send().await;
        let found = found.map_err(|error| failed("s3:GetObject", &error, &place))?;
        let Some(tag) = found.e_tag().map(str::to_owned) else { return Ok(false) };
        // As it was read: bytes that are no text would else never equal any text, and the object could not be replaced.
        if packed::text(bytes_of(found.body, &place).await?) != old {
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
        Err(failed("s3:PutObject", &error, &place))
    }

    /// Whether an object can be read, listed and written. The write is conditional on a version of an object that never
    /// exists, so S3 refuses it after it has checked the permission, and nothing is written.
    pub(crate) async fn check(&self) -> Result<(), PortError> {
        self.find(CLOCK).await?;
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(self.key("")).max_keys(1);
        list.send().await.map_err(|error| failed("s3:ListObjectsV2", &error, &self.place("")))?;
        let call = self.client.put_object().bucket(&self.bucket).key(self.key(NEVER)).if_match(NO_VERSION);
        let place = self.place(NEVER);
        let Err(error) = call.body(ByteStream::from_static(b"")).send().await else {
            let why =
                "which S3 should have refused by its `If-Match`: without conditional writes two runs may act at once";
            return Err(PortError(format!("`s3:PutObject` wrote `{place}`, {why}; keep the record in Amazon S3")));
        };
        let status = error.raw_response().map(|response| response.status().as_u16());
        let refused = matches!(status, Some(412 | 409 | 404)) && error.code() != Some("NoSuchBucket");
        if refused { Ok(()) } else { Err(failed("s3:PutObject", &error, &place)) }
    }

    pub(crate) async fn remove(&self, key: &str) -> Result<(), PortError> {
        let call = self.client.delete_object().bucket(&self.bucket).key(self.key(key));
        call.send().await.map(|_| ()).map_err(|error| failed("s3:DeleteObject", &error, &self.place(key)))
    }

    /// The text of one object, by its key under the prefix; `None` where it does not exist.
    pub(crate) async fn find(&self, key: &str) -> Result<Option<String>, PortError> {
        let key = self.key(key);
        let place = format!("s3://{}/{key}", self.bucket);
        match self.client.get_object().bucket(&self.bucket).key(&key).send().await {
            Ok(answer) => Ok(Some(packed::text(bytes_of(answer.body, &place).await?))),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(failed("s3:GetObject", &error, &place)),
        }
    }

    /// The paths of the objects in `folder`, from `from` on, with their entity tags.
    pub(crate) async fn versions(&self, folder: &str, from: &str) -> Result<Vec<(String, String)>, PortError> {
        let mut found = Vec::new();
        let prefix = format!("{}/", self.key(folder));
        let call =
            self.client.list_objects_v2().bucket(&self.bucket).start_after(format!("{prefix}{from}")).prefix(&prefix);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("s3:ListObjectsV2", &error, &self.place(folder)))?;
            found.extend(page.contents().iter().filter_map(|object| {
                let beneath = object.key()?.strip_prefix(&prefix)?;
                Some((beneath.to_owned(), object.e_tag().unwrap_or_default().to_owned()))
            }));
        }
        Ok(found)
    }

    pub(crate) async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        let found = self.versions(folder, from).await?;
        let reads = found.into_iter().map(|(path, _)| async move {
            let text = self.read(&self.key(&format!("{folder}/{path}"))).await;
            (path, text)
        });
        let mut reads = std::pin::pin!(stream::iter(reads).buffered(READS));
        let mut entries = Vec::new();
        while let Some((path, text)) = reads.next().await {
            entries.push((path, text?));
        }
        Ok(entries)
    }

    /// The text of one object, by its whole key.
    async fn read(&self, key: &str) -> Result<String, PortError> {
        read(&self.client, &self.bucket, key).await.map(packed::text)
    }
}

fn client(aws: &Aws) -> Client {
    let config = aws_sdk_s3::config::Builder::from(&aws.sdk).interceptor(aws.meter.clone());
    // A simulated S3 on a loopback address has no host names for its buckets.
    let path_style = endpoint(&aws.sdk, "S3").is_some();
    // Half of a JSON-lines file is still a valid file, and half of the settings may be valid settings. So S3 sends the
    // checksum that an object was stored with, even if the environment disables it.
    let checked = config.response_checksum_validation(ResponseChecksumValidation::WhenSupported);
    Client::from_conf(checked.force_path_style(path_style).build())
}

async fn read(client: &Client, bucket: &str, key: &str) -> Result<Vec<u8>, PortError> {
    let place = format!("s3://{bucket}/{key}");
    let answer = client.get_object().bucket(bucket).key(key).send().await;
    let answer = answer.map_err(|error| failed("s3:GetObject", &error, &place))?;
    bytes_of(answer.body, &place).await
}

/// The error of a call for one object or parameter.
fn failed<E: CallError>(operation: &str, error: &SdkError<E, HttpResponse>, place: &str) -> PortError {
    PortError(format!("{} for `{place}`", words(operation, error)))
}

async fn bytes_of(body: ByteStream, place: &str) -> Result<Vec<u8>, PortError> {
    let bytes = body.collect().await;
    let bytes = bytes.map_err(|error| PortError(format!("`{place}` broke off: {}", chain(&error, ": "))))?;
    Ok(bytes.to_vec())
}

/// The type of a file. A compressed one has no `Content-Encoding`: with it, some clients unpack a file that they have
/// been asked to copy, and keep its name.
fn kind(key: &str) -> &'static str {
    if key.ends_with(packed::ENDING) {
        "application/gzip"
    } else if key.ends_with(".json") {
        "application/json"
    } else if key.ends_with(".html") {
        "text/html; charset=utf-8"
    } else {
        "application/x-ndjson"
    }
}

/// Settings from `s3://bucket/key` or `ssm:/name`.
///
/// # Errors
/// [`PortError`] when they do not exist or may not be read.
pub async fn fetch_settings(aws: &Aws, source: &str) -> Result<String, PortError> {
    if let Some(name) = source.strip_prefix("ssm:") {
        return parameter(aws, name).await;
    }
    let rest = source.strip_prefix("s3://").unwrap_or(source);
    let (bucket, key) = rest
        .split_once('/')
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        .ok_or_else(|| PortError(format!("`{source}` names no object; write `s3://bucket/reaper.toml`")))?;
    let bytes = read(&client(aws), bucket, key).await?;
    // Damaged settings may be valid settings, with another meaning.
    String::from_utf8(bytes).map_err(|_| PortError(format!("`{source}` is not text in UTF-8")))
}

/// The value of one SSM parameter.
pub(crate) async fn parameter(aws: &Aws, name: &str) -> Result<String, PortError> {
    let client: aws_sdk_ssm::Client = aws.client(None);
    let answer = client.get_parameter().name(name).with_decryption(true).send().await;
    let answer = answer.map_err(|error| failed("ssm:GetParameter", &error, name))?;
    let value = answer.parameter().and_then(|parameter| parameter.value());
    value.map(str::to_owned).ok_or_else(|| PortError(format!("the parameter `{name}` has no value")))
}

/// Overwrites one SSM parameter. The call gives no type, so an existing parameter keeps its own.
pub(crate) async fn set_parameter(aws: &Aws, name: &str, value: &str) -> Result<(), PortError> {
    let client: aws_sdk_ssm::Client = aws.client(None);
    let call = client.put_parameter().name(name).value(value).overwrite(true);
    call.send().await.map(|_| ()).map_err(|error| failed("ssm:PutParameter", &error, name))
}
