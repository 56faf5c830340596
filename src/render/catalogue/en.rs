//! English. Short sentences, lowercase where they stand in a line, times in the schedule's zone.

use std::fmt::{self, Write as _};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::engine::evidence::idle::{Idleness, Ineligible, Missing};
use crate::engine::model::{
    Action, Forgotten, Gauge, IdleFacts, Lacks, Listed, Marker, NotArmed, Outside, Quiet, Reason, Reopening, Skipped,
    UnknownFact, Unscoped, Verdict, WhyReportOnly, WhyReported,
};
use crate::engine::model::{Tier, instances};
use crate::engine::rules::case::Activity;
use crate::engine::rules::inputs::{FoundTag, Inputs};
use crate::engine::undo::{Finding, WhyNot};
use crate::render::catalogue::{Effect, Figure, Label, Sentence, Voice};

pub(crate) struct English;

/// `Wed 2026-11-25 18:00 JST`
pub(crate) struct At(pub(crate) DateTime<Utc>, pub(crate) Tz);

/// `2 h 05 min`
struct Span(Duration);

impl Voice for English {
    fn label(&self, label: Label) -> &'static str {
        match label {
            Label::Account => "account",
            Label::Action => "action",
            Label::Age => "age",
            Label::ByAccount => "By account",
            Label::Cause => "cause",
            Label::ClosedByCalendar => "closed by the calendar",
            Label::ClauseBreak => "; ",
            Label::Count => "count",
            Label::DayUnknown => "no holidays known",
            Label::ForExample => "for example",
            Label::HowToKeep => "To keep it from happening again, tag the instance with one of these:",
            Label::Instance => "instance",
            Label::Kept => "kept",
            Label::Launched => "launched",
            Label::Skipped => "skipped",
            Label::LegendOfRules => {
                "=> decides; + would decide the same or otherwise if nothing above did; - would not decide"
            }
            Label::LegendOfSchedule => {
                "# open, . closed, / part of the half hour, ' ' no such time (clocks go forward)"
            }
            Label::LeftAloneForGood => "any value: left alone for good",
            Label::LeftAloneUntil => "left alone until then",
            Label::ListBreak => ", ",
            Label::Name => "name",
            Label::NeverOpens => "does not open within the next 400 days",
            Label::NoRuns => "The record tells of no run in that time.",
            Label::NothingOutsideHours => "Nothing runs outside its hours.",
            Label::NothingScannedOutsideHours => "In the targets that were scanned, nothing runs outside its hours.",
            Label::NothingToUndo => "There is nothing to undo.",
            Label::OtherHours => "other hours: an expression, or a schedule of the settings",
            Label::Outcome => "outcome",
            Label::OutcomeUnknown => "unknown: the run left no report",
            Label::OutsideHours => "outside hours",
            Label::Owner => "owner",
            Label::Policy => "policy",
            Label::Reason => "reason",
            Label::Region => "region",
            Label::Remark => "remark",
            Label::Run => "run",
            Label::RowOutcome => "outcome  ",
            Label::RowRun => "run      ",
            Label::RowStep => "step     ",
            Label::RowVerdict => "verdict  ",
            Label::Running => "running",
            Label::Found => "found",
            Label::SomebodyShouldLook => "Skipped, and a person must act",
            Label::State => "state",
            Label::TitleInstances => "Instances",
            Label::TitleNotSeen => "Not scanned",
            Label::TitleRemarks => "Worth knowing",
            Label::TitleSkipped => "Skipped",
            Label::Type => "type",
            Label::UsdMonth => "USD/month",
            Label::Verdict => "verdict",
            Label::WhatHappened => "what happened",
            Label::WhatIsWrong => "what is wrong",
            Label::WhatWasDone => "What was done",
            Label::Why => "why",
        }
    }

    fn meaning(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Kept => "its team keeps it",
            Reason::KeptUntil => "its team keeps it for some time yet",
            Reason::KeepUnreadable => "its team wants to keep it, in words that cannot be read",
            Reason::TagUnknown => "a tag of its team has a mistyped key",
            Reason::NeverListed => "the settings say that it is never touched",
            Reason::NotInScope => "the settings leave its account or Region out",
            Reason::NoPolicy => "no policy speaks of it",
            Reason::NotSelected => "the request is about others",
            Reason::OtherHub => "another hub of the reaper has written its tag on it",
            Reason::NotRunning => "only what runs can be stopped",
            Reason::MatchUnknown => "whether an earlier policy matches it is unknown",
            Reason::Incomplete => "something is missing without which nothing may be decided",
            Reason::AutoScalingMember => "its group would terminate and replace it",
            Reason::KubernetesNode => "its cluster would replace it",
            Reason::ContainerHost => "its tasks would be lost, and it would be replaced",
            Reason::ManagedService => "another service runs it",
            Reason::Spot => "it is not on demand",
            Reason::InstanceStore => "a stop would be refused, or would erase data",
            Reason::NoSaving => "it is paid for whether it runs or not",
            Reason::Appliance => "others may reach the network through it",
            Reason::ScheduleUnreadable => "its team has asked for hours that cannot be read",
            Reason::CalendarExhausted => "nobody knows whether the day is a holiday",
            Reason::Frozen => "nothing is stopped or started in a frozen period",
            Reason::Idle => "it runs and does nothing",
            Reason::Reopening => "its schedule is about to open, or has opened",
            Reason::WithinHours => "its schedule is open",
            Reason::Undone => "somebody has taken a stop of it back",
            Reason::Overtime => "somebody started it after closing, and that is respected for a while",
            Reason::Young => "it was started a moment ago",
            Reason::CannotHibernate => "its policy asks for hibernation, and it cannot hibernate",
            Reason::RestartFight => "somebody means it to run",
            Reason::Busy => "it was busy within the last hour",
            Reason::Unmeasured => "nobody knows whether it was busy",
            Reason::OutsideHours => "it runs while its schedule is closed, and nothing speaks for it",
        }
    }

    fn mend(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::Kept => "removing the tag; only its team should",
            Reason::KeptUntil => "the end of the time it names, or an earlier date in the tag",
            Reason::KeepUnreadable => {
                "a date such as `2026-12-31`, or an instant such as `2026-12-31T18:00+09:00`, in the tag"
            }
            Reason::TagUnknown => {
                "the right key, or none; of a tag that is none of the reaper's, its key in `ignore` of `[tags]`"
            }
            Reason::NeverListed => "a change of `[never]` in the settings",
            Reason::NotInScope => "a change of `accounts`, `exclude-accounts` or `regions` in `[scope]`",
            Reason::NoPolicy => "a policy whose `match` names it, or other tags",
            Reason::NotSelected => "a request that selects its policy",
            Reason::OtherHub => {
                "one hub for each instance: other policies, another `prefix`, or that hub's tag removed if it is gone"
            }
            Reason::NotRunning => "a start",
            Reason::MatchUnknown => "account ids instead of names in `match`, or settings that ask for what is unknown",
            Reason::Incomplete => "a complete answer from DescribeInstances",
            Reason::AutoScalingMember => "detaching it from its Auto Scaling group",
            Reason::KubernetesNode => "scaling its node group instead",
            Reason::ContainerHost => "scaling its cluster or compute environment instead",
            Reason::ManagedService => "stopping it in the service that runs it",
            Reason::Spot => "an on-demand instance",
            Reason::InstanceStore => "an instance type without instance store",
            Reason::NoSaving => "giving the host or the reservation back",
            Reason::Appliance => "the source/destination check, if it is no appliance",
            Reason::ScheduleUnreadable => {
                "a schedule's name, or an expression such as `mon-fri 09:00-18:00`, in the tag"
            }
            Reason::CalendarExhausted => "a release with newer holidays, or a calendar without `holidays`",
            Reason::Frozen => "the end of the frozen period, `freeze` in the calendar",
            Reason::Idle => "work, a `keep` or `keep-until` tag, or `idle` in the policy",
            Reason::Reopening => "`start-lead` and `at-opening` in the policy",
            Reason::WithinHours => "the end of the hours, or other hours in its schedule",
            Reason::Undone => "the opening after next",
            Reason::Overtime => "the end of the overtime, `overtime` in the policy",
            Reason::Young => "a little time, `min-uptime` in the policy",
            Reason::CannotHibernate => "hibernation enabled at launch, or `outside = \"stop\"` in the policy",
            Reason::RestartFight => {
                "the next opening, or a year without a stop if it was idle; better, a `keep-until` or `schedule` tag"
            }
            Reason::Busy => "a quiet hour, or another limit in `[busy]`",
            Reason::Unmeasured => "a figure in CloudWatch, or `unmeasured = \"ignore\"` in `[busy]`",
            Reason::OutsideHours => "a `keep`, `keep-until` or `schedule` tag on the instance",
        }
    }

    fn verdict(&self, out: &mut String, verdict: &Verdict) -> fmt::Result {
        match verdict {
            Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => {
                crate::render::catalogue::en::outside(out, outside)
            }
            Verdict::Idle(found) => forgotten(out, found),
            Verdict::Start(reopening) => crate::render::catalogue::en::reopening(out, reopening),
            Verdict::Skip(skipped) => crate::render::catalogue::en::skipped(out, skipped),
            Verdict::OutOfScope(Unscoped::NoPolicy) => out.write_str("no policy matches"),
            Verdict::OutOfScope(Unscoped::NotSelected) => out.write_str("the request selects other policies"),
            Verdict::OutOfScope(Unscoped::NotInScope) => out.write_str("the settings do not look there"),
        }
    }

    fn finding(&self, out: &mut String, finding: &Finding) -> fmt::Result {
        let why = match finding {
            Finding::Start => return out.write_str("stopped by that run, and nobody has touched it since"),
            Finding::Left(why) => why,
        };
        match why {
            WhyNot::NotSelected => out.write_str("the request selects others"),
            WhyNot::NotStopped(ending) => write!(out, "that run did not stop it: `{}`", ending.as_str()),
            WhyNot::Unreachable => out.write_str("its account or Region could not be looked at"),
            WhyNot::Denied => out.write_str("its Region is closed by the organisation's policy"),
            WhyNot::Gone => out.write_str("it is no longer there"),
            WhyNot::Up(state) => write!(out, "it is {state}"),
            WhyNot::StillStopping => out.write_str("it is still on its way down; undo again in a minute"),
            WhyNot::State(state) => write!(out, "it is {state}, and only what is stopped can be started"),
            WhyNot::NoTag => out.write_str("it does not bear the reaper's tag"),
            WhyNot::TagUnreadable => out.write_str("its tag is not what the reaper writes, or lies in the future"),
            WhyNot::OtherRun(run) => write!(out, "its tag names run {run}"),
            WhyNot::OtherHub(hub) => write!(out, "its tag names the hub `{hub}`, which has to undo it"),
            WhyNot::Touched => out.write_str("somebody has started or stopped it since"),
            WhyNot::Frozen(range) => write!(out, "frozen {range}; `--even-frozen` starts it all the same"),
        }
    }

    fn inputs(&self, out: &mut String, inputs: &Inputs) -> fmt::Result {
        match inputs {
            Inputs::WithoutPolicy => out.write_str("no policy"),
            Inputs::Kept { key, found: None } => write!(out, "no tag `{key}`"),
            Inputs::Kept { key: _, found: Some(tag) } => crate::render::catalogue::en::tag(out, tag),
            Inputs::KeptUntil { key, found } if found.is_empty() => write!(out, "no tag `{key}`"),
            Inputs::KeptUntil { key: _, found } => listed(out, found, tag),
            Inputs::KeepUnreadable { key, wrong: None } => write!(out, "no unreadable `{key}`"),
            Inputs::KeepUnreadable { key: _, wrong: Some(wrong) } => write!(out, "{wrong}"),
            Inputs::TagUnknown { found: None } => out.write_str("no mistyped key"),
            Inputs::TagUnknown { found: Some((key, meant)) } => mistyped(out, key, meant),
            Inputs::NeverListed { by: None } => out.write_str("nothing in `[never]` names it"),
            Inputs::NeverListed { by: Some(by) } => never(out, by),
            Inputs::NotInScope { target } => write!(out, "account {}, Region {}", target.account, target.region),
            Inputs::NoPolicy { policies, first: None } => write!(out, "none of {policies} policies matches"),
            Inputs::NoPolicy { policies: _, first: Some(policy) } => {
                write!(out, "the first policy that matches is `{policy}`")
            }
            Inputs::NotSelected { selected: None } => out.write_str("the request selects every policy"),
            Inputs::NotSelected { selected: Some(policies) } => {
                write!(out, "the request selects: {}", policies.join(", "))
            }
            Inputs::OtherHub { own: Some(own), found: None } => write!(out, "no tag of another hub than `{own}`"),
            Inputs::OtherHub { own: None, found: None } => out.write_str("no tag of another hub"),
            Inputs::OtherHub { own: _, found: Some((key, hub)) } => other_hub(out, key, hub),
            Inputs::NotRunning { state, stopped: None } => write!(out, "state {state}"),
            Inputs::NotRunning { state, stopped: Some((at, run)) } => {
                write!(out, "state {state}, stopped by the reaper at {at} in run {run}")
            }
            Inputs::MatchUnknown { unknown: None } => out.write_str("no `match` depends on anything unknown"),
            Inputs::MatchUnknown { unknown: Some((policy, fact)) } => match_unknown(out, policy, *fact),
            Inputs::Incomplete { lacks: None } => out.write_str("nothing is missing"),
            Inputs::Incomplete { lacks: Some(lacks) } => {
                write!(out, "the answer lacks {}", crate::render::catalogue::en::lacks(*lacks))
            }
            Inputs::AutoScalingMember { found: None } => out.write_str("no Auto Scaling group"),
            Inputs::AutoScalingMember { found: Some(tag) } => crate::render::catalogue::en::tag(out, tag),
            Inputs::KubernetesNode { tell } => told(out, tell.as_ref(), "no tag of a Kubernetes cluster"),
            Inputs::ContainerHost { tell } => told(out, tell.as_ref(), "no tag of ECS or Batch"),
            Inputs::ManagedService { tell } => told(out, tell.as_ref(), "no other service manages it"),
            Inputs::Spot { lifecycle: None } => out.write_str("on demand"),
            Inputs::Spot { lifecycle: Some(lifecycle) } => write!(out, "lifecycle `{lifecycle}`"),
            Inputs::InstanceStore { tell } => told(out, tell.as_ref(), "EBS root, no instance store"),
            Inputs::NoSaving { tell } => told(out, tell.as_ref(), "no host, Outpost, Mac, or reservation"),
            Inputs::Appliance { tell } => told(out, tell.as_ref(), "source/destination check on, no product code"),
            Inputs::ScheduleUnreadable { key, found: None, wrong: _ } => write!(out, "no tag `{key}`"),
            Inputs::ScheduleUnreadable { key: _, found: Some(tag), wrong: None } => {
                crate::render::catalogue::en::tag(out, tag)
            }
            Inputs::ScheduleUnreadable { key: _, found: Some(tag), wrong: Some(wrong) } => {
                crate::render::catalogue::en::tag(out, tag)?;
                write!(out, ": {wrong}")
            }
            Inputs::CalendarExhausted { date: None } => out.write_str("the calendar covers the day"),
            Inputs::CalendarExhausted { date: Some(date) } => write!(out, "no holidays are known for {date}"),
            Inputs::Frozen { range: None } => out.write_str("no frozen period"),
            Inputs::Frozen { range: Some(range) } => write!(out, "frozen {range}"),
            Inputs::Idle { idleness } => crate::render::catalogue::en::idleness(out, idleness),
            Inputs::Reopening { zone, opens, margin } => {
                opens_next(out, *opens, *zone)?;
                write!(out, "; a stop later than {} before that is not worth it", Span(*margin))
            }
            Inputs::WithinHours { schedule, open, now, zone } => {
                write!(out, "schedule `{schedule}` is {} at {}", open_or_closed(*open), At(*now, *zone))
            }
            Inputs::Undone { undone: None, zone: _ } => out.write_str("no undo of the last weeks names it"),
            Inputs::Undone { undone: Some((at, until)), zone } => {
                write!(out, "undone {}; ", At(*at, *zone))?;
                undone_until(out, *until, *zone)
            }
            Inputs::Overtime { age: None, respected: _ } => out.write_str("not started after closing"),
            Inputs::Overtime { age: Some(age), respected } => {
                write!(out, "started after closing, {} ago; respected for {}", Span(*age), Span(*respected))
            }
            Inputs::Young { age: None, grace: _ } => out.write_str("no launch time"),
            Inputs::Young { age: Some(age), grace } => {
                write!(out, "started {} ago; skipped for {} after a start", Span(*age), Span(*grace))
            }
            Inputs::CannotHibernate { enabled: true } => out.write_str("hibernation was enabled at launch"),
            Inputs::CannotHibernate { enabled: false } => out.write_str("hibernation was not enabled at launch"),
            Inputs::RestartFight { stops } => write!(out, "stopped by the reaper {stops} times since closing"),
            Inputs::Busy { last_hour: _, limits: None } => out.write_str("`[busy]` is off"),
            Inputs::Busy { last_hour, limits: Some(limits) } => match last_hour {
                Activity::Measured(hour) => {
                    out.write_str("busiest five minutes of the last hour:")?;
                    hour.figures(limits).try_for_each(|(gauge, figure, limit)| {
                        write!(
                            out,
                            " {} {}, limit {};",
                            gauge_name(gauge),
                            gauge.with_unit(figure),
                            gauge.with_unit(limit)
                        )
                    })?;
                    write!(out, " {} of {} figures", hour.has, hour.of)
                }
                Activity::NotAsked => out.write_str("the last hour was not asked for; it is before any stop"),
                Activity::Gap(gap) => write!(out, "no figure: {gap}"),
            },
            Inputs::Unmeasured { last_hour } => match last_hour {
                Activity::Gap(gap) => write!(out, "no figure: {gap}"),
                Activity::NotAsked => out.write_str("not asked"),
                Activity::Measured(hour) => match hour.gap() {
                    Some(gap) => write!(out, "too few figures: {gap}"),
                    None => write!(out, "measured: {} of {} five-minute figures", hour.has, hour.of),
                },
            },
            Inputs::OutsideHours { policy, outside, closed_since, zone } => {
                match closed_since {
                    Some(since) => write!(out, "closed since {}", At(*since, *zone))?,
                    None => out.write_str("closed for more than a year")?,
                }
                write!(out, "; policy `{policy}` says `outside = \"{outside}\"`")
            }
        }
    }

    fn sentence(&self, out: &mut String, sentence: &Sentence<'_>) -> fmt::Result {
        match *sentence {
            Sentence::Headline { mode, run, at, zone } => {
                write!(out, "{} of run {run}, judged at {}", mode.as_str(), At(at, zone))
            }
            Sentence::Tally { found, list, effect } => {
                let colon = if list.is_empty() { "" } else { ": " };
                write!(out, "{}{colon}{list}.", instances(found))?;
                match effect {
                    None => Ok(()),
                    Some(Effect::DryUnarmed) => out.write_str(" Dry run: nothing is armed."),
                    Some(Effect::Dry { steps: 0 }) => out.write_str(" Dry run: nothing was stopped or started."),
                    Some(Effect::Dry { steps }) => write!(out, " Dry run: `apply` would act on {steps} of them."),
                    Some(Effect::Unarmed) => out.write_str(" Nothing is armed, so nothing was stopped or started."),
                }
            }
            Sentence::ToDo { action, count } => write!(out, "{count} to {action}"),
            Sentence::WouldBe { action, count } => write!(out, "{count} would be {}", done(action)),
            Sentence::Reported { count } => write!(out, "{count} only reported"),
            Sentence::Skipped { count } => write!(out, "{count} skipped"),
            Sentence::Would(action) => write!(out, "would {action}"),
            Sentence::NotArmed { because, policy } => match because {
                NotArmed::Partial => out.write_str("its account and Region were not scanned to the end"),
                NotArmed::Observes => write!(out, "policy `{policy}` is `observe`"),
                NotArmed::Run => out.write_str("`[run] armed` is not true"),
                NotArmed::NoRecord => out.write_str("`[run] record` is missing"),
            },
            Sentence::Age(age) => match (age.num_days(), age.num_hours()) {
                (0, 0) => write!(out, "{} min", age.num_minutes()),
                (0 | 1, hours) => write!(out, "{hours} h"),
                (days, _) => write!(out, "{days} d"),
            },
            Sentence::At { at, zone } => write!(out, "{}", At(at, zone)),
            Sentence::Question { counts, accounts } => question(out, counts, accounts),
            Sentence::NearMiss { key, value, pattern, policy } => write!(
                out,
                "nearly: policy `{policy}` matches `{pattern}`, and the instance has `{key}={value}`; case and spelling must be the same"
            ),
            Sentence::OthersNotSelected { count } => {
                write!(out, "{} of that run not selected by this request", instances(count))
            }
            Sentence::EachOf { text } => write!(out, "each of these: {text}"),
            Sentence::LeftOut { list } => {
                write!(out, "(no room for: {list}; `--columns` chooses, and a pipe or file has all)")
            }
            Sentence::Undoing { run, undoes, at, applied } => {
                let what = if applied { "undo" } else { "dry run of an undo" };
                write!(out, "{what} of run {undoes}, by run {run}, judged at {}", at.format("%Y-%m-%d %H:%M UTC"))
            }
            Sentence::Figure { figure, number } => write!(out, "{number} {}", counted(figure)),
            Sentence::Scanned { scanned: 0, of: 0 } => out.write_str("No target was scanned; nothing is known"),
            Sentence::Scanned { scanned: 0, of } => {
                write!(out, "0 of {of} target{} could be scanned; nothing is known", if of == 1 { "" } else { "s" })
            }
            Sentence::Scanned { scanned, of } => {
                write!(out, "{scanned} of {of} targets could be scanned; nothing is known of the others")
            }
            Sentence::Health { word } => write!(out, "health {word}"),
            Sentence::Refused { why } => write!(out, "Nothing is acted on: {why}"),
            Sentence::DeferredBy { count, cap } => write!(out, "{count} by `{cap}`"),
            Sentence::Deferred { list } => write!(out, "Deferred to a later run: {list}"),
            Sentence::Note { note } => write!(out, "note: {note}"),
            Sentence::NotInScope { account, name: None, because } => {
                write!(out, "not looked at: {account}: {because}")
            }
            Sentence::NotInScope { account, name: Some(name), because } => {
                write!(out, "not looked at: {account} ({name}): {because}")
            }
            Sentence::Ruled { id, name, target, verdict, not_armed } => {
                let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
                write!(out, "{id}{name} in {target}: {}, by the rule `{}`", verdict.as_str(), verdict.reason())?;
                not_armed.map_or(Ok(()), |why| write!(out, "; nothing is done: {why}"))
            }
            Sentence::Because { reason, detail } => write!(out, "{}: {detail}", self.meaning(reason)),
            Sentence::WouldChange { reason } => write!(out, "What would change it: {}.", self.mend(reason)),
            Sentence::Whose { id, name: "", account, region } => write!(out, "{id} in {account}/{region}"),
            Sentence::Whose { id, name, account, region } => write!(out, "{id} ({name}) in {account}/{region}"),
            Sentence::Ran { run, at, health } => {
                write!(out, "{run}, {}; health: {}", At(at, Tz::UTC), health.unwrap_or("broke off before its report"))
            }
            Sentence::Decided { verdict, armed, reason, policy } => {
                let keys = match armed {
                    None => "",
                    Some(true) => ", armed",
                    Some(false) => ", not armed: nothing was done",
                };
                write!(out, "{verdict}{keys}, by the rule `{reason}`")?;
                policy.map_or(Ok(()), |policy| write!(out, " of the policy `{policy}`"))
            }
            Sentence::Step { action, not_after: None } => out.write_str(action),
            Sentence::Step { action, not_after: Some(at) } => write!(out, "{action}, not after {}", At(at, Tz::UTC)),
            Sentence::PutOff { cap, why: None } => write!(out, "put off by `{cap}`"),
            Sentence::PutOff { cap, why: Some(why) } => write!(out, "put off by `{cap}`: {why}"),
            Sentence::Ended { outcome, at, detail } => write!(out, "{outcome}, {}: {detail}", At(at, Tz::UTC)),
            Sentence::ScheduleAt { name, open, at, zone } => {
                write!(out, "`{name}` is {} at {}", open_or_closed(open), At(at, zone))
            }
            Sentence::Frozen { range } => write!(out, "frozen {range}: nothing is stopped or started"),
            Sentence::Exhausted { date } => {
                write!(out, "no holidays are known for {date}: nothing is stopped or started")
            }
            Sentence::ClosedSince { at, zone } => write!(out, "closed since {}", At(at, zone)),
            Sentence::Opens { at, zone } => write!(out, "opens next {}", At(at, zone)),
            Sentence::Date { date } => write!(out, "{}", date.format("%a %Y-%m-%d")),
            Sentence::Provisional { holiday } => write!(out, "{holiday} (provisional)"),
            Sentence::WorksLike { day } => write!(out, "works like {day}"),
            Sentence::FrozenDay { range } => write!(out, "frozen {range}"),
        }
    }
}

