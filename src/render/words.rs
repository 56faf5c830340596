//! Makes the words: what a verdict says to people. Short sentences, times in the schedule's zone.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::words::{Outside, Reopening, Spared, Unscoped, Verdict};

/// What a verdict says, in one line.
pub fn detail(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => self::outside(outside),
        Verdict::Start(reopening) => self::reopening(reopening),
        Verdict::Spare(spared) => self::spared(spared),
        Verdict::OutOfScope(Unscoped::NoPolicy) => "no policy matches".to_owned(),
        Verdict::OutOfScope(Unscoped::NotSelected) => "the request selects other policies".to_owned(),
        Verdict::OutOfScope(Unscoped::NotLookedAt) => "the settings do not look there".to_owned(),
    }
}

fn outside(outside: &Outside) -> String {
    let Outside { zone, closed_since, launch, opens, cpu } = outside;
    let closed =
        closed_since.map_or("closed for over a year".to_owned(), |since| format!("closed since {}", at(since, *zone)));
    let started = closed_since.is_none_or(|closed| *launch >= closed);
    let started = if started { format!(", started {}", at(*launch, *zone)) } else { String::new() };
    let opens = opens.map_or("never opens".to_owned(), |opens| format!("opens {}", at(opens, *zone)));
    let cpu = cpu.map_or(String::new(), |cpu| format!("; last hour at most {cpu:.1} % CPU"));
    format!("{closed}{started}; {opens}{cpu}")
}

fn reopening(reopening: &Reopening) -> String {
    let Reopening { zone, opens, stopped, run } = reopening;
    let opens = opens.map_or("open now".to_owned(), |opens| format!("opens {}", at(opens, *zone)));
    format!("{opens}; stopped by the reaper {} in run {run}", at(*stopped, *zone))
}

fn spared(spared: &Spared) -> String {
    match spared {
        Spared::Kept { key, value } if value.is_empty() => format!("tag `{key}`"),
        Spared::Kept { key, value } => format!("tag `{key}` = `{value}`"),
        Spared::KeptUntil { value, too_far: None } => format!("until `{value}`"),
        Spared::KeptUntil { value, too_far: Some(limit) } => {
            format!("until `{value}`, which is more than {limit} days ahead")
        }
        Spared::KeepUnreadable { value } => format!("`{value}` is no date; kept until somebody mends the tag"),
        Spared::NeverListed { by } => by.clone(),
        Spared::NotRunning { state, ours: true } => format!("{state} by the reaper"),
        Spared::NotRunning { state, ours: false } => state.to_string(),
        Spared::Incomplete { lacks } => format!("the answer lacks {lacks}"),
        Spared::AutoScalingMember { group } => format!("member of Auto Scaling group `{group}`"),
        Spared::KubernetesNode { tell } | Spared::ContainerHost { tell } | Spared::ManagedService { tell } => {
            tell.clone()
        }
        Spared::Spot { lifecycle } => format!("lifecycle `{lifecycle}`"),
        Spared::InstanceStore { tell } | Spared::NoSaving { tell } | Spared::Appliance { tell } => tell.clone(),
        Spared::ScheduleUnreadable { value, wrong } if value.is_empty() => wrong.clone(),
        Spared::ScheduleUnreadable { value, wrong } => format!("`{value}`: {wrong}"),
        Spared::CalendarExhausted { date } => format!("no holidays are known for {date}"),
        Spared::Frozen { range } => format!("frozen {range}"),
        Spared::WithinHours { schedule } => format!("schedule `{schedule}` is open"),
        Spared::Reopening { opens, zone } => format!("opens {}, too soon for a stop", at(*opens, *zone)),
        Spared::Overtime { age, respected } => {
            format!("started after closing, {} ago; respected for {}", span(*age), span(*respected))
        }
        Spared::Young { age, grace } => format!("started {} ago; left alone for {}", span(*age), span(*grace)),
        Spared::CannotHibernate => {
            "hibernation was not enabled at launch, and a plain stop loses its memory".to_owned()
        }
        Spared::Busy { cpu, limit } => format!("busy: {cpu:.1} % CPU within the last hour, limit {limit} %"),
        Spared::Unmeasured { gap } => format!("the last hour is unmeasured: {gap}"),
        Spared::RestartFight { stops } => {
            format!("stopped {stops} times since closing and started again each time; talk to its owner")
        }
    }
}

/// `Wed 2026-11-25 18:00 JST`
pub(super) fn at(instant: DateTime<Utc>, zone: Tz) -> String {
    instant.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z").to_string()
}

/// `2 h 05 min`
pub(super) fn span(duration: Duration) -> String {
    let minutes = duration.num_minutes();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}
