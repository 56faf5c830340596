//! Keeps instances, databases and services until a date: writes the `keep-until` tag with the rights of the person who asks, and reads it back. It
//! has no settings of a hub, and takes no other role.

use std::sync::Arc;

use thiserror::Error;

use crate::engine::config::Settings;
use crate::engine::model::{Instance, Kind, State, instances};
use crate::engine::request::Scope;
use crate::engine::tags::{KeepUntil, Keeping, Written};
use crate::ports::{Act, NotScanned, Scan};
use crate::run::survey::{Sweep, survey};
use crate::run::{Clock, Error as RunError};

/// What is asked for.
pub struct KeepOrder<'a> {
    /// The Regions.
    pub scope: &'a Scope,
    /// Settings for the own account.
    pub settings: &'a Settings,
    /// The resources, by id or by `Name` tag.
    pub wanted: &'a [String],
    /// Until when.
    pub until: KeepUntil,
    /// The tag's value.
    pub value: &'a str,
    /// The instant and the deadline.
    pub clock: Clock,
    /// Shows how far the scan is.
    pub progress: &'a dyn Fn(usize, usize),
}

/// Why nothing was done.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum KeepError {
    #[error(transparent)]
    Scan(#[from] RunError),
    #[error("{0}; nothing was written")]
    Wanted(String),
}

/// Finds the instances and what would be written. Writes nothing.
///
/// # Errors
/// [`KeepError`] where one of them is not found, or where a name is that of several.
pub async fn preview_keep(order: &KeepOrder<'_>, scanner: &impl Scan) -> Result<Vec<Keeping>, KeepError> {
    let KeepOrder { scope, settings, wanted, clock, progress, .. } = order;
    let how = Sweep { kinds: kinds(settings, wanted), ..Sweep::of(settings, scope, *clock, *progress) };
    let (mut all, scanned) = survey(scanner, how).await.map_err(RunError::from)?;
    all.retain(|one| !matches!(one.state, State::Terminated | State::ShuttingDown));
    let mut keepings: Vec<Keeping> = Vec::new();
    for wanted in *wanted {
        let found: Vec<&Instance> = match all.iter().find(|one| *one.id.name == **wanted) {
            Some(one) => vec![one],
            None => all.iter().filter(|one| one.name() == wanted).collect(),
        };
        let unlisted = scanned.unlisted.iter().filter(|one| one.kind == Kind::of(wanted)).count();
        let dark = scanned.unreachable.len() + unlisted;
        let one = match found.as_slice() {
            [one] if dark == 0 || *one.id.name == **wanted => *one,
            [_] => {
                let why = format!(
                    "`{wanted}` may be the name of several resources, because {dark} Regions could not be scanned; give its id"
                );
                return Err(KeepError::Wanted(why));
            }
            [] => return Err(KeepError::Wanted(not_found(wanted, dark))),
            several => return Err(KeepError::Wanted(ambiguous(wanted, several))),
        };
        if keepings.iter().all(|known| known.id != one.id) {
            let keeping = Keeping::of(one, &settings.tags, order.until, clock.at()).map_err(KeepError::Wanted)?;
            keepings.push(keeping);
        }
    }
    Ok(keepings)
}

/// The kinds besides instances to list: those of the settings, and those of the ids that are given.
fn kinds(settings: &Settings, wanted: &[String]) -> Vec<Kind> {
    let mut kinds = settings.listed_kinds();
    let named = wanted.iter().map(|id| Kind::of(id)).filter(|kind| *kind != Kind::Instance);
    for kind in named {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

fn not_found(wanted: &str, dark: usize) -> String {
    let dark = if dark == 0 { String::new() } else { format!("; {dark} Regions could not be scanned") };
    let what = match Kind::of(wanted) {
        Kind::Instance => "neither the id nor the `Name` tag of an instance",
        Kind::Database => "not the id of a database",
        Kind::Service => "not the id of a service",
    };
    format!("`{wanted}` is {what} in this account and these Regions{dark}")
}

fn ambiguous(wanted: &str, several: &[&Instance]) -> String {
    let each = several.iter().map(|one| format!("\n  {} in {}, {}", one.id.name, one.id.place, one.state));
    let are_instances = several.iter().all(|one| one.id.kind == Kind::Instance);
    let many = if are_instances { instances(several.len()) } else { format!("{} resources", several.len()) };
    format!("`{wanted}` is the name of {many}; give the id of one:{}", each.collect::<String>())
}

/// Writes the tags that a person has agreed to, and reads them back. One that fails does not affect the others. An instance
/// whose tag was changed since is left as it is.
pub async fn keep(
    order: &KeepOrder<'_>,
    scanner: &impl Scan,
    act: &impl Act,
    agreed: &[Keeping],
) -> Vec<(Keeping, Written)> {
    let mut ends = Vec::new();
    for one in agreed {
        let written = keep_one(order, scanner, act, one).await.unwrap_or_else(Written::Failed);
        ends.push((one.clone(), written));
    }
    ends
}

async fn keep_one(
    order: &KeepOrder<'_>,
    scanner: &impl Scan,
    act: &impl Act,
    one: &Keeping,
) -> Result<Written, String> {
    if tag(scanner, one).await? != one.before {
        return Err("somebody changed the tag meanwhile; look at it, and repeat the command".to_owned());
    }
    let ids = [Box::from(&*one.id.name)];
    act.tag(&one.id.place, &ids, &one.key, order.value).await.map_err(|error| error.to_string())?;
    Ok(match tag(scanner, one).await {
        Ok(Some(value)) if value == order.value => Written::Verified,
        Ok(other) => Written::Unverified(format!("the tag was read back as `{}`", other.unwrap_or_default())),
        Err(why) => Written::Unverified(why),
    })
}

/// The tag's value now.
async fn tag(scanner: &impl Scan, one: &Keeping) -> Result<Option<String>, String> {
    let (mut value, mut found) = (None, false);
    let ids = [Box::from(&*one.id.name)];
    let read = |instance: Instance| {
        found = true;
        value = instance.tags.get(&one.key).map(str::to_owned);
    };
    let place = Arc::clone(&one.id.place);
    match one.id.kind {
        Kind::Instance => scanner.instances(&place, Some(&ids), read).await.map_err(|error| match error {
            NotScanned::Unreachable(why) => why,
            NotScanned::Denied => "a policy of the organisation denies the Region".to_owned(),
        }),
        kind @ (Kind::Database | Kind::Service) => scanner.others(&place, kind, Some(&ids), read).await,
    }?;
    if found { Ok(value) } else { Err("it is not there any more".to_owned()) }
}