/// `Stop 18, hibernate 1 and start 1 instance in 3 accounts?`
fn question(out: &mut String, counts: &[(Action, usize)], accounts: usize) -> fmt::Result {
    for (n, (action, count)) in counts.iter().enumerate() {
        let before = match n {
            0 => "",
            _ if n + 1 == counts.len() => " and ",
            _ => ", ",
        };
        write!(out, "{before}{action} {count}")?;
    }
    let plural = |count| if count == 1 { "" } else { "s" };
    let last = counts.last().map_or(0, |(_, count)| *count);
    write!(out, " instance{} in {accounts} account{}?", plural(last), plural(accounts))?;
    if let Some(first) = out.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Ok(())
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Stop => "stopped",
        Action::Hibernate => "hibernated",
        Action::Start => "started",
    }
}

fn counted(figure: Figure) -> &'static str {
    match figure {
        Figure::Found => "found",
        Figure::Candidates => "candidates",
        Figure::ToDo => "to do",
        Figure::Deferred => "deferred",
        Figure::Stopped => "stopped",
        Figure::Started => "started",
        Figure::Failed => "failed",
        Figure::Unreachable => "unreachable",
        Figure::Denied => "denied",
    }
}

fn gauge_name(gauge: Gauge) -> &'static str {
    match gauge {
        Gauge::Cpu => "CPU",
        Gauge::Network => "network",
        Gauge::Writes => "EBS writes",
        Gauge::Gpu => "GPU",
    }
}

