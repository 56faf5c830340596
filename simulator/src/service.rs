//! One simulated ECS service with its scalable target. What scales it by itself follows the world's clock: alarms of
//! Application Auto Scaling, something else that fights, and deployments.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::service_fields::ServiceFields;

/// How long a deployment is in progress.
const DEPLOYS_FOR: Duration = Duration::minutes(5);

/// What Application Auto Scaling may do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScalableTarget {
    pub(crate) least: u32,
    pub(crate) most: u32,
    /// Scaling in, scaling out, scheduled scaling.
    pub(crate) suspended: [bool; 3],
}

/// The part that stale answers show as it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life {
    pub(crate) desired: u32,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) target: Option<ScalableTarget>,
    /// When the last deployment began.
    pub(crate) deployed: DateTime<Utc>,
}

/// Something that sets the count again after this time below it.
#[derive(Clone, Copy, Debug)]
struct Rival {
    count: u32,
    after: Duration,
}

/// A simulated service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    pub(crate) cluster: String,
    pub(crate) name: String,
    pub(crate) created: DateTime<Utc>,
    pub(crate) launch_type: Option<String>,
    pub(crate) providers: Vec<String>,
    pub(crate) strategy: String,
    pub(crate) managed_by: Option<String>,
    pub(crate) life: Life,
    /// Before its last change.
    before: Option<Life>,
    /// After how long below the minimum an alarm comes.
    alarm: Option<Duration>,
    rival: Option<Rival>,
    /// Since when it has this count and this scaling.
    since: DateTime<Utc>,
    /// What the infrastructure code says of it.
    declared: (u32, BTreeMap<String, String>),
    /// How often UpdateService set it to 0, and above 0; how often something else raised it.
    stops: u32,
    starts: u32,
    pub(crate) raised: u32,
}

/// As minutes of the world's clock; none for 0.
#[allow(clippy::cast_possible_truncation)]
fn minutes(count: f64) -> Option<Duration> {
    (count > 0.0).then(|| Duration::seconds((count.min(1e6) * 60.0) as i64))
}

impl Service {
    pub(crate) fn new(cluster: &str, name: &str, fields: &ServiceFields, now: DateTime<Utc>) -> Self {
        let created = fields.launch_time.unwrap_or(now);
        let mut made = Self {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
            created,
            launch_type: Some("FARGATE".to_owned()).filter(|_| fields.providers.is_none()),
            strategy: "REPLICA".to_owned(),
            since: created,
            ..Self::default()
        };
        (made.life.desired, made.life.deployed) = (1, created);
        made.change(fields, now);
        (made.before, made.declared) = (None, (made.life.desired, made.life.tags.clone()));
        made
    }

    /// Changes what `fields` names.
    pub(crate) fn change(&mut self, fields: &ServiceFields, now: DateTime<Utc>) {
        self.remember();
        if let Some((least, most)) = fields.scaling {
            let suspended = self.life.target.as_ref().map_or([false; 3], |target| target.suspended);
            self.life.target = Some(ScalableTarget { least, most, suspended });
        }
        if let Some((target, suspended)) = self.life.target.as_mut().zip(fields.suspended) {
            target.suspended = suspended;
        }
        for (key, value) in fields.tags.clone() {
            match value {
                Some(value) => self.life.tags.insert(key, value),
                None => self.life.tags.remove(&key),
            };
        }
        self.alarm = fields.alarm_minutes.map_or(self.alarm, minutes);
        if let Some(count) = fields.rival_desired {
            let after = fields.rival_minutes.and_then(minutes).unwrap_or(Duration::minutes(10));
            self.rival = Some(Rival { count, after }).filter(|_| count > 0);
        }
        self.launch_type = fields.launch_type.clone().or(self.launch_type.take());
        self.managed_by = fields.managed_by.clone().or(self.managed_by.take());
        self.providers = fields.providers.clone().unwrap_or(std::mem::take(&mut self.providers));
        self.strategy = fields.strategy.clone().unwrap_or(std::mem::take(&mut self.strategy));
        self.life.deployed = fields.deploys.unwrap_or(self.life.deployed);
        if let Some(desired) = fields.desired {
            (self.life.desired, self.since) = (desired, now);
        }
    }

    /// Keeps what stale answers show.
    pub(crate) fn remember(&mut self) {
        self.before = Some(self.life.clone());
    }

