//! The request of a run. It is parsed once at the entry, with the instant and the deadline.

pub mod at;
mod doctor;
pub mod events;
pub mod invocation;
pub mod overrides;
mod scope;
pub mod stage;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use crate::engine::model::{RecordKey, RecordKeyInvalid, is_sane, named};
pub use crate::engine::request::overrides::UndoOverrides;
pub use crate::engine::request::scope::Scope;

named! {
    /// Whether a run only scans, or may act.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        /// Started manually; writes nothing.
        Plan = "plan",
        /// Acts where it is enabled in both places.
        Apply = "apply",
        /// Starts again what one run stopped; a dry run unless the request has `apply`.
        Undo = "undo",
    }
}

/// The fields of an undo, beside its selectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoAsk {
    /// The run to undo.
    pub run: String,
    /// Whether to carry it out; otherwise it is a dry run.
    pub apply: bool,
    /// The overrides that the caller sets.
    pub overrides: UndoOverrides,
}

/// A request before the current time is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the run may do.
    pub mode: Mode,
    /// The instant to assess by, where the caller sets one.
    pub at: Option<DateTime<Utc>>,
    /// The selection.
    pub scope: Scope,
    /// A reviewed plan in the record: the run may only do less than the plan.
    pub plan: Option<RecordKey>,
    /// A run that the sudden-change guard held back, and that the caller approves.
    pub acknowledge: Option<String>,
    /// The undo, with the mode `undo`.
    pub undo: Option<UndoAsk>,
    /// The instant for which a scheduled event was planned. It is only logged: every run uses the clock at execution.
    pub scheduled: Option<String>,
}