fn outside(out: &mut String, outside: &Outside) -> fmt::Result {
    let Outside { zone, closed_since, launch, opens, last_hour } = outside;
    match closed_since {
        Some(since) => write!(out, "closed since {}", At(*since, *zone))?,
        None => out.write_str("closed for over a year")?,
    }
    if closed_since.is_none_or(|closed| *launch >= closed) {
        write!(out, ", started {}", At(*launch, *zone))?;
    }
    out.write_str("; ")?;
    opens_next(out, *opens, *zone)?;
    match last_hour {
        Quiet::NotAsked => Ok(()),
        Quiet::Unmeasured => out.write_str("; last hour not measured"),
        Quiet::Measured { cpu, has, of } => {
            write!(out, "; last hour at most {cpu:.1} % CPU ({has} of {of} figures)")
        }
    }
}

fn opens_next(out: &mut String, opens: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match opens {
        Some(opens) => write!(out, "opens {}", At(opens, zone)),
        None => out.write_str("never opens"),
    }
}

fn reopening(out: &mut String, reopening: &Reopening) -> fmt::Result {
    let Reopening { zone, opens, stopped, run } = reopening;
    match opens {
        Some(opens) => write!(out, "opens {}", At(*opens, *zone))?,
        None => out.write_str("open now")?,
    }
    write!(out, "; stopped by the reaper {} in run {run}", At(*stopped, *zone))
}

