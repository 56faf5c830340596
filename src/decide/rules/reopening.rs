//! `reopening`: what the reaper stopped, and nobody touched, is started when its schedule opens; and what
//! still runs shortly before the opening is left running.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Reopening, Spared, State, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Reopening, judge, inputs, mend: "`start-lead` and `at-opening` in the policy" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, hours) = case.policy?;
    let at = &hours.at;
    let soon = |margin| at.opens.filter(|opens| case.now + margin >= *opens);
    if let Some(tag) = case.waits_for_opening() {
        if !at.open && soon(policy.start_lead).is_none() {
            return Some(Verdict::Spare(Spared::NotRunning { state: State::Stopped, ours: true }));
        }
        let opens = if at.open { None } else { at.opens };
        return Some(Verdict::Start(Reopening { zone: at.zone, opens, stopped: tag.at, run: tag.run }));
    }
    let opens = if at.open { None } else { soon(policy.margin()) };
    opens.map(|opens| Verdict::Spare(Spared::Reopening { opens, zone: at.zone }))
}

fn inputs(case: &Case<'_>) -> String {
    let Some((policy, hours)) = case.policy else {
        return "no policy".to_owned();
    };
    let opens = hours.at.opens.map_or("never opens".to_owned(), |opens| {
        format!("opens {}", opens.with_timezone(&hours.at.zone).format("%a %Y-%m-%d %H:%M %Z"))
    });
    format!("{opens}; a stop later than {} minutes before that is not worth it", policy.margin().num_minutes())
}