    /// As an answer shows it; a stale one shows it before its last change.
    pub(crate) fn shown(&self, past: bool) -> &Life {
        self.before.as_ref().filter(|_| past).unwrap_or(&self.life)
    }

    /// Whether a deployment is in progress.
    pub(crate) fn deploys(&self, now: DateTime<Utc>) -> bool {
        now < self.life.deployed + DEPLOYS_FOR
    }

    /// UpdateService with a desired count.
    pub(crate) fn scale(&mut self, desired: u32, now: DateTime<Utc>) {
        self.remember();
        (self.life.desired, self.since) = (desired, now);
        *(if desired == 0 { &mut self.stops } else { &mut self.starts }) += 1;
    }

    /// RegisterScalableTarget for a target that exists. An alarm that was suspended counts from here.
    pub(crate) fn suspend(&mut self, target: ScalableTarget, now: DateTime<Utc>) {
        self.remember();
        (self.life.target, self.since) = (Some(target), now);
    }

    /// When an alarm scales out to the minimum, and when something else sets the count again, if they do.
    fn raises(&self) -> Option<(DateTime<Utc>, u32)> {
        let target =
            self.life.target.as_ref().filter(|target| !target.suspended[1] && self.life.desired < target.least);
        let alarm = target.zip(self.alarm).map(|(target, after)| (self.since + after, target.least));
        let rival = self.rival.filter(|rival| self.life.desired < rival.count);
        alarm.into_iter().chain(rival.map(|rival| (self.since + rival.after, rival.count))).min()
    }

    /// Carries out everything that has happened by itself until `now`.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        while let Some((at, count)) = self.raises().filter(|(at, _)| *at <= now) {
            self.remember();
            (self.life.desired, self.since) = (count, at);
            self.raised += 1;
        }
    }

    /// An apply of infrastructure code that knows nothing of what was changed since: tags that it does not have go, and
    /// the desired count is what it says, unless that is ignored.
    pub(crate) fn declare(&mut self, ignores_desired: bool, now: DateTime<Utc>) {
        self.remember();
        let (desired, tags) = self.declared.clone();
        self.life.tags = tags;
        if !ignores_desired && self.life.desired != desired {
            (self.life.desired, self.since) = (desired, now);
            self.raised += 1;
        }
    }

    /// As the control API shows it.
    pub(crate) fn show(&self, account: &str, region: &str) -> Value {
        json!({
            "service": self.name, "cluster": self.cluster, "account": account, "region": region,
            "desired": self.life.desired, "tags": self.life.tags, "stops": self.stops, "starts": self.starts,
            "raised": self.raised, "suspended": self.life.target.as_ref().map(|target| target.suspended),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn made(fields: Value) -> Service {
        let fields = ServiceFields::read(&Map::new(), fields.as_object().unwrap()).unwrap();
        Service::new("shop", "web", &fields, at("2026-11-01T00:00:00Z"))
    }

    #[test]
    fn an_alarm_lifts_a_service_to_its_minimum_unless_scaling_out_is_suspended() {
        for (suspended, desired) in [([false; 3], 2), ([true, false, true], 2), ([false, true, false], 0)] {
            let mut one = made(json!({"desired": 3, "scaling": [2, 6], "suspended": suspended, "alarm-minutes": 10}));
            one.scale(0, at("2026-11-02T09:00:00Z"));
            one.advance(at("2026-11-02T09:09:59Z"));
            assert_eq!(one.life.desired, 0);
            one.advance(at("2026-11-02T10:00:00Z"));
            assert_eq!((one.life.desired, one.raised), (desired, u32::from(desired > 0)), "{suspended:?}");
        }
    }

    #[test]
    fn what_fights_sets_the_count_again_and_again_whatever_is_suspended() {
        let mut one =
            made(json!({"desired": 2, "scaling": [1, 4], "suspended": [true, true, true], "rival-desired": 2}));
        for hour in [9, 10] {
            one.scale(0, at(&format!("2026-11-02T{hour:02}:00:00Z")));
            one.advance(at(&format!("2026-11-02T{hour:02}:09:00Z")));
            assert_eq!(one.life.desired, 0);
            one.advance(at(&format!("2026-11-02T{hour:02}:10:00Z")));
            assert_eq!(one.life.desired, 2);
        }
        assert_eq!((one.stops, one.raised), (2, 2));
    }
}