/// Bytes in words.
fn bytes(bytes: f64) -> String {
    if bytes < 1e6 { format!("{:.0} kB", bytes / 1e3) } else { format!("{:.1} MB", bytes / 1e6) }
}

fn forgotten(out: &mut String, found: &Forgotten) -> fmt::Result {
    let Forgotten { facts, reported, hibernate: _, marked, zone } = found;
    idle_facts(out, facts)?;
    match reported {
        None => {}
        Some(WhyReported::Policy) => out.write_str("; its policy only reports what is idle")?,
        Some(WhyReported::Tier) => out.write_str("; its policy stops only what is strictly idle")?,
        Some(WhyReported::Itself(why)) => {
            out.write_str("; only reported: ")?;
            report_only(out, why)?;
        }
    }
    match marked {
        Some(marked) => write!(out, "; marked {}", At(*marked, *zone)),
        None => Ok(()),
    }
}

fn idle_facts(out: &mut String, facts: &IdleFacts) -> fmt::Result {
    let sure = match facts.tier {
        Tier::Strict => "idle",
        Tier::Likely => "likely idle",
    };
    write!(
        out,
        "{sure}: ran {} hours of the window, CPU {:.1} % (97th percentile), {:.1} % at most, network {} on the busiest day",
        facts.running_hours,
        facts.cpu_p97,
        facts.cpu_max,
        bytes(facts.network_per_day)
    )
}

