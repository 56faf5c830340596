//! `[[policies]]`: which instances, which hours, and what happens outside them. The first match decides.

use std::sync::Arc;

use chrono::Duration;
use wildmatch::WildMatch;

use crate::engine::config::idle::{IdleDeed, by_policy};
use crate::engine::config::include::{Files, Names};
use crate::engine::config::matcher::{self, Match};
use crate::engine::config::reader::Section;
use crate::engine::config::schedules::Schedules;
use crate::engine::config::{NAME, check_name};
use crate::engine::model::{Kind, TagPattern, Tags, Tier, named};
use crate::engine::schedule::Schedule;

/// The minimum time between a stop and the next opening.
const MARGIN_MINUTES: i64 = 5;

/// One policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Unique; used in tags and reports.
    pub name: String,
    /// The second of the two places where acting is enabled; the first is `armed`.
    pub stage: Stage,
    /// The instances that it applies to.
    pub matcher: Match,
    /// When its instances may run.
    pub schedule: Arc<Schedule>,
    /// What happens to an instance that runs outside hours.
    pub outside: Outside,
    /// What happens at opening.
    pub at_opening: AtOpening,
    /// How long before the opening resources are started; `None` is the default of their kind.
    pub start_lead: Option<Duration>,
    /// How long after closing a new start protects the instance.
    pub overtime: Duration,
    /// How long any start protects the instance.
    pub min_uptime: Duration,
    /// What happens to an idle instance.
    pub idle: IdleDeed,
    /// The tiers of idle instances that may be stopped, up to this one.
    pub idle_tier: Tier,
    /// The number of business days between the notice to the owner of an idle instance and its stop.
    pub grace: u32,
    /// Whether it may stop instances whose owners were not notified.
    pub unannounced: bool,
    /// What happens to a database that AWS has started after seven days.
    pub maintenance: Maintenance,
}

named! {
    /// What happens to a database that AWS has started after seven days.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    enum Maintenance {
        /// It is stopped again.
        #[default]
        Stop = "stop",
        /// It runs through its next maintenance window, and is then stopped.
        Allow = "allow",
    }
}

named! {
    /// Whether a policy acts.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Stage {
        /// Only verdicts; nothing is stopped or started.
        Observe = "observe",
        /// Acts, if `armed` is set too.
        Enforce = "enforce",
    }
}

named! {
    /// What happens outside hours.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Outside {
        /// It is only reported.
        Report = "report",
        /// Stopped.
        Stop = "stop",
        /// It is hibernated, if that was enabled at launch; otherwise skipped.
        Hibernate = "hibernate",
    }
}

named! {
    /// What happens at opening.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum AtOpening {
        /// Nothing.
        Nothing = "nothing",
        /// Instances that the reaper stopped, and that are unchanged since, are started.
        StartReaped = "start-reaped",
        /// Instances that the reaper or others stopped before the opening are started, once for each opening.
        Start = "start",
    }
}

impl Policy {
    /// A tag that this policy would match if it were spelled like the pattern; and the pattern.
    pub fn nearly<'a>(&'a self, tags: &'a Tags) -> Option<(&'a TagPattern, (&'a str, &'a str))> {
        self.matcher.tags.iter().flatten().find_map(|pattern| Some((pattern, pattern.nearly(tags)?)))
    }

    /// How long before the opening resources of this kind are started. A database needs longer than an instance, and what
    /// runs on the instance needs the database.
    pub fn start_lead(&self, kind: Kind) -> Duration {
        self.start_lead.unwrap_or(match kind {
            Kind::Instance | Kind::Service => Duration::minutes(15),
            Kind::Database => Duration::minutes(30),
        })
    }

    /// The time before the opening in which a stop of a resource of this kind is no longer useful.
    pub fn margin(&self, kind: Kind) -> Duration {
        let least = Duration::minutes(MARGIN_MINUTES);
        match self.at_opening {
            AtOpening::Nothing => least,
            AtOpening::StartReaped | AtOpening::Start => least.max(self.start_lead(kind)),
        }
    }
}

/// Facts from other sections that policies need.
pub(crate) struct Given<'a> {
    pub(crate) schedules: &'a Schedules,
    /// Whether there is an `[idle]` section.
    pub(crate) measured: bool,
    /// Whether owners can be notified.
    pub(crate) can_notify: bool,
    /// Whether the accounts' names are known.
    pub(crate) named: bool,
}

pub(crate) fn read(files: &Files<'_>, given: &Given<'_>) -> Vec<Arc<Policy>> {
    let (mut policies, mut names) = (Vec::new(), Names::default());
    for (top, within) in files.limits() {
        for section in top.sections("policies") {
            let name = section.text_like("name", NAME);
            section.need("name", "a policy has no `name`", None);
            if let Some(word) = &name {
                check_name(&section, "policy", word);
                names.add(&section, word, "policies");
            }
            if let Some(policy) = one(&section, name.map_or("", |word| word.text), given, within.as_ref()) {
                check_reached(&section, &policy, &policies);
                policies.push(Arc::new(policy));
            }
            section.finish();
        }
    }
    policies
}

