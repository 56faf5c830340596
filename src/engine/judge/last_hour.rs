//! Whether the last hour of an instance is asked for. CloudWatch charges for each metric, so an apply asks only where the
//! answer decides something: whether an armed instance is stopped, or whether somebody is notified of one that is not
//! armed. A dry run asks for all of them.

use crate::engine::config::Settings;
use crate::engine::judge::owner::channels_of;
use crate::engine::judge::{Gate, Ruling};
use crate::engine::model::{Subject, Verdict};
use crate::engine::request::Mode;

/// Whether the last hour decides, for an instance with this ruling, which was made without it.
pub fn wants_last_hour(settings: &Settings, mode: Mode, ruling: &Ruling) -> bool {
    match &ruling.verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) => {
            let decides = || ruling.armed || mode == Mode::Plan || is_to_be_notified(settings, ruling);
            settings.busy.is_some() && decides()
        }
        Verdict::Idle(_) => ruling.armed && ruling.verdict.action().is_some() && ruling.gate == Gate::Open,
        Verdict::Start(_) | Verdict::Report(_) | Verdict::Skip(_) | Verdict::OutOfScope(_) => false,
    }
}

/// Whether somebody would be notified in this run that it is outside its hours: a busy instance needs no message.
fn is_to_be_notified(settings: &Settings, ruling: &Ruling) -> bool {
    let reached = || settings.notify.operator.is_some() || !channels_of(settings, &ruling.owner).is_empty();
    let is_news = ruling.talk.topics.iter().any(|topic| topic.subject == Subject::FirstStop);
    is_news && settings.run.record.is_some() && reached()
}
