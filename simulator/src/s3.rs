//! S3, path-style: the run record needs put, get, list and delete, with conditional writes.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::answer::{Answer, Refusal, escape};
use crate::calls::unknown;
use crate::request::Call;
use crate::world::World;

/// The maximum number of keys in one listing (ListObjectsV2, API reference).
const KEYS: usize = 1000;

/// Buckets and their objects.
pub(crate) type Buckets = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

fn etag(body: &[u8]) -> String {
    let sum = Sha256::digest(body);
    format!("\"{}\"", sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn precondition() -> Refusal {
    let words = "At least one of the pre-conditions you specified did not hold";
    Refusal::new(412, "PreconditionFailed", words)
}

pub(crate) fn work(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (bucket, key) = call.bucket_and_key();
    if call.action == "CreateBucket" {
        world.hub.buckets.entry(bucket).or_default();
        return Ok(Answer::xml(""));
    }
    let missing = || Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist");
    let objects = world.hub.buckets.get_mut(&bucket).ok_or_else(missing)?;
    let no_key = || Refusal::new(404, "NoSuchKey", "The specified key does not exist.");
    match call.action.as_str() {
        "PutObject" => {
            let is = objects.get(&key).map(|body| etag(body));
            if call.http.header("if-none-match") == "*" && is.is_some() {
                return Err(precondition());
            }
            let wanted = call.http.header("if-match");
            if !wanted.is_empty() && is.as_deref() != Some(wanted) {
                return Err(if is.is_none() { no_key() } else { precondition() });
            }
            let body = plain(call);
            let tag = etag(&body);
            objects.insert(key, body);
            Ok(Answer::xml("").with("ETag", tag))
        }
        "GetObject" | "HeadObject" => {
            let body = objects.get(&key).ok_or_else(no_key)?;
            Ok(Answer::of("application/octet-stream", body.clone()).with("ETag", etag(body)))
        }
        "DeleteObject" => {
            objects.remove(&key);
            Ok(Answer { status: 204, ..Answer::xml("") })
        }
        "ListObjectsV2" => Ok(list(call, &bucket, objects)),
        "HeadBucket" => Ok(Answer::xml("")),
        _ => Err(unknown(call)),
    }
}

/// The body without the frames of `aws-chunked`.
fn plain(call: &Call) -> Vec<u8> {
    let framed = call.http.header("content-encoding").contains("aws-chunked")
        || call.http.header("x-amz-content-sha256").starts_with("STREAMING-");
    if !framed {
        return call.http.body.clone();
    }
    let (mut rest, mut whole) = (&call.http.body[..], Vec::new());
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let head = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(head.split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        let from = end + 2;
        if size == 0 || from + size > rest.len() {
            break;
        }
        whole.extend_from_slice(&rest[from..from + size]);
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    whole
}

fn list(call: &Call, bucket: &str, objects: &BTreeMap<String, Vec<u8>>) -> Answer {
    let prefix = call.query("prefix").unwrap_or_default();
    let after = call.query("continuation-token").or_else(|| call.query("start-after")).unwrap_or_default();
    let most = call.query("max-keys").and_then(|n| n.parse().ok()).unwrap_or(KEYS).clamp(1, KEYS);
    let all: Vec<(&String, &Vec<u8>)> =
        objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after).take(most + 1).collect();
    let more = all.len() > most;
    let mut inner =
        format!("<Name>{bucket}</Name><KeyCount>{}</KeyCount><IsTruncated>{more}</IsTruncated>", all.len().min(most));
    if more {
        inner += &format!("<NextContinuationToken>{}</NextContinuationToken>", escape(all[most - 1].0));
    }
    for (key, body) in all.into_iter().take(most) {
        inner += &format!(
            "<Contents><Key>{}</Key><ETag>{}</ETag><Size>{}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>",
            escape(key),
            etag(body).replace('"', "&quot;"),
            body.len()
        );
    }
    Answer::xml(format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</ListBucketResult>"
    ))
}
