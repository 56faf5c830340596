//! Every volume of a target: DescribeVolumes.

use aws_sdk_ec2::types::Volume as Raw;

use crate::aws::answers::{filled as text, instant};
use crate::aws::kinds::tags;
use crate::aws::{all, listed, words};
use crate::engine::kinds::reported::Facts;
use crate::engine::kinds::volume::Volume;

const OPERATION: &str = "ec2:DescribeVolumes";

/// The maximum number of volumes on a page.
const PAGE: i32 = 1000;

/// Every volume. A volume that is in use is among them: its instance may be stopped.
pub(super) async fn list(client: &aws_sdk_ec2::Client) -> Result<Vec<Facts>, String> {
    let page = async |token| {
        let page = client.describe_volumes().max_results(PAGE).set_next_token(token).send().await;
        let page = page.map_err(|error| words(OPERATION, &error))?;
        let found = listed(OPERATION, page.volumes.as_deref())?.iter().map(|raw| Facts::Volume(volume(raw)));
        Ok((found.collect::<Vec<_>>(), page.next_token))
    };
    all(OPERATION, page).await
}

fn volume(raw: &Raw) -> Volume {
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let managed = raw.operator().filter(|operator| operator.managed() == Some(true));
    Volume {
        id: raw.volume_id().unwrap_or_default().into(),
        kind: raw.volume_type().map(|kind| kind.as_str().into()),
        size: count(raw.size()),
        iops: count(raw.iops()),
        throughput: count(raw.throughput()),
        state: raw.state().map(|state| state.as_str().into()),
        zone: text(raw.availability_zone()),
        created: instant(raw.create_time()),
        attached: raw.attachments().iter().map(|one| text(one.instance_id())).collect(),
        operator: managed.map(|operator| operator.principal().unwrap_or_default().into()),
        on_outpost: raw.outpost_arn().is_some_and(|arn| !arn.is_empty()),
        tags: tags(raw.tags()),
    }
}