/// Warns about a policy that can match no instance.
fn check_reached(section: &Section<'_>, policy: &Policy, before: &[Arc<Policy>]) {
    let name = &policy.name;
    if policy.matcher.selects_nothing() {
        let message = format!("policy `{name}` has an empty list in `match`: it matches nothing");
        section.warn(section.place_of("match"), message, None);
    } else if let Some(first) = before.iter().find(|first| first.matcher.shadows(&policy.matcher)) {
        let message =
            format!("policy `{name}` is never reached: `{}` before it matches all that it matches", first.name);
        section.warn(section.place_of("match"), message, format!("move it before `{}`", first.name));
    }
}

fn one(section: &Section<'_>, name: &str, given: &Given<'_>, within: Option<&Vec<WildMatch>>) -> Option<Policy> {
    let stage = section.one_of("stage", Stage::ALL);
    let outside = section.one_of("outside", Outside::ALL);
    let at_opening = section.one_of("at-opening", AtOpening::ALL);
    let (start_lead, overtime) = (section.duration("start-lead"), section.duration("overtime"));
    let min_uptime = section.duration("min-uptime");
    let (idle, idle_tier, grace) = by_policy(section, given.measured);
    let unannounced = section.flag("unannounced").unwrap_or(false);
    let maintenance = section.one_of("maintenance", Maintenance::ALL);
    let matcher = matcher::read(section, name, given.named, within);
    let schedule = schedule(section, given.schedules);
    let stage = stage.unwrap_or(Stage::Observe);
    if stage == Stage::Enforce {
        check_enforced(section, unannounced || given.can_notify, matcher.as_ref());
    }
    check_kinds(section, outside, at_opening, matcher.as_ref());
    check_maintenance(section, maintenance, matcher.as_ref());
    Some(Policy {
        name: name.to_owned(),
        stage,
        matcher: matcher?,
        schedule: schedule?,
        outside: outside.unwrap_or(Outside::Report),
        at_opening: at_opening.unwrap_or(AtOpening::Nothing),
        start_lead,
        overtime: overtime.unwrap_or(Duration::hours(2)),
        min_uptime: min_uptime.unwrap_or(Duration::minutes(15)),
        idle,
        idle_tier,
        grace,
        unannounced,
        maintenance: maintenance.unwrap_or_default(),
    })
}

/// Only databases have a maintenance window.
fn check_maintenance(section: &Section<'_>, maintenance: Option<Maintenance>, matcher: Option<&Match>) {
    let has_none = matcher.is_some_and(|matcher| !matcher.kinds().contains(&Kind::Database));
    if maintenance == Some(Maintenance::Allow) && has_none {
        let hint = "remove it, or name `\"database\"` in `kinds`".to_owned();
        let message = "`maintenance` is for databases, and this policy is for none";
        section.complain(section.place_of("maintenance"), message, hint);
    }
}

fn check_enforced(section: &Section<'_>, notified: bool, matcher: Option<&Match>) {
    let place = section.place_of("stage");
    if !notified {
        let hint = "say in `[owners]` and `[channels]` how owners are notified first, or write `unannounced = true` if they have been notified in another way";
        section.complain(
            place.clone(),
            "a policy cannot be enforced without `unannounced = true` where no owner can be notified",
            hint.to_owned(),
        );
    }
    if matcher.is_some_and(Match::only_an_absence) {
        let hint = "add accounts, regions, types or tags to `match`, or write `stage = \"observe\"`".to_owned();
        section.complain(
            place,
            "the absence of a tag alone is never a reason to stop an instance, so this policy cannot be enforced",
            hint,
        );
    }
}

/// Checks what a policy for other kinds than instances cannot do.
fn check_kinds(
    section: &Section<'_>,
    outside: Option<Outside>,
    at_opening: Option<AtOpening>,
    matcher: Option<&Match>,
) {
    let named = |kind: &Kind| matcher.is_some_and(|matcher| matcher.kinds().contains(kind));
    for kind in Kind::NAMED.into_iter().filter(named) {
        let word = kind.as_str();
        if outside == Some(Outside::Hibernate) {
            let hint = format!("write `outside = \"stop\"`, or a policy of its own for {word}s");
            section.complain(section.place_of("outside"), format!("a {word} cannot be hibernated"), hint);
        }
        if at_opening == Some(AtOpening::Start) {
            let hint = "write `at-opening = \"start-reaped\"`, and a policy of its own for instances".to_owned();
            let message = format!("a {word} that others stopped is not started");
            section.complain(section.place_of("at-opening"), message, hint);
        }
    }
}

fn schedule(section: &Section<'_>, schedules: &Schedules) -> Option<Arc<Schedule>> {
    let hint = "write `schedule = \"…\"` with a name from `[schedules.…]`".to_owned();
    section.need("schedule", "the policy names no `schedule`", hint);
    let word = section.text("schedule")?;
    match schedules.get(word.text) {
        Some(schedule) => schedule.clone(),
        None => {
            let known: Vec<&str> = schedules.keys().map(String::as_str).collect();
            section.complain_unknown(&word, "a schedule of these settings", known);
            None
        }
    }
}
