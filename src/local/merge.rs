//! Puts the parts of an inventory together, so that each instance counts once.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::config::UNKNOWN;
use crate::engine::kinds::database::join_clusters;
use crate::engine::model::{Instance, ResourceId, Target};
use crate::local::inventory::{InventoryInvalid, Recorded, Saw};
use crate::ports::FoundAccount;

/// The inventory that the parts are together, each with the name of its file. In one file the later entry of an
/// instance counts. Two files must have equal entries: nothing says which of them is newer.
pub(super) fn join(parts: Vec<(String, Recorded)>) -> Result<Recorded, InventoryInvalid> {
    // What the AWS CLI says of other kinds has no date, and is taken to be as old as the instances beside it.
    let dated = parts.iter().filter(|(_, part)| part.loose.is_empty() || !part.targets.is_empty());
    let taken: Option<Vec<_>> = dated.map(|(_, part)| part.taken_at).collect();
    let mut joining = Joining::default();
    joining.all.taken_at = taken.and_then(|all| all.into_iter().max());
    for (file, part) in parts {
        let Recorded { taken_at: _, notes, accounts, targets, loose, scalable, tasks } = part;
        joining.all.notes.extend(notes);
        joining.all.scalable.extend(scalable);
        joining.all.tasks.extend(tasks);
        joining.all.loose.extend(loose);
        accounts.into_values().for_each(|found| joining.account(found));
        targets.into_iter().for_each(|(target, saw)| joining.target(&file, target, saw));
    }
    joining.end()
}

/// An entry of an instance: its file, its id, and its place in the list of its target.
type Entry = (String, ResourceId, usize);

#[derive(Default)]
struct Joining {
    all: Recorded,
    /// The entries by the instance's own id.
    known: HashMap<Arc<str>, Vec<Entry>>,
    repeated: usize,
    conflicts: Vec<String>,
}

impl Joining {
    fn account(&mut self, found: FoundAccount) {
        let known = self.all.accounts.entry(found.account.id.clone()).or_insert_with(|| found.clone());
        let FoundAccount { account, inactive } = found;
        known.account.name = known.account.name.take().or(account.name);
        if known.account.units.is_none() {
            (known.account.units, known.account.unknown_units) = (account.units, account.unknown_units);
        }
        known.inactive = known.inactive.take().filter(|_| inactive.is_some());
    }

    fn target(&mut self, file: &str, target: Target, saw: Saw) {
        let own = self.all.targets.entry(target).or_default();
        own.lacks(saw.not_scanned);
        for (kind, answer) in saw.reported {
            let known = own.reported.entry(kind).or_insert_with(|| Ok(Vec::new()));
            match (&mut *known, answer) {
                (Ok(known), Ok(found)) => found.into_iter().for_each(|one| {
                    if !known.contains(&one) {
                        known.push(one);
                    }
                }),
                (Ok(_), Err(why)) => *known = Err(why),
                (Err(_), _) => {}
            }
        }
        for instance in saw.instances {
            let id = instance.id.clone();
            let entries = self.known.entry(id.name.clone()).or_default();
            let same = entries.iter().find(|(_, known, _)| *known == id && !id.name.is_empty());
            match same.and_then(|(first, _, at)| Some((first, own.instances.get_mut(*at)?))) {
                Some((first, earlier)) if first == file => *earlier = instance,
                Some((_, earlier)) if *earlier == instance => self.repeated += 1,
                Some((first, earlier)) => {
                    let differ = differences(earlier, &instance);
                    self.conflicts.push(twice(&id, first, file) + ", and its entries differ in " + &differ);
                }
                None => {
                    let unplaced = entries.iter().find(|(first, known, _)| first != file && may_be_one(known, &id));
                    self.conflicts.extend(unplaced.map(|(first, ..)| {
                        twice(&id, first, file) + ", and one of them does not say of which account and Region"
                    }));
                    entries.push((file.to_owned(), id, own.instances.len()));
                    own.instances.push(instance);
                }
            }
        }
    }

    fn end(self) -> Result<Recorded, InventoryInvalid> {
        let Self { mut all, known: _, repeated, conflicts } = self;
        if let Some(first) = conflicts.first() {
            let more =
                if conflicts.len() > 1 { format!(" ({} such instances)", conflicts.len()) } else { String::new() };
            return Err(InventoryInvalid::Twice(first.clone() + &more));
        }
        if repeated > 0 {
            all.notes
                .push(format!("instances in more than one file, with equal entries, each counted once: {repeated}"));
        }
        // Where one file could not list an account's Regions, another may have some of them.
        let known = |target: &Target| all.targets.keys().any(|other| target.covers(other) && target != other);
        let whole = all.targets.keys().filter(|target| target.is_whole_account() && known(target));
        for target in whole.cloned().collect::<Vec<_>>() {
            if let Some(why) = all.targets.remove(&target).and_then(|saw| saw.not_scanned) {
                all.missing(Target::new(target.account, UNKNOWN), why);
            }
        }
        for saw in all.targets.values_mut() {
            saw.instances = join_clusters(std::mem::take(&mut saw.instances));
        }
        Ok(all)
    }
}

fn twice(id: &ResourceId, first: &str, second: &str) -> String {
    format!("`{}` of {} is in `{first}` and in `{second}`", id.name, id.place)
}

/// Whether two ids of the same name may be of one instance, because an account or a Region is not known.
fn may_be_one(one: &ResourceId, other: &ResourceId) -> bool {
    let same = |one: &str, other: &str| one == other || one == UNKNOWN || other == UNKNOWN;
    let (a, b) = (&one.place, &other.place);
    !one.name.is_empty() && same(&a.account, &b.account) && same(&a.region, &b.region)
}

/// The fields in which two entries differ.
fn differences(one: &Instance, other: &Instance) -> String {
    let fields = |instance| serde_json::to_value(instance).unwrap_or(Value::Null);
    let (one, other) = (fields(one), fields(other));
    let keys = one.as_object().into_iter().chain(other.as_object()).flat_map(|fields| fields.keys());
    let mut differ: Vec<_> = keys.filter(|key| one.get(key) != other.get(key)).map(|key| format!("`{key}`")).collect();
    differ.sort();
    differ.dedup();
    differ.join(", ")
}
