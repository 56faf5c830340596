//! A fleet of any size from a seed: accounts × Regions, most of them empty, and a mix of kinds.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::dice;
use crate::instance::Instance;
use crate::spec::{Fleet, Kind, entry};

/// The first account id of a fleet; the others follow it.
const FIRST: u64 = 300_000_000_000;

/// The ids of a fleet's accounts.
pub(crate) fn accounts(fleet: &Fleet) -> impl Iterator<Item = (String, String)> {
    (0..fleet.accounts).map(|n| (format!("fleet-{n:05}"), (FIRST + n as u64).to_string()))
}

/// Its instances, each with its account and Region.
pub(crate) fn instances(
    fleet: &Fleet,
    regions: &[Arc<str>],
    now: DateTime<Utc>,
) -> Result<Vec<(String, Arc<str>, Instance)>, String> {
    let models = models(&fleet.mix, now)?;
    let weights: u64 = models.iter().map(|(weight, _)| weight).sum();
    let places = places(fleet, regions);
    if fleet.instances > 0 && (weights == 0 || places.is_empty()) {
        return Err("a fleet with instances needs a `mix` with weights, accounts and Regions".to_owned());
    }
    let mut made = Vec::with_capacity(fleet.instances);
    for n in 0..fleet.instances {
        // One after another, so that every place that should have instances has some.
        let (account, region) = &places[n % places.len()];
        let number = dice::of(&[fleet.seed, n as u64]);
        let model = model(&models, number % weights);
        let mut instance = model.clone();
        instance.id =
            format!("i-{:017x}", (u128::from(number) << 4 | n as u128 & 0xf) & 0xf_ffff_ffff_ffff_ffff).into();
        instance.put_tag("Name", &format!("box-{n}"));
        made.push((account.clone(), region.clone(), instance));
    }
    Ok(made)
}

/// The account-Regions that have instances.
fn places(fleet: &Fleet, regions: &[Arc<str>]) -> Vec<(String, Arc<str>)> {
    let all = accounts(fleet).flat_map(|(_, id)| regions.iter().map(move |region| (id.clone(), region.clone())));
    let mut all: Vec<(u64, (String, Arc<str>))> =
        all.enumerate().map(|(n, place)| (dice::of(&[fleet.seed, 7, n as u64]), place)).collect();
    all.sort_by_key(|(number, _)| *number);
    let full = (all.len() as u64 * (100 - fleet.empty_percent.min(100))).div_ceil(100);
    all.into_iter().take(usize::try_from(full).unwrap_or(usize::MAX)).map(|(_, place)| place).collect()
}

fn models(mix: &[Kind], now: DateTime<Utc>) -> Result<Vec<(u64, Instance)>, String> {
    let mut models = Vec::new();
    for kind in mix {
        let mut model = Instance::new("".into(), None, now);
        model.change(&entry(&serde_json::Map::new(), &kind.fields)?)?;
        models.push((kind.weight, model));
    }
    Ok(models)
}

fn model(models: &[(u64, Instance)], mut at: u64) -> &Instance {
    for (weight, model) in models {
        if at < *weight {
            return model;
        }
        at -= weight;
    }
    &models[0].1
}
