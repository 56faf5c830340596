//! The life of a mark: written when an instance is found idle, kept during the grace period, removed at the first
//! sign of life.

use crate::engine::evidence::Idleness;
use crate::engine::model::{Lifted, Reason, Skipped, Tier, Unscoped, Verdict};
use crate::engine::rules::Case;
use crate::engine::rules::idle::reported;
use crate::engine::rules::standing_mark::{digest, standing};
use crate::engine::tags::Mark;

/// The change to an instance's mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marking {
    /// Write this mark. It replaces an older one that is not valid.
    Put(Mark),
    /// Remove it, for this reason.
    Lift(Lifted),
}

/// The result of the evidence, for a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Idle, and the policy stops idle instances of this tier.
    Forgotten(Tier),
    /// Not to be stopped as idle, for this reason.
    No(Lifted),
    /// Unknown today: an existing mark stays, and no action follows.
    Unknown,
}

/// The change to the mark of a running instance.
pub fn marking(case: &Case<'_>, finding: Finding) -> Option<Marking> {
    match (standing(case), finding) {
        // A restart or a changed tag is a sign of life: the mark is removed, and only a later run may write a new
        // one. A mark that is unreadable or of another policy is replaced at once.
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

/// A mark as of now; `None` if the policy's calendar has no data for the grace period.
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

/// The result of the evidence and the rules, for a mark. `None`: leave the mark as it is.
pub fn finding(case: &Case<'_>, verdict: &Verdict) -> Option<Finding> {
    match verdict {
        Verdict::Skip(skipped) => finding_skipped(case, skipped),
        Verdict::OutOfScope(Unscoped::NoPolicy) => Some(Finding::No(Lifted::OtherPolicy)),
        Verdict::OutOfScope(Unscoped::NotSelected | Unscoped::NotInScope) | Verdict::Start(_) => None,
        Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Idle(_) | Verdict::Report(_) => Some(by_evidence(case)),
    }
}

fn finding_skipped(case: &Case<'_>, skipped: &Skipped) -> Option<Finding> {
    match skipped.reason() {
        Reason::Kept | Reason::KeptUntil | Reason::KeepUnreadable | Reason::TagUnknown => {
            Some(Finding::No(Lifted::Kept))
        }
        Reason::NeverListed => Some(Finding::No(Lifted::Protected)),
        // Who manages it, and what a stop would cost or save.
        Reason::AutoScalingMember | Reason::KubernetesNode | Reason::ContainerHost | Reason::ManagedService => {
            Some(Finding::No(Lifted::Protected))
        }
        Reason::Spot | Reason::InstanceStore | Reason::NoSaving | Reason::Appliance | Reason::CannotStop => {
            Some(Finding::No(Lifted::Protected))
        }
        Reason::PausesItself | Reason::CannotHibernate => Some(Finding::No(Lifted::Protected)),
        // Stopped instances are not marked. If a rule lacks its inputs, the mark stays unchanged.
        Reason::NotRunning | Reason::InTransition | Reason::OtherHub | Reason::MatchUnknown => None,
        Reason::Incomplete | Reason::ScheduleUnreadable | Reason::CalendarExhausted | Reason::Frozen => None,
        Reason::NoPolicy | Reason::NotSelected | Reason::NotInScope | Reason::MaintenanceWindow => None,
        Reason::Busy if matches!(case.idleness, Idleness::Idle(_)) => Some(Finding::No(Lifted::Busy)),
        Reason::Undone | Reason::RestartFight if matches!(case.idleness, Idleness::Idle(_)) => {
            Some(Finding::No(Lifted::Restarted))
        }
        Reason::LoggedIn | Reason::Busy | Reason::Unmeasured | Reason::Idle => Some(by_evidence(case)),
        Reason::ExpiringBackups => Some(by_evidence(case)),
        Reason::Reopening | Reason::WithinHours | Reason::OutsideHours => Some(by_evidence(case)),
        Reason::Overtime | Reason::Young | Reason::Undone | Reason::RestartFight => Some(by_evidence(case)),
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
