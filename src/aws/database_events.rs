//! When databases were started and stopped: DescribeEvents, which has the last 14 days. Its answer has no ids of events, so
//! they are recognised by their text ("Amazon RDS event categories and event messages" in AWS's user guide): RDS-EVENT-0088 and
//! 0151 "started", 0087 and 0150 "stopped", 0154 and 0153 "being started due to it exceeding the maximum allowed time being
//! stopped".

use std::sync::Arc;

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{Event, SourceType};
use chrono::DateTime;

use crate::aws::client::Access;
use crate::aws::{all, listed, words};
use crate::engine::model::{DatabaseEvent, Happened, ResourceId, Target};

const OPERATION: &str = "rds:DescribeEvents";

/// The longest time for which RDS keeps events, in minutes: 14 days.
const MINUTES: i32 = 20_160;

/// The maximum number of entries on a page.
const PAGE: i32 = 100;

/// AWS starts what was stopped for seven days. Shorter than the whole sentence, for the words around it differ.
const SEVENTH_DAY: &str = "exceeding the maximum allowed time being stopped";

/// Every start and stop.
///
/// # Errors
/// Why they are unknown. A part of them is not returned.
pub(crate) async fn list(access: &Access<'_>) -> Result<Vec<DatabaseEvent>, String> {
    let (client, place) = (access.client::<Client>(), Arc::new(access.target.clone()));
    let page = async |token| {
        let call = client.describe_events().duration(MINUTES).event_categories("notification");
        let page = call.max_records(PAGE).set_marker(token).send().await.map_err(|error| words(OPERATION, &error))?;
        Ok((listed(OPERATION, page.events)?, page.marker))
    };
    Ok(all(OPERATION, page).await?.iter().filter_map(|raw| event(&place, raw)).collect())
}

/// What an event says of a start or a stop; `None` for every other one.
fn event(place: &Arc<Target>, raw: &Event) -> Option<DatabaseEvent> {
    let name = raw.source_identifier()?;
    let id = match raw.source_type()? {
        SourceType::DbInstance => ResourceId::db_instance(place.clone(), name),
        SourceType::DbCluster => ResourceId::db_cluster(place.clone(), name),
        _ => return None,
    };
    let at = DateTime::from_timestamp(raw.date()?.secs(), 0)?;
    let text = raw.message()?.trim_end_matches('.').to_ascii_lowercase();
    let what = match text.rsplit(' ').next() {
        _ if text.contains(SEVENTH_DAY) => Happened::StartedByAws,
        Some("started") => Happened::Started,
        Some("stopped") => Happened::Stopped,
        Some(_) | None => return None,
    };
    Some(DatabaseEvent { id, at, what })
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime as SdkTime;

    use super::*;

    fn what(text: &str) -> Option<Happened> {
        let raw = Event::builder().source_identifier("orders").source_type(SourceType::DbCluster).message(text);
        let raw = raw.date(SdkTime::from_secs(1_000_000)).build();
        event(&Arc::new(Target::new("111111111111", "eu-west-1")), &raw).map(|event| event.what)
    }

    #[test]
    fn starts_and_stops_are_told_by_their_text() {
        let seventh = "DB cluster is being started due to it exceeding the maximum allowed time being stopped.";
        assert_eq!(what(seventh), Some(Happened::StartedByAws));
        assert_eq!(what("DB instance started"), Some(Happened::Started));
        assert_eq!(what("DB cluster stopped."), Some(Happened::Stopped));
        assert_eq!(what("DB instance restarted"), None);
        assert_eq!(what("Finished moving DB instance"), None);
    }
}