fn report_only(out: &mut String, why: &WhyReportOnly) -> fmt::Result {
    match why {
        WhyReportOnly::LoadBalancer => out.write_str("a load balancer sends to it"),
        WhyReportOnly::LoadBalancerUnknown(cause) => {
            write!(out, "nobody knows whether a load balancer sends to it: {cause}")
        }
        WhyReportOnly::Forwards => out.write_str("it forwards traffic"),
        WhyReportOnly::Interfaces(count) => write!(out, "it has {count} network interfaces"),
        WhyReportOnly::Product(code) => write!(out, "marketplace product `{code}`"),
        WhyReportOnly::Word(word) => write!(out, "its name or role has the word `{word}`"),
        WhyReportOnly::Type(kind) => write!(out, "the work of type `{kind}` does not show in its CPU"),
        WhyReportOnly::InstanceStore(tell) => crate::render::catalogue::en::tell(out, tell),
    }
}

fn idleness(out: &mut String, idleness: &Idleness) -> fmt::Result {
    match idleness {
        Idleness::NotAsked => out.write_str("no evidence was asked for"),
        Idleness::Active(sign) => match sign.at() {
            Some(at) => write!(out, "active: {} at {}", sign.as_str(), at.format("%Y-%m-%d %H:%M UTC")),
            None => write!(out, "active: {}", sign.as_str()),
        },
        Idleness::Idle(facts) => idle_facts(out, facts),
        Idleness::Undetermined(missing) => {
            out.write_str("undetermined: ")?;
            crate::render::catalogue::en::missing(out, missing)
        }
    }
}

