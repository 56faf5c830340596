//! One stage of a run, as a state machine requests it.

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// The default number of accounts for one worker. In 17 Regions this is 425 calls of about 250 ms, 64 at once: two
/// seconds. The number is small, so the loss of one worker leaves only a few accounts unreachable.
pub const CHILD_ACCOUNTS: u16 = 25;

/// One stage of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stage {
    /// Finds the accounts and divides them into batches.
    #[serde(skip)] // `RawTargets` has it
    Targets {
        /// The request for the whole run, as it was received.
        request: Box<str>,
        /// Accounts in one batch.
        accounts: u16,
    },
    /// Scans one batch of accounts and assesses their instances.
    Scan {
        /// The run's id.
        run: Box<str>,
        /// The index of the batch.
        batch: usize,
    },
    /// Makes one plan for everything that was found.
    Plan {
        /// The run's id.
        run: Box<str>,
    },
    /// Carries out the plan for one batch of accounts.
    Act {
        /// The run's id.
        run: Box<str>,
        /// The index of the batch.
        batch: usize,
    },
    /// Notifies, counts and records.
    Conclude {
        /// The run's id.
        run: Box<str>,
    },
    /// Releases what an unfinished run holds.
    GiveUp {
        /// The run's id.
        run: Box<str>,
    },
}

/// It is not a valid stage.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum StageInvalid {
    #[error("it is no stage of a run: {0}; see `infra/fan-out.yaml` for what each is sent")]
    NotAStage(#[from] serde_json::Error),
    #[error("`{0}` is not the id of a run, such as `20261125T123000Z-1a2b3c4d`")]
    NotARun(String),
    #[error("`accounts-a-child` is 0, and a child without accounts scans nothing")]
    NoAccounts,
}

/// The first stage has a text that must stay unchanged. An internally tagged enum cannot keep it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawTargets<'a> {
    #[serde(rename = "stage")]
    _stage: &'a str,
    #[serde(borrow)]
    request: &'a RawValue,
    #[serde(default)]
    accounts_a_child: Option<u16>,
}

impl Stage {
    /// Reads input that has the key `stage`.
    ///
    /// # Errors
    /// [`StageInvalid`] with the error.
    pub fn parse(text: &str) -> Result<Self, StageInvalid> {
        #[derive(Deserialize)]
        struct Which {
            stage: String,
        }
        let Which { stage } = serde_json::from_str(text)?;
        if stage == "targets" {
            let RawTargets { _stage, request, accounts_a_child } = serde_json::from_str(text)?;
            let accounts = accounts_a_child.unwrap_or(CHILD_ACCOUNTS);
            if accounts == 0 {
                return Err(StageInvalid::NoAccounts);
            }
            return Ok(Self::Targets { request: request.get().into(), accounts });
        }
        let stage: Self = serde_json::from_str(text)?;
        match &stage {
            Self::Scan { run, .. } | Self::Act { run, .. } => check(run)?,
            Self::Plan { run } | Self::Conclude { run } | Self::GiveUp { run } => check(run)?,
            Self::Targets { .. } => {}
        }
        Ok(stage)
    }

    /// The name in logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Targets { .. } => "targets",
            Self::Scan { .. } => "scan",
            Self::Plan { .. } => "plan",
            Self::Act { .. } => "act",
            Self::Conclude { .. } => "conclude",
            Self::GiveUp { .. } => "give-up",
        }
    }
}

/// Checks a run's id. It is the name of a folder in the record, so it must not contain anything that could lead
/// outside.
fn check(text: &str) -> Result<(), StageInvalid> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.is_empty() || text.len() > 64 || !text.chars().all(plain) {
        return Err(StageInvalid::NotARun(text.to_owned()));
    }
    Ok(())
}
