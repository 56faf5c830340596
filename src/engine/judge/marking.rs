//! The life of a mark: put when an instance is found idle, left while it waits, lifted at the first sign of life.

use crate::engine::evidence::idle::Idleness;
use crate::engine::model::{Lifted, Reason, Skipped, Tier, Unscoped, Verdict};
use crate::engine::rules::case::Case;
use crate::engine::rules::idle::reported;
use crate::engine::rules::standing_mark::{digest, standing};
use crate::engine::tags::mark::Mark;

/// What is to be done about an instance's mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marking {
    /// Write this one; an older one that does not count is replaced by it.
    Put(Mark),
    /// Remove it, for this reason.
    Lift(Lifted),
}

/// What the evidence says, as far as a mark is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Idle, and the policy stops what is idle so surely.
    Forgotten(Tier),
    /// It is not to be stopped for being idle, for this reason.
    No(Lifted),
    /// Nobody knows today: a mark stays, and nothing is acted on.
    Unknown,
}

/// What is to be done about the mark of a running instance.
pub fn marking(case: &Case<'_>, finding: Finding) -> Option<Marking> {
    match (standing(case), finding) {
        // A restart or a new tag is a sign of life: the mark goes, and only a later run may begin again. A mark
        // that is broken or another policy's only begins anew.
        (Err(Some(why @ (Lifted::Retagged | Lifted::Restarted))), Finding::Forgotten(_) | Finding::Unknown) => {
            Some(Marking::Lift(why))
        }
        (Err(_), Finding::Forgotten(tier)) => new_mark(case, tier).map(Marking::Put),
        (Ok(mark), Finding::Forgotten(tier)) if mark.tier != tier => new_mark(case, tier).map(Marking::Put),
        (Ok(_) | Err(Some(_)), Finding::No(why)) => Some(Marking::Lift(why)),
        (Err(Some(why)), Finding::Unknown) => Some(Marking::Lift(why)),
        (Ok(_), Finding::Forgotten(_) | Finding::Unknown) | (Err(None), Finding::No(_) | Finding::Unknown) => None,
    }
}

/// A mark as of now; `None` where the policy's calendar cannot count its grace.
fn new_mark(case: &Case<'_>, tier: Tier) -> Option<Mark> {
    let (policy, _) = case.policy?;
    let since = chrono::SubsecRound::trunc_subsecs(case.now, 0);
    Some(Mark {
        since,
        not_before: policy.schedule.business_days_after(since, policy.grace)?,
        policy: policy.name.clone(),
        tier,
        tags: digest(case),
        hub: case.settings.run.hub.clone(),
    })
}

/// What the evidence and the rules say, as far as a mark is concerned; `None` where a mark is nobody's business now.
pub fn finding(case: &Case<'_>, verdict: &Verdict) -> Option<Finding> {
    match verdict {
        Verdict::Skip(skipped) => finding_spared(case, skipped),
        Verdict::OutOfScope(Unscoped::NoPolicy) => Some(Finding::No(Lifted::OtherPolicy)),
        Verdict::OutOfScope(Unscoped::NotSelected | Unscoped::NotInScope) | Verdict::Start(_) => None,
        Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Idle(_) | Verdict::Report(_) => Some(by_evidence(case)),
    }
}

fn finding_spared(case: &Case<'_>, skipped: &Skipped) -> Option<Finding> {
    match skipped.reason() {
        Reason::Kept | Reason::KeptUntil | Reason::KeepUnreadable | Reason::TagUnknown => {
            Some(Finding::No(Lifted::Kept))
        }
        Reason::NeverListed
        | Reason::AutoScalingMember
        | Reason::KubernetesNode
        | Reason::ContainerHost
        | Reason::ManagedService
        | Reason::Spot
        | Reason::InstanceStore
        | Reason::NoSaving
        | Reason::Appliance
        | Reason::CannotHibernate => Some(Finding::No(Lifted::Protected)),
        // Stopped instances are not marked, and what a rule cannot see is no reason to change anything.
        Reason::NotRunning
        | Reason::OtherHub
        | Reason::MatchUnknown
        | Reason::Incomplete
        | Reason::ScheduleUnreadable
        | Reason::CalendarExhausted
        | Reason::Frozen
        | Reason::NoPolicy
        | Reason::NotSelected
        | Reason::NotInScope => None,
        Reason::Busy if matches!(case.idleness, Idleness::Idle(_)) => Some(Finding::No(Lifted::Busy)),
        Reason::Undone | Reason::RestartFight if matches!(case.idleness, Idleness::Idle(_)) => {
            Some(Finding::No(Lifted::Restarted))
        }
        Reason::Busy
        | Reason::Unmeasured
        | Reason::Idle
        | Reason::Reopening
        | Reason::WithinHours
        | Reason::Overtime
        | Reason::Young
        | Reason::Undone
        | Reason::RestartFight
        | Reason::OutsideHours => Some(by_evidence(case)),
    }
}

fn by_evidence(case: &Case<'_>) -> Finding {
    let Some((policy, _)) = case.policy else { return Finding::Unknown };
    match case.idleness {
        Idleness::Idle(facts) if reported(policy, facts).is_none() => Finding::Forgotten(facts.tier),
        Idleness::Idle(_) => Finding::No(Lifted::NotAsked),
        Idleness::Active(_) => Finding::No(Lifted::Active),
        Idleness::NotAsked | Idleness::Undetermined(_) => Finding::Unknown,
    }
}