pub(crate) fn missing(out: &mut String, missing: &Missing) -> fmt::Result {
    match missing {
        Missing::Ineligible(Ineligible::NotRunning) => out.write_str("it does not run"),
        Missing::Ineligible(Ineligible::Lifecycle) => out.write_str("it is not on demand"),
        Missing::Ineligible(Ineligible::Root) => out.write_str("its root is not EBS"),
        Missing::Ineligible(Ineligible::Managed) => out.write_str("another service manages it"),
        Missing::Launch => out.write_str("its launch time is unknown"),
        Missing::Vcpus => out.write_str("its number of vCPUs is unknown"),
        Missing::RunningHours { has, wants } => write!(out, "it ran {has} hours, and {wants} are needed"),
        Missing::Metric { metric, cause } => write!(out, "no `{}`: {cause}", metric.as_str()),
        Missing::Sparse { metric, has, expected } => {
            write!(out, "{has} of {expected} datapoints of `{}`", metric.as_str())
        }
    }
}

fn skipped(out: &mut String, skipped: &Skipped) -> fmt::Result {
    match skipped {
        Skipped::Kept { key, value } if value.is_empty() => write!(out, "tag `{key}`"),
        Skipped::Kept { key, value } => write!(out, "tag `{key}` = `{value}`"),
        Skipped::KeptUntil { value, too_far: None } => write!(out, "until `{value}`"),
        Skipped::KeptUntil { value, too_far: Some(limit) } => {
            write!(out, "until `{value}`, which is more than {limit} days ahead")
        }
        Skipped::KeepUnreadable { value } => {
            write!(out, "`{value}` is not one date; kept until somebody mends the tag")
        }
        Skipped::TagUnknown { key, meant } => {
            mistyped(out, key, meant)?;
            out.write_str(" Not stopped until the tag is corrected")
        }
        Skipped::NeverListed { by } => never(out, by),
        Skipped::OtherHub { key, hub } => other_hub(out, key, hub),
        Skipped::NotRunning { state, ours: true } => write!(out, "{state} by the reaper"),
        Skipped::NotRunning { state, ours: false } => write!(out, "{state}"),
        Skipped::MatchUnknown { policy, fact } => match_unknown(out, policy, *fact),
        Skipped::Unjudged { panic } => write!(out, "it could not be judged: {panic}"),
        Skipped::Incomplete { lacks } => {
            write!(out, "the answer lacks {}", crate::render::catalogue::en::lacks(*lacks))
        }
        Skipped::AutoScalingMember { group } => write!(out, "member of Auto Scaling group `{group}`"),
        Skipped::KubernetesNode { tell }
        | Skipped::ContainerHost { tell }
        | Skipped::ManagedService { tell }
        | Skipped::InstanceStore { tell }
        | Skipped::NoSaving { tell }
        | Skipped::Appliance { tell } => crate::render::catalogue::en::tell(out, tell),
        Skipped::Spot { lifecycle } => write!(out, "lifecycle `{lifecycle}`"),
        Skipped::ScheduleUnreadable { value, wrong } if value.is_empty() => write!(out, "{wrong}"),
        Skipped::ScheduleUnreadable { value, wrong } => write!(out, "`{value}`: {wrong}"),
        Skipped::CalendarExhausted { date } => write!(out, "no holidays are known for {date}"),
        Skipped::Frozen { range } => write!(out, "frozen {range}"),
        Skipped::WithinHours { schedule } => write!(out, "schedule `{schedule}` is open"),
        Skipped::Reopening { opens, zone } => write!(out, "opens {}, too soon for a stop", At(*opens, *zone)),
        Skipped::Undone { at, until, zone } => {
            write!(out, "a stop of it was undone {}; ", At(*at, *zone))?;
            undone_until(out, *until, *zone)
        }
        Skipped::Overtime { age, respected } => {
            write!(out, "started after closing, {} ago; respected for {}", Span(*age), Span(*respected))
        }
        Skipped::Young { age, grace } if *age < Duration::zero() => {
            write!(out, "its launch lies {} in the future; left alone for {}", Span(-*age), Span(*grace))
        }
        Skipped::Young { age, grace } => write!(out, "started {} ago; left alone for {}", Span(*age), Span(*grace)),
        Skipped::CannotHibernate => {
            out.write_str("hibernation was not enabled at launch, and a plain stop loses its memory")
        }
        Skipped::Busy { gauge, figure, limit } => {
            let (gauge, figure, limit) = (gauge_name(*gauge), gauge.with_unit(*figure), gauge.with_unit(*limit));
            write!(out, "busy: {gauge} {figure} within the last hour, limit {limit}")
        }
        Skipped::Unmeasured { gap } => write!(out, "the last hour is unmeasured: {gap}"),
        Skipped::RestartFight { stops } => {
            write!(out, "stopped {stops} times and started again each time; talk to its owner")
        }
    }
}