/// The request is not valid; nothing was scanned.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum RequestInvalid {
    #[error(
        "the event is not a request: {0}; send {{\"mode\":\"plan\"}} or {{\"mode\":\"apply\"}}, or let EventBridge call on a schedule"
    )]
    NotARequest(String),
    #[error(
        "the request is no check-up: {0}; `{{\"mode\":\"doctor\"}}` takes `accounts` and `regions`, and nothing else"
    )]
    NotADoctor(String),
    #[error(
        "the event comes from `{source_name}` with detail type `{detail_type}`, which this release does not know; nothing was done"
    )]
    UnknownEvent { source_name: String, detail_type: String },
    #[error(
        "`at` is `{0}`, which is not an instant with its offset, such as `2026-11-25T21:30:00+09:00`, between 1970 and 9000"
    )]
    At(String),
    #[error(
        "`at` is for dry runs; `apply` is judged by the clock, except where every AWS endpoint is a loopback address"
    )]
    AtForApply,
    #[error("`plan` names a reviewed plan that is to be carried out, so it goes with `apply` alone")]
    PlanForPlan,
    #[error(transparent)]
    RecordKey(#[from] RecordKeyInvalid),
    #[error("`acknowledge` is for `apply`; a dry run is never held back")]
    AcknowledgeForPlan,
    #[error(
        "`acknowledge` goes with a run of the settings' whole scope, for only such runs are held back; leave the selectors out"
    )]
    AcknowledgeNarrow,
    #[error(
        "`undo` needs the run that is undone: {{\"mode\":\"undo\",\"run\":\"20261125T123000Z-1a2b3c4d\"}}; `idle-reaper report` lists them"
    )]
    UndoWithoutRun,
    #[error("`{0}` goes with the mode `undo` alone")]
    OnlyForUndo(&'static str),
    #[error("`{0}` does not go with the mode `undo`")]
    NotForUndo(&'static str),
    #[error("the event from `{source_name}` cannot be understood: {why}; nothing was done")]
    BrokenEvent { source_name: String, why: String },
    #[error("the request selects the policy `{name}`, which the settings do not have; they have: {known}")]
    UnknownPolicy { name: String, known: String },
    #[error("the request selects the {what} `{name}`, which is not in the settings' scope; {mend}")]
    OutOfScope { what: &'static str, name: String, mend: &'static str },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawRequest {
    mode: Mode,
    #[serde(default, deserialize_with = "present")]
    at: Option<String>,
    #[serde(default, deserialize_with = "present")]
    accounts: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    regions: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    instances: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    policies: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    plan: Option<String>,
    #[serde(default, deserialize_with = "present")]
    acknowledge: Option<String>,
    #[serde(default, deserialize_with = "present")]
    run: Option<String>,
    #[serde(default, deserialize_with = "present")]
    apply: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    even_paused: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    even_frozen: Option<bool>,
}

impl RawRequest {
    /// The undo, where the mode is `undo`. Its fields are not allowed with other modes.
    fn undo(&self) -> Result<Option<UndoAsk>, RequestInvalid> {
        let Self { mode, plan, acknowledge, run, apply, even_paused, even_frozen, .. } = self;
        let own = [
            ("run", run.is_some()),
            ("apply", apply.is_some()),
            ("even-paused", even_paused.is_some()),
            ("even-frozen", even_frozen.is_some()),
        ];
        let others = [("plan", plan.is_some()), ("acknowledge", acknowledge.is_some())];
        let first = |fields: &[(&'static str, bool)]| fields.iter().find(|(_, there)| *there).map(|(name, _)| *name);
        match mode {
            Mode::Plan | Mode::Apply => first(&own).map_or(Ok(None), |name| Err(RequestInvalid::OnlyForUndo(name))),
            Mode::Undo => {
                if let Some(name) = first(&others) {
                    return Err(RequestInvalid::NotForUndo(name));
                }
                let run = run.clone().ok_or(RequestInvalid::UndoWithoutRun)?;
                let said = |flag: &Option<bool>| *flag == Some(true);
                let overrides = UndoOverrides { even_paused: said(even_paused), even_frozen: said(even_frozen) };
                Ok(Some(UndoAsk { run, apply: said(apply), overrides }))
            }
        }
    }
}

/// A selector must be a list. `null` is ambiguous between everything and nothing, so it is refused.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The fields of an AWS envelope that are read; AWS may add others.
#[derive(Deserialize)]
struct Envelope {
    source: Option<String>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    time: Option<String>,
}

/// The keys of a request that an AWS envelope does not have.
pub(crate) const OWN_KEYS: &str =
    "at accounts regions instances policies plan acknowledge run apply even-paused even-frozen";

impl Request {
    /// A request for the settings' whole scope.
    pub fn whole(mode: Mode) -> Self {
        Self { mode, at: None, scope: Scope::default(), plan: None, acknowledge: None, undo: None, scheduled: None }
    }

    /// Reads an event: a known AWS envelope, or an object with `mode`.
    ///
    /// # Errors
    /// [`RequestInvalid`] for anything else, including `{}`.
    pub fn parse(text: &str) -> Result<Self, RequestInvalid> {
        let wrong = |error: serde_json::Error| RequestInvalid::NotARequest(error.to_string());
        if !text.trim_start().starts_with('{') {
            return Err(RequestInvalid::NotARequest("it is not a JSON object".to_owned()));
        }
        let keys: BTreeMap<String, IgnoredAny> = serde_json::from_str(text).map_err(wrong)?;
        if !keys.contains_key("mode") {
            // An envelope runs the whole scope. A selector in an envelope is refused, because it must not be ignored.
            if let Some(own) = OWN_KEYS.split(' ').find(|own| keys.contains_key(*own)) {
                return Err(RequestInvalid::NotARequest(format!("it has `{own}` and no `mode`")));
            }
            return Self::from_envelope(&serde_json::from_str(text).map_err(wrong)?);
        }
        let raw: RawRequest = serde_json::from_str(text).map_err(wrong)?;
        let undo = raw.undo()?;
        let RawRequest { mode, at, accounts, regions, instances, policies, plan, acknowledge, .. } = raw;
        if mode == Mode::Plan && plan.is_some() {
            return Err(RequestInvalid::PlanForPlan);
        }
        if mode == Mode::Plan && acknowledge.is_some() {
            return Err(RequestInvalid::AcknowledgeForPlan);
        }
        let at = at.as_deref().map(parse_at).transpose()?;
        let plan = plan.as_deref().map(RecordKey::parse).transpose()?;
        let scope = Scope { accounts, regions, instances, policies, places: None };
        Ok(Self { mode, at, scope, plan, acknowledge, undo, scheduled: None })
    }

    fn from_envelope(envelope: &Envelope) -> Result<Self, RequestInvalid> {
        let Envelope { source, detail_type, time } = envelope;
        match (source.as_deref(), detail_type.as_deref()) {
            (Some("aws.events"), Some("Scheduled Event")) => {
                Ok(Self { scheduled: time.clone(), ..Self::whole(Mode::Apply) })
            }
            (None, None) => Err(RequestInvalid::NotARequest("it has no `mode`".to_owned())),
            (source, detail_type) => Err(RequestInvalid::UnknownEvent {
                source_name: source.unwrap_or_default().to_owned(),
                detail_type: detail_type.unwrap_or_default().to_owned(),
            }),
        }
    }
}

/// Reads an instant with its offset. Years far outside every schedule are refused, so that no date overflows.
///
/// # Errors
/// [`RequestInvalid::At`] with the text.
pub fn parse_at(text: &str) -> Result<DateTime<Utc>, RequestInvalid> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
        .filter(|at| is_sane(*at))
        .ok_or_else(|| RequestInvalid::At(text.to_owned()))
}

/// Everything that is read once at the entry and then passed by value.
#[derive(Clone, Debug)]
pub struct Run {
    /// The run's id, in every log line, tag and report.
    pub id: Arc<str>,
    /// The requested mode.
    pub mode: Mode,
    /// The selection.
    pub scope: Scope,
    /// The instant for which everything is assessed.
    pub at: DateTime<Utc>,
}
