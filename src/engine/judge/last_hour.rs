//! Whether the last hour of an instance is asked for. CloudWatch charges for each metric, so an apply asks only where the
//! answer decides something: a stop by this run, or a message about a coming one. A dry run asks wherever a later apply
//! would.

use crate::engine::config::Settings;
use crate::engine::history::today::Today;
use crate::engine::judge::Ruling;
use crate::engine::judge::notice_gate::Gate;
use crate::engine::judge::owner::channels_of;
use crate::engine::judge::topics::Topic;
use crate::engine::model::{Account, Subject, Verdict};
use crate::engine::request::Mode;

/// Whether the last hour is asked for an instance of `account` with this ruling, which was made without it. `today`:
/// what earlier runs of the day stopped.
pub fn wants_last_hour(settings: &Settings, mode: Mode, today: &Today, account: &Account, ruling: &Ruling) -> bool {
    let could_stop = ruling.armed && ruling.gate == Gate::Open;
    match &ruling.verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) if settings.busy.is_none() => false,
        Verdict::Stop(_) | Verdict::Hibernate(_) => {
            let policy = ruling.policy.as_ref().map_or("", |policy| &policy.name);
            let stops = could_stop && !today.is_spent(&settings.caps, &account.id, policy);
            mode == Mode::Plan || stops || is_told(settings, ruling)
        }
        Verdict::Idle(_) => could_stop && ruling.verdict.action().is_some(),
        Verdict::Start(_) | Verdict::Report(_) | Verdict::Skip(_) | Verdict::OutOfScope(_) => false,
    }
}

/// Whether somebody would be notified of the stop in this run. A busy instance is no news for its owner.
fn is_told(settings: &Settings, ruling: &Ruling) -> bool {
    let of_stop = |topic: &&Topic| matches!(topic.subject, Subject::FirstStop | Subject::Retagged);
    let mut topics = ruling.talk.topics.iter().filter(of_stop);
    let reaches = |topic: &Topic| {
        let owner = topic.to.as_deref().unwrap_or(&ruling.owner);
        settings.notify.operator.is_some() || !channels_of(settings, owner).is_empty()
    };
    settings.run.record.is_some() && topics.any(reaches)
}