fn other_hub(out: &mut String, key: &str, hub: &str) -> fmt::Result {
    write!(out, "its tag `{key}` is the hub `{hub}`'s: neither stopped nor started by this one")
}

pub(crate) fn mistyped(out: &mut String, key: &str, meant: &str) -> fmt::Result {
    write!(out, "unknown tag `{key}`: did you mean `{meant}`?")
}

fn undone_until(out: &mut String, until: Option<DateTime<Utc>>, zone: Tz) -> fmt::Result {
    match until {
        Some(until) => write!(out, "left alone until the opening after next, {}", At(until, zone)),
        None => out.write_str("left alone: its schedule does not open twice"),
    }
}

fn tell(out: &mut String, tell: &Marker) -> fmt::Result {
    match tell {
        Marker::Tag(key) => write!(out, "tag `{key}`"),
        Marker::TagIs(key, value) => write!(out, "tag `{key}` = `{value}`"),
        Marker::ManagedBy(name) => write!(out, "managed by `{name}`"),
        Marker::ManagedByUnnamed => out.write_str("managed by a service that is not named"),
        Marker::RootDevice(root) => write!(out, "root device type `{root}`"),
        Marker::EphemeralVolumes => out.write_str("instance-store volumes in its block device mappings"),
        Marker::HasStore(kind) => write!(out, "type `{kind}` has instance store, and a stop erases it"),
        Marker::UnknownType(kind) => {
            write!(out, "whether type `{kind}` has instance store is unknown to this release")
        }
        Marker::Host(id) => write!(out, "on Dedicated Host `{id}`"),
        Marker::Outpost(arn) => write!(out, "on Outpost `{arn}`"),
        Marker::TenancyHost => out.write_str("tenancy `host`"),
        Marker::Mac(kind) => write!(out, "type `{kind}`, whose host is paid for and scrubbed for hours after a stop"),
        Marker::Reservation(id) => write!(out, "capacity reservation or block `{id}`"),
        Marker::Forwards => out.write_str("source/destination check off: it forwards others' traffic"),
        Marker::Product(code) => write!(out, "marketplace product `{code}`"),
    }
}

