//! `outside-hours`: the instance runs while its schedule is closed, and no earlier rule applied.

use crate::engine::config::Outside as Deed;
use crate::engine::model::{Outside, Quiet, Reason, Verdict};
use crate::engine::rules::{Activity, Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::OutsideHours, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, hours) = case.policy?;
    let outside = Outside {
        zone: hours.at.zone,
        closed_since: hours.at.closed_since,
        launch: case.instance.launch?,
        opens: hours.at.opens,
        last_hour: if policy.outside == Deed::Report { Quiet::NotAsked } else { quiet(case) },
    };
    Some(match policy.outside {
        Deed::Report => Verdict::Report(outside),
        Deed::Stop => Verdict::Stop(outside),
        Deed::Hibernate => Verdict::Hibernate(outside),
    })
}

/// What is known about the last hour. It is unmeasured only with a saved inventory, or if the settings ignore a gap.
fn quiet(case: &Case<'_>) -> Quiet {
    match (case.settings.busy, case.activity) {
        (None, _) => Quiet::NotAsked,
        // An earlier rule has handled sessions.
        (Some(_), Activity::NotAsked | Activity::Gap(_) | Activity::LoggedIn(_) | Activity::SessionsUnknown(_)) => {
            Quiet::Unmeasured
        }
        (Some(_), Activity::Measured(hour)) => match (hour.gap(), hour.cpu) {
            (None, Some(cpu)) => Quiet::Measured { cpu, has: hour.has, of: hour.of },
            (Some(_), _) | (None, None) => Quiet::Unmeasured,
        },
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    let Some((policy, hours)) = case.policy else {
        return Inputs::WithoutPolicy;
    };
    let outside = policy.outside.as_str();
    let (closed_since, zone) = (hours.at.closed_since, hours.at.zone);
    Inputs::OutsideHours { policy: policy.name.clone(), outside, closed_since, zone }
}
