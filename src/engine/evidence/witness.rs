//! Instances that earlier runs found active, from the record. Such an instance cannot be idle until a whole window has
//! passed, and need not be measured until then.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::Idle;
use crate::engine::evidence::Idleness;
use crate::engine::evidence::idle::{BURST, CONNECTIONS, Sign};
use crate::engine::model::{ByResource, Instance, ResourceId, json_lines, sane, settle};

/// The key in the record.
pub const FILE: &str = "state/witness.jsonl";

/// One instance that was found active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sighting {
    /// Which instance.
    #[serde(flatten)]
    pub id: ResourceId,
    /// Its launch time at that moment.
    #[serde(deserialize_with = "sane")]
    pub launch: DateTime<Utc>,
    /// When it was active.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The evidence: a name from [`Sign::as_str`].
    pub what: String,
}

impl Sighting {
    /// The sighting in an answer, if there is one.
    pub fn of(instance: &Instance, idleness: &Idleness) -> Option<Self> {
        let Idleness::Active(sign) = idleness else { return None };
        if matches!(sign, Sign::Witnessed { .. }) {
            return None; // it is in the record already
        }
        let (launch, at) = (instance.launch?, sign.at()?);
        Some(Self { id: instance.id.clone(), launch, at, what: sign.as_str().to_owned() })
    }

    /// Before this instant the instance cannot be idle. A burst, or a connection to a database, protects for the veto window, but only until a person
    /// starts the instance. Then the windows begin again, and only the shorter one is certain.
    fn until(&self, launch: Option<DateTime<Utc>>, settings: &Idle) -> DateTime<Utc> {
        let is_long = [BURST, CONNECTIONS].contains(&&*self.what);
        let long = is_long && launch == Some(self.launch);
        self.at + if long { settings.veto } else { settings.decision }
    }
}

/// All sightings, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness(ByResource<Sighting>);

impl Witness {
    /// Reads the file. A line that cannot be read is ignored, so its instance is measured.
    pub fn parse(text: &str) -> Self {
        let mut sightings: Vec<Sighting> = json_lines::readable(text).collect();
        settle(sightings.iter_mut().map(|sighting| &mut sighting.id));
        let mut witness = Self::default();
        sightings.into_iter().for_each(|sighting| witness.add(sighting));
        witness
    }

    fn add(&mut self, sighting: Sighting) {
        let known = self.0.get(&sighting.id);
        if known.is_none_or(|known| known.at <= sighting.at) {
            self.0.insert(sighting.id.clone(), sighting);
        }
    }

    /// The answer about an instance that cannot be idle yet. Entries in the future are ignored: the reaper did not
    /// write them.
    pub fn speaks(&self, instance: &Instance, settings: &Idle, now: DateTime<Utc>) -> Option<Idleness> {
        let sighting = self.0.get(&instance.id)?;
        let holds = sighting.at <= now && now < sighting.until(instance.launch, settings);
        holds.then(|| Idleness::Active(Sign::Witnessed { at: sighting.at, what: sighting.what.clone() }))
    }

    /// The file after a run: sightings that are still valid, and new ones.
    pub fn after(&self, sightings: &[Sighting], settings: &Idle, now: DateTime<Utc>) -> String {
        let mut all = Self::default();
        let kept = self.0.values().filter(|old| old.at <= now);
        for sighting in kept.chain(sightings).filter(|one| now < one.until(Some(one.launch), settings)) {
            all.add(sighting.clone());
        }
        json_lines::text(all.0.values())
    }
}
