//! `outside-hours`: it runs while its schedule is closed, and nothing above speaks for it.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::decide::settings::Outside as Deed;
use crate::words::{Outside, Reason, Verdict};

pub(super) const RULE: Rule = Rule {
    reason: Reason::OutsideHours,
    judge,
    inputs,
    mend: "a `keep`, `keep-until` or `schedule` tag on the instance",
};

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, hours) = case.policy?;
    let outside = Outside {
        zone: hours.at.zone,
        closed_since: hours.at.closed_since,
        launch: case.instance.launch?,
        opens: hours.at.opens,
        cpu: match case.activity {
            Activity::Cpu(cpu) => Some(*cpu),
            Activity::NotAsked | Activity::Gap(_) => None,
        },
    };
    Some(match policy.outside {
        Deed::Report => Verdict::Report(outside),
        Deed::Stop => Verdict::Stop(outside),
        Deed::Hibernate => Verdict::Hibernate(outside),
    })
}

fn inputs(case: &Case<'_>) -> String {
    let Some((policy, hours)) = case.policy else {
        return "no policy".to_owned();
    };
    let deed = match policy.outside {
        Deed::Report => "report",
        Deed::Stop => "stop",
        Deed::Hibernate => "hibernate",
    };
    let since = hours.at.closed_since.map_or("for more than a year".to_owned(), |closed| {
        format!("since {}", closed.with_timezone(&hours.at.zone).format("%a %Y-%m-%d %H:%M %Z"))
    });
    format!("closed {since}; policy `{}` says `outside = \"{deed}\"`", policy.name)
}
