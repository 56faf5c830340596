//! The message about the starts for an opening.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::config::{Links, Preferences};
use crate::engine::model::{Kind, Locale, Text};
use crate::engine::report::Row;
use crate::engine::report::morning::{Morning, Why};
use crate::render::catalogue::{Letter, letter};
use crate::render::edge::plain;

/// How many instances a message lists, unless its channel lists fewer.
const LISTED: usize = 30;

/// What was started and what was not, and what follows.
pub fn message(
    morning: &Morning<'_>,
    prefers: &Preferences,
    names: &BTreeMap<Arc<str>, String>,
    locale: Locale,
    links: Option<&Links>,
) -> Text {
    let locale = prefers.locale.unwrap_or(locale);
    let say = |words: Letter<'_>| plain(&letter(locale, words));
    let (started, of) = (morning.started(), morning.starts.len());
    let (opens, zone) = (morning.opens, prefers.zone.unwrap_or(morning.zone));
    let (account, name) = (&**morning.account, names.get(morning.account).map(String::as_str));
    let (without, at) = (morning.without_capacity(), opens);
    let mut lines = vec![say(Letter::Morning { account, name, started, of, without, at, zone })];
    let most = prefers.max_lines.unwrap_or(LISTED).min(LISTED);
    for (row, why) in morning.missing().take(most) {
        let (id, name, region) = (&*row.id.name, &*row.name, &*row.id.place.region);
        let (why, deferred) = match why {
            Why::Failed(why) => (why, false),
            Why::Deferred(cap) => (cap, true),
        };
        lines.push(format!("- {}", say(Letter::NotStarted { id, name, region, why, deferred })));
    }
    let missing = of - started;
    if missing > most {
        lines.push(format!("- {}", say(Letter::MoreNotStarted { count: missing - most })));
    }
    if missing > 0 {
        let has = |kind: Kind| morning.missing().any(|(row, _)| row.id.kind == kind);
        lines.push(say(Letter::Retried { databases: has(Kind::Database), services: has(Kind::Service) }));
    }
    let page = |row: &Row| (row.id.name.to_string(), links.and_then(|links| links.resource(&row.id)));
    Text::linking(lines.join("\n"), morning.missing().take(most).map(|(row, _)| page(row)))
}
