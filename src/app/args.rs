//! The command line, as clap reads it.

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::builder::PossibleValue;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::app::reviewed::ReviewedAt;
use crate::engine::config::Settings;
use crate::engine::model::{Locale, Reason};
use crate::engine::schedule::parse_zone;
use crate::render::{Column, View};

/// The variable that sets the instant to judge by, for rehearsals.
pub(super) const AT: &str = "IDLE_REAPER_AT";

/// Finds EC2 instances left running outside business hours, in every account of an organisation, and reports
/// or stops them.
#[derive(Debug, Parser)]
#[command(name = "idle-reaper", version, about, max_term_width = 100, after_help = EXITS)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,

    /// Settings: a file, `s3://bucket/key` or `ssm:/name`.
    #[arg(
        short,
        long,
        global = true,
        env = "IDLE_REAPER_CONFIG",
        default_value = "reaper.toml",
        value_name = "SOURCE"
    )]
    pub config: String,

    /// Judge by this instant instead of the clock, such as `2026-11-25T21:30:00+09:00`.
    #[arg(long, global = true, env = AT, value_name = "RFC3339")]
    pub at: Option<String>,

    /// Only this account, by id or name; may be repeated.
    #[arg(short = 'a', long = "account", global = true, value_name = "ACCOUNT")]
    pub accounts: Vec<String>,

    /// Only this Region; may be repeated.
    #[arg(short = 'r', long = "region", global = true, value_name = "REGION")]
    pub regions: Vec<String>,

    /// How to show the result.
    #[arg(short, long, global = true, value_enum)]
    pub format: Option<Format>,

    /// The language of reports and explanations, instead of the settings' own.
    #[arg(long, global = true, env = "IDLE_REAPER_LOCALE", value_name = "LANGUAGE")]
    pub locale: Option<Locale>,

    /// Write the result to this file instead of the terminal.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Read a snapshot, or the output of `aws ec2 describe-instances`, instead of AWS; with `plan`, a folder of
    /// them, each judged at its own instant.
    #[arg(long, global = true, value_name = "FILE")]
    pub inventory: Option<PathBuf>,
}

const EXITS: &str = "Exit codes: 0 done, or nothing to do; 1 error, nothing was done; 2 with --detailed-exitcode: the plan has steps; \
3 degraded: something failed, or an account or Region could not be looked at.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Check the settings, and look at nothing.
    Check,
    /// List the accounts and Regions that would be looked at.
    Targets,
    /// Dry run: say what would be done, and write nothing.
    Plan {
        #[command(flatten)]
        select: Select,
        /// Exit with 2 when the plan has steps.
        #[arg(long)]
        detailed_exitcode: bool,
        #[command(flatten)]
        list: List,
        /// With an inventory folder: compare with what these settings would have decided.
        #[arg(long, value_name = "SOURCE", requires = "inventory")]
        against: Option<String>,
    },
    /// Do it, where both keys are turned: `armed` in the settings and `stage = "enforce"` on the policy.
    Apply {
        #[command(flatten)]
        select: Select,
        #[command(flatten)]
        list: List,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Carry out this reviewed plan and nothing beyond it: a file, or `record:KEY` for one in the record.
        #[arg(long, value_name = "FILE")]
        plan: Option<ReviewedAt>,
        /// Let go on what this run held back as a sudden change.
        #[arg(long, value_name = "RUN")]
        acknowledge: Option<String>,
    },
    /// List the runs of the record, newest first.
    Runs {
        /// How many days back.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
    /// Start again what a run has stopped, and nobody touched since. A dry run, unless it is confirmed.
    Undo {
        /// The run's id, as `runs` lists it.
        run: String,
        #[command(flatten)]
        select: Select,
        /// Carry it out, and do not ask.
        #[arg(long)]
        yes: bool,
        /// Start although the reaper is paused.
        #[arg(long)]
        even_paused: bool,
        /// Start although a policy's calendar is frozen.
        #[arg(long)]
        even_frozen: bool,
    },
    /// Say why an instance is judged as it is: every rule, its inputs, what would change it.
    Explain {
        /// The instance's id, or its `Name` tag.
        instance: String,
        /// Say instead what this run did with it, or `last`; only the record is asked, and no account.
        #[arg(long, value_name = "RUN", conflicts_with = "inventory")]
        run: Option<String>,
    },
    /// Show when a schedule is open: a name from the settings, or an expression.
    Schedule {
        /// The name or the expression, such as `mon-fri 09:00-18:00 @ Asia/Tokyo`.
        schedule: String,
        /// Take zone and calendar from this policy's schedule, as a tag would.
        #[arg(short, long)]
        policy: Option<String>,
        /// How many days to draw.
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
    /// Save what is seen, to be judged again with `--inventory`.
    Snapshot,
    /// Print the JSON Schema of the settings, for editors.
    Schema,
    /// Print what makes a shell complete this command line.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, for `man`.
    Man,
}

/// What is selected beyond accounts and Regions.
#[derive(Debug, clap::Args)]
pub struct Select {
    /// Only this instance; may be repeated.
    #[arg(short = 'i', long = "instance", value_name = "ID")]
    pub instances: Vec<String>,
    /// Only what this policy matches first; may be repeated.
    #[arg(short = 'p', long = "policy", value_name = "NAME")]
    pub policies: Vec<String>,
}

/// How the instances of a report are listed.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct List {
    /// List the skipped instances too.
    #[arg(long)]
    pub all: bool,
    /// List what this rule decided, and nothing else; may be repeated.
    #[arg(long = "reason", value_enum, hide_possible_values = true, value_name = "RULE")]
    pub reasons: Vec<Reason>,
    /// Sort by this column, instead of by money and then by age.
    #[arg(long, value_enum, value_name = "COLUMN")]
    pub sort: Option<Column>,
    /// The columns, with commas between them.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "COLUMNS")]
    pub columns: Vec<Column>,
    /// Show every time in this zone, such as `Asia/Tokyo`, instead of that of the first policy.
    #[arg(long, value_parser = zone, value_name = "ZONE")]
    pub zone: Option<Tz>,
}

impl List {
    /// How a report is shown under these settings.
    pub fn view(&self, settings: &Settings) -> View {
        let Self { all, reasons, sort, columns, zone } = self;
        let zone = zone.unwrap_or_else(|| settings.zone());
        View { all: *all, reasons: reasons.clone(), sort: *sort, columns: columns.clone(), zone }
    }
}

fn zone(text: &str) -> Result<Tz, String> {
    parse_zone(text).map_err(|_| format!("`{text}` is no IANA time zone; write one such as `Asia/Tokyo` or `UTC`"))
}

/// Renderings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// For scripts; the format is documented and stable.
    Json,
    /// For tickets and chats.
    Markdown,
    /// For spreadsheets: the instances, one a row.
    Csv,
    /// For scripts that read line by line: the instances, one a line of JSON.
    Ndjson,
}

impl ValueEnum for Column {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Reason {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Locale {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}
