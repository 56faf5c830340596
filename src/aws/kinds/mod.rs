//! The kinds that are only reported: how each is listed.

mod addresses;
mod volumes;

use std::collections::BTreeMap;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::types::Tag;
use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};

use crate::aws::Aws;
use crate::aws::client::ec2;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{ReportOnly, Tags, Target};

/// Every resource of these kinds in `target`, or why a kind could not be listed. A kind that is refused leaves the
/// others alone.
pub(crate) async fn reported(
    aws: &Aws,
    target: &Target,
    credentials: Option<SharedCredentialsProvider>,
    kinds: &[ReportOnly],
) -> BTreeMap<ReportOnly, Result<Vec<Facts>, String>> {
    let client = ec2(aws, target, credentials);
    let mut found = BTreeMap::new();
    for kind in kinds {
        let listed = match kind {
            ReportOnly::Volume => volumes::list(&client).await,
            ReportOnly::Address => addresses::list(&client).await,
        };
        found.insert(*kind, listed);
    }
    found
}

/// The tags of an answer. A tag without a key is dropped.
fn tags(tags: &[Tag]) -> Tags {
    Tags::new(tags.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))))
}

/// An instant of an answer.
fn instant(time: Option<&SdkTime>) -> Option<DateTime<Utc>> {
    let time = time?;
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
}
