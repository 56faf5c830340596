//! `schedule`: whether a schedule is open, and a calendar of the coming days.

use std::sync::Arc;

use chrono::{DateTime, Days, Utc};

use crate::app::verbs::{Show, instants};
use crate::app::{Args, End, Error, load};
use crate::engine::config::Settings;
use crate::engine::model::Locale;
use crate::engine::schedule::{Expr, Hours, Part, Schedule};
use crate::engine::trends::HeatMap;
use crate::render::{hours, html, state};

/// The most days of a page.
const MONTH: u16 = 31;

/// Shows a schedule.
pub(crate) async fn schedule(args: &Args, text: &str, policy: Option<&str>, days: u16) -> Result<End, Error> {
    let show = Show::page(args)?;
    let settings = load::command(args).await;
    let locale = settings.as_ref().map_or(args.locale.unwrap_or_default(), |settings| settings.run.locale);
    let schedule = find(settings, text, policy)?;
    let (_, at) = instants(args, &schedule.zones().collect::<Vec<_>>())?;
    if show.is_page() {
        show.html(page(&schedule, at, days, locale))?;
        return Ok(End::Done);
    }
    let json = || {
        let state = schedule.at(at);
        serde_json::json!({
            "schedule": schedule.name, "at": at, "zone": state.zone.name(), "open": state.open,
            "frozen": state.frozen.map(|range| range.to_string()), "exhausted": state.exhausted,
            "closed-since": state.closed_since, "opens": state.opens,
        })
    };
    show.lines_or(|| hours(&schedule, at, u64::from(days), locale), json, false)?;
    Ok(End::Done)
}

/// The page of the next `days`, at most a month of them.
fn page(schedule: &Arc<Schedule>, at: DateTime<Utc>, days: u16, locale: Locale) -> Result<String, html::NoPage> {
    let first = at.with_timezone(&schedule.zone()).date_naive();
    let last = first.checked_add_days(Days::new(u64::from(days.clamp(1, MONTH) - 1))).unwrap_or(first);
    let hours = HeatMap::open_hours(schedule.zone(), std::slice::from_ref(schedule), first, last);
    html::schedule(&schedule.name, &state(schedule, at, locale), &hours, locale)
}

/// Finds a name of the settings, or parses an expression. An expression that uses nothing from the settings works
/// without them.
fn find(settings: Result<Settings, Error>, text: &str, policy: Option<&str>) -> Result<Arc<Schedule>, Error> {
    if let Ok(found) = &settings
        && let Some(schedule) = found.schedules.get(text)
    {
        return Ok(schedule.clone());
    }
    let expr = match Expr::parse(text) {
        Ok(expr) => expr,
        Err(wrong) => {
            // It may be a name from settings that cannot be read. The settings' error is then returned.
            let known = settings?.schedules.into_keys().collect::<Vec<_>>().join(", ");
            return Err(Error::Usage(format!(
                "`{text}` is neither a schedule of the settings ({known}) nor an expression: {wrong}"
            )));
        }
    };
    let base = match policy {
        None => None,
        Some(policy) => Some(schedule_of(&settings?, policy)?),
    };
    let needs_zone = matches!(expr.hours, Hours::Windows(_));
    let first = base.as_ref().and_then(|base| base.parts.first());
    let (zone, calendar) = match (expr.zone, first) {
        (Some(zone), _) => (zone, None),
        (None, Some(part)) => (part.zone, part.calendar.clone()),
        (None, None) if needs_zone => {
            let why = format!(
                "`{text}` has no time zone; add ` @ Asia/Tokyo`, or `--policy` to take it from a policy's schedule"
            );
            return Err(Error::Usage(why));
        }
        (None, None) => (chrono_tz::Tz::UTC, None),
    };
    let parts = vec![Part { hours: expr.hours, zone, calendar }];
    Ok(Arc::new(Schedule { name: text.to_owned(), parts, also_frozen_by: Vec::new() }))
}

fn schedule_of(settings: &Settings, policy: &str) -> Result<Arc<Schedule>, Error> {
    let found = settings.policies.iter().find(|known| known.name == policy);
    found.map(|policy| policy.schedule.clone()).ok_or_else(|| {
        let known: Vec<_> = settings.policies.iter().map(|policy| policy.name.as_str()).collect();
        Error::Usage(format!("there is no policy `{policy}`; there are: {}", known.join(", ")))
    })
}
