//! The calls of a scan: one question, one answer. What breaks is an answer, too.

use std::sync::Arc;

use tracing::warn;

use crate::engine::model::{Instance, Kind, Tags, Target};
use crate::ports::{NotScanned, PortError, Scan};
use crate::run::contained::contained;

/// A question to ask.
pub(crate) enum Task {
    Tags(Arc<str>),
    Regions(Arc<str>),
    Instances(Target),
}

/// An answer.
pub(crate) enum Answer {
    Tags(Arc<str>, Option<Tags>),
    Regions(Arc<str>, Result<Vec<Arc<str>>, NotScanned>),
    /// The resources of a target, whether all its instances are among them, and the kinds that are not, each with its
    /// cause.
    Instances(Target, Vec<Instance>, Result<(), NotScanned>, Vec<(Kind, String)>),
}

/// Which resources are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Only the resources with these names.
    pub(crate) only: Option<&'a [Box<str>]>,
    /// The kinds besides instances that are asked for. A kind that no policy names costs no call.
    pub(crate) kinds: &'a [Kind],
}

/// Asks the question.
pub(crate) async fn ask(port: &impl Scan, task: Task, wanted: Wanted<'_>) -> Answer {
    let Wanted { only, kinds } = wanted;
    match task {
        Task::Tags(account) => {
            let answer = contained("tags", &account, port.account_tags(&account)).await;
            let answer = answer.map_err(PortError).flatten();
            // Unknown tags are no reason to scan less: they make a policy's match unknown.
            let tags = answer.inspect_err(|why| warn!(%account, %why, "the account's tags are unknown")).ok();
            Answer::Tags(account, tags)
        }
        Task::Regions(account) => {
            let regions = contained("regions", &account, port.regions(&account)).await;
            Answer::Regions(account, regions.unwrap_or_else(|panic| Err(NotScanned::Unreachable(panic))))
        }
        Task::Instances(target) => {
            let mut instances = Vec::new();
            let scanned = port.instances(&target, only, |instance| instances.push(instance));
            let answer = contained("scan", &target.account, scanned).await;
            let answer = answer.unwrap_or_else(|panic| Err(NotScanned::Unreachable(panic)));
            let is_named = |kind: Kind| only.is_none_or(|only| only.iter().any(|name| Kind::of(name) == kind));
            let mut unlisted = Vec::new();
            // What closes a target to the first call closes it to the others.
            for kind in kinds.iter().copied().filter(|kind| answer.is_ok() && is_named(*kind)) {
                let scanned = port.others(&target, kind, only, |found| instances.push(found));
                let scanned = contained(kind.as_str(), &target.account, scanned).await.flatten();
                unlisted.extend(scanned.err().map(|cause| (kind, cause)));
            }
            // Pages may overlap while instances come and go. If two pages show the same instance, the later one counts.
            instances.reverse();
            instances.sort_by(|a: &Instance, b| a.id.cmp(&b.id));
            instances.dedup_by(|a, b| !a.id.name.is_empty() && a.id == b.id);
            Answer::Instances(target, instances, answer, unlisted)
        }
    }
}
