//! Faults on demand, as data: which calls they apply to, how often, and what happens.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::dice;
use crate::request::{Call, Protocol};
use crate::world::LONGEST_HANG;

/// What happens to a call with a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is refused with code, message and status; nothing is done.
    #[default]
    Error,
    /// The same answer, but the work is done, as if the reply was lost.
    Lost,
    /// It waits `seconds` (less if the faults are cleared), then is refused.
    Hang,
    /// The work is done, then it waits `seconds` before the answer.
    HangAfter,
    /// It is answered as if it had succeeded; nothing is done.
    Ignore,
    /// It is throttled, with the error of its service.
    Throttle,
    /// The caller's session has expired, with the error of its service.
    Expire,
    /// The connection is cut; nothing is done.
    Cut,
    /// The work is done, then the connection is cut.
    CutAfter,
    /// The work is done; half of the answer's body is sent, then the connection is cut.
    Truncate,
    /// The work is done; half of the answer's body is sent, with a length as if it were complete.
    Shorten,
    /// The work is done; the answer has no body at all.
    Empty,
    /// A page is sent a second time, under a token of its own.
    RepeatPage,
    /// A page names itself as the next one.
    SameToken,
    /// The page after this one is skipped.
    LosePage,
    /// Each instance is shown as it was before its last change.
    Past,
    /// The instances that the call names (or all of its place) are changed by `fields` just before the call is carried
    /// out.
    Change,
    /// The same just after the call was carried out.
    ChangeAfter,
}

/// A fault in the pages of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageFault {
    Repeat,
    SameToken,
    Lose,
}

/// One fault.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Fault {
    /// The action that it applies to, or `*`.
    pub action: String,
    /// What happens.
    pub mode: Mode,
    /// Only calls in this account (or into it, for AssumeRole).
    pub account: Option<String>,
    /// Only calls in this Region.
    pub region: Option<String>,
    /// Only calls by this role.
    pub role: Option<String>,
    /// Only calls that name one of these instances.
    pub ids: Option<Vec<String>>,
    /// How many calls pass before it applies.
    pub after: u64,
    /// How often it applies; by default always.
    pub times: Option<u64>,
    /// To how many per cent of the possible calls it applies, by the plan's seed.
    pub percent: Option<f64>,
    /// The refusal's code.
    pub code: Option<String>,
    /// The refusal's message.
    pub message: Option<String>,
    /// The refusal's status.
    pub status: Option<u16>,
    /// How long a hang lasts, in seconds.
    pub seconds: Option<f64>,
    /// Fields of an instance, as in a spec.
    pub fields: Map<String, Value>,
}

impl Fault {
    fn meets(&self, call: &Call) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let account = || same(&self.account, &call.account) || self.account.as_deref() == call.entered();
        (self.action == "*" || self.action == call.action)
            && account()
            && same(&self.region, &call.region)
            && same(&self.role, call.role.as_deref().unwrap_or_default())
            && self.ids.as_ref().is_none_or(|ids| call.ids.iter().any(|id| ids.iter().any(|one| **one == **id)))
    }

    /// The refusal of this fault.
    pub(crate) fn refusal(&self, call: &Call) -> Refusal {
        let usual = match self.mode {
            Mode::Throttle => throttled(call),
            Mode::Expire => expired(call),
            _ => Refusal::new(500, "InternalError", "A staged fault."),
        };
        Refusal {
            code: self.code.clone().unwrap_or(usual.code),
            message: self.message.clone().unwrap_or(usual.message),
            status: self.status.unwrap_or(usual.status),
        }
    }

    /// How long a hang lasts.
    pub(crate) fn hangs(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(30.0).clamp(0.0, LONGEST_HANG))
    }

    pub(crate) fn page(&self) -> Option<PageFault> {
        match self.mode {
            Mode::RepeatPage => Some(PageFault::Repeat),
            Mode::SameToken => Some(PageFault::SameToken),
            Mode::LosePage => Some(PageFault::Lose),
            _ => None,
        }
    }
}

/// The throttling error of each service.
pub(crate) fn throttled(call: &Call) -> Refusal {
    match (call.protocol, call.service.as_str()) {
        (Protocol::Ec2, _) => Refusal::new(503, "RequestLimitExceeded", "Request limit exceeded."),
        (Protocol::RestXml, _) => Refusal::new(503, "SlowDown", "Please reduce your request rate."),
        (Protocol::Query, _) => Refusal::new(400, "Throttling", "Rate exceeded"),
        (Protocol::RestJson, _) | (_, "organizations") => {
            Refusal::new(400, "TooManyRequestsException", "AWS is not able to process the request at this time.")
        }
        (Protocol::Json | Protocol::Cbor, _) => Refusal::new(400, "ThrottlingException", "Rate exceeded"),
    }
}

/// The expired-session error of each service.
fn expired(call: &Call) -> Refusal {
    match call.protocol {
        Protocol::Ec2 => Refusal::new(400, "RequestExpired", "Request has expired."),
        Protocol::RestXml | Protocol::Query => {
            Refusal::new(403, "ExpiredToken", "The security token included in the request is expired")
        }
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => {
            Refusal::new(400, "ExpiredTokenException", "The security token included in the request is expired")
        }
    }
}

/// The active faults, with the seed of their chances.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) seed: u64,
    list: Vec<(Fault, u64)>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.list.push((fault, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    /// The first fault that applies to this call. It is counted.
    pub(crate) fn pick(&mut self, call: &Call) -> Option<Fault> {
        for (place, (fault, seen)) in self.list.iter_mut().enumerate() {
            if fault.times == Some(0) || !fault.meets(call) {
                continue;
            }
            *seen += 1;
            let parts = [
                self.seed,
                place as u64,
                *seen,
                dice::text(&call.action),
                dice::text(&call.account),
                dice::text(&call.region),
            ];
            let lucky = fault.percent.is_some_and(|percent| dice::share(dice::of(&parts)) * 100.0 >= percent);
            if *seen <= fault.after || lucky {
                continue;
            }
            fault.times = fault.times.map(|times| times - 1);
            return Some(fault.clone());
        }
        None
    }
}