fn told(out: &mut String, tell: Option<&Marker>, none: &str) -> fmt::Result {
    match tell {
        None => out.write_str(none),
        Some(tell) => crate::render::catalogue::en::tell(out, tell),
    }
}

fn never(out: &mut String, by: &Listed) -> fmt::Result {
    match by {
        Listed::Account(pattern) => write!(out, "account `{pattern}`"),
        Listed::Unit(id) => write!(out, "organisational unit `{id}`"),
        Listed::NameUnknown(pattern) => write!(out, "account `{pattern}`, perhaps: the account's name is unknown"),
        Listed::AccountUnknown(pattern) => write!(out, "account `{pattern}`, perhaps: the account is unknown"),
        Listed::UnitsUnknown => out.write_str("an organisational unit, perhaps: the account's units are unknown"),
        Listed::Tag(pattern) => write!(out, "tag `{pattern}`"),
    }
}

fn match_unknown(out: &mut String, policy: &str, fact: UnknownFact) -> fmt::Result {
    let fact = match fact {
        UnknownFact::AccountId => "the account's id is unknown",
        UnknownFact::AccountName => "the account's name is unknown",
        UnknownFact::Region => "the Region is unknown",
        UnknownFact::Kind => "the instance type is unknown",
        UnknownFact::Tags => "a tag cannot be read",
    };
    write!(out, "policy `{policy}` may match it: {fact}")
}

fn lacks(lacks: Lacks) -> &'static str {
    match lacks {
        Lacks::Id => "an instance id",
        Lacks::Launch => "a launch time",
        Lacks::Kind => "an instance type",
        Lacks::Root => "a root device type",
        Lacks::Tags => "tags that can be read",
        Lacks::Rule => "a rule that decides",
    }
}

fn tag(out: &mut String, (key, value): &FoundTag) -> fmt::Result {
    write!(out, "tag `{key}` = `{value}`")
}

fn listed<T>(out: &mut String, items: &[T], one: impl Fn(&mut String, &T) -> fmt::Result) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        out.write_str(if n == 0 { "" } else { ", " })?;
        one(out, item)?;
    }
    Ok(())
}

fn open_or_closed(open: bool) -> &'static str {
    if open { "open" } else { "closed" }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use chrono::{Datelike as _, Timelike as _};
        let local = self.0.with_timezone(&self.1);
        let (day, date) = (local.weekday(), local.date_naive());
        // By hand: a pattern would be read anew for each of a hundred thousand lines.
        write!(f, "{day} {date} {:02}:{:02} {}", local.hour(), local.minute(), local.offset())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.num_minutes();
        match (minutes / 60, minutes % 60) {
            (0, minutes) => write!(f, "{minutes} min"),
            (hours @ 48.., _) => match hours % 24 {
                0 => write!(f, "{} days", hours / 24),
                rest => write!(f, "{} days {rest} h", hours / 24),
            },
            (hours, 0) => write!(f, "{hours} h"),
            (hours, minutes) => write!(f, "{hours} h {minutes:02} min"),
        }
    }
}
