//! The calls of a scan: one question, one answer. What breaks is an answer, too.

use std::sync::Arc;

use tracing::warn;

use crate::engine::model::{Instance, Tags, Target};
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
    Instances(Target, Vec<Instance>, Result<(), NotScanned>),
}

/// Asks the question. With `only`, only the instances of these ids.
pub(crate) async fn ask(port: &impl Scan, task: Task, only: Option<&[Box<str>]>) -> Answer {
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
            let looked = port.instances(&target, only, |instance| instances.push(instance));
            let answer = contained("scan", &target.account, looked).await;
            let answer = answer.unwrap_or_else(|panic| Err(NotScanned::Unreachable(panic)));
            // Pages may overlap while instances come and go. If two pages show the same instance, the later one counts.
            instances.reverse();
            instances.sort_by(|a: &Instance, b| a.id.cmp(&b.id));
            instances.dedup_by(|a, b| !a.id.name.is_empty() && a.id == b.id);
            Answer::Instances(target, instances, answer)
        }
    }
}
