//! The last hour of instances and databases, and who is logged in on them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::aws::{AwsReader, logins, metrics};
use crate::engine::config::Busy;
use crate::engine::evidence::last_hour::Recent;
use crate::engine::model::Target;
use crate::engine::rules::Activity;

impl AwsReader<'_> {
    /// The last hour of these instances and databases.
    pub(super) async fn last_hour(
        &self,
        target: &Target,
        asked: &[Recent],
        now: DateTime<Utc>,
    ) -> HashMap<Box<str>, Activity> {
        if asked.is_empty() {
            return HashMap::new();
        }
        let access = match self.access(target).await {
            Ok(access) => access,
            Err(why) => return asked.iter().map(|one| (one.id.clone(), Activity::Gap(why.clone()))).collect(),
        };
        let (databases, asked): (Vec<Recent>, Vec<Recent>) = asked.iter().cloned().partition(Recent::is_database);
        let mut answer = HashMap::new();
        let logged_in = match self.settings.busy {
            Some(Busy { sessions: true, .. }) if !asked.is_empty() => match logins::active(&access.client()).await {
                Ok(found) => found,
                Err(why) => {
                    let unknown = |one: &Recent| (one.id.clone(), Activity::SessionsUnknown(why.clone()));
                    answer.extend(asked.iter().map(unknown));
                    HashMap::new()
                }
            },
            Some(_) | None => HashMap::new(),
        };
        let (free, used): (Vec<Recent>, _) = asked.into_iter().partition(|one| !logged_in.contains_key(&one.id));
        let free: Vec<Recent> = free.into_iter().filter(|one| !answer.contains_key(&one.id)).chain(databases).collect();
        // An instance that is busy by the rule for hours must also be busy by the rule for idleness.
        let busy = self.settings.busy.unwrap_or_default();
        let idle = self.settings.idle.as_ref().map_or(0.0, |idle| idle.cpu_max_percent);
        let limits = Busy { cpu_percent: busy.cpu_percent.max(idle), ..busy };
        answer.extend(metrics::last_hour(&access.client(), &self.aws.meter, &free, &limits, now).await);
        let sessions = |one: Recent| Some((one.id.clone(), Activity::LoggedIn(*logged_in.get(&one.id)?)));
        answer.extend(used.into_iter().filter_map(sessions));
        answer
    }
}
