//! The command line, as clap reads it.

use std::path::PathBuf;

use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::{Parser, Subcommand};
use clap_complete::engine::ArgValueCompleter;

use crate::app::choices::{Format, Generated, Peer, Reach};
use crate::app::complete;
use crate::app::reviewed::ReviewedAt;
use crate::engine::config::{Settings, doubt};
use crate::engine::model::month::Month;
use crate::engine::model::{Locale, Reason};
use crate::engine::schedule::parse_zone;
use crate::render::{Column, View};

/// The variable that sets the instant to judge by, for rehearsals.
pub(super) const AT: &str = "IDLE_REAPER_AT";

/// Finds EC2 instances, databases and ECS services left running outside business hours, in every account of an
/// organisation, and reports or stops them.
#[derive(Debug, Parser)]
#[command(name = "idle-reaper", version, about, max_term_width = 100, after_help = EXITS)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,

    /// Settings: a file, `s3://bucket/key` or `ssm:/name`. Default: `reaper.toml` in this folder, or else in the
    /// nearest folder above it.
    #[arg(short, long, global = true, env = "IDLE_REAPER_CONFIG", value_name = "SOURCE")]
    pub config: Option<String>,

    /// Judge by this instant instead of the clock: `22:00` or `2026-11-25 22:00` in the schedules' time zone,
    /// `22:00 @ Asia/Tokyo`, or `2026-11-25T21:30:00+09:00`.
    #[arg(long, global = true, env = AT, value_name = "TIME")]
    pub at: Option<String>,

    /// Only this account, by id or name; may be repeated.
    #[arg(short = 'a', long = "account", global = true, value_name = "ACCOUNT", add = ArgValueCompleter::new(complete::accounts))]
    pub accounts: Vec<String>,

    /// Only this Region; may be repeated.
    #[arg(short = 'r', long = "region", global = true, value_name = "REGION", add = ArgValueCompleter::new(complete::regions))]
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

    /// Read a snapshot, or output of the AWS CLI such as that of `aws ec2 describe-instances`, instead of AWS: a file, a
    /// folder, or `-` for standard input; may be repeated. With `plan`, a folder of snapshots of several days is a backtest.
    #[arg(long, global = true, value_name = "FILE")]
    pub inventory: Vec<PathBuf>,
}

const EXITS: &str = "Exit codes: 0 done, or nothing to do; 1 error, nothing was done; 2 with --detailed-exitcode: the plan has steps, and of import: something was left over; \
3 degraded: something failed, or an account or Region could not be scanned.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write first settings from your answers, or from flags and an inventory. They arm nothing.
    Init(First),
    /// Check the settings without scanning anything.
    Check,
    /// Check the installation: roles, permissions, record, pause switch, channels, keys. Changes nothing.
    Doctor,
    /// List the accounts and Regions that would be scanned.
    Targets,
    /// Dry run: show what would be done, and write nothing.
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
    /// Stop and start instances where you enabled it in two places: `armed` in the settings and `stage = "enforce"` on
    /// the policy.
    Apply {
        #[command(flatten)]
        select: Select,
        #[command(flatten)]
        list: List,
        /// Do not ask for confirmation.
        #[arg(long)]
        yes: bool,
        /// Carry out only this reviewed plan: a file, or `record:KEY` for one in the record.
        #[arg(long, value_name = "FILE")]
        plan: Option<ReviewedAt>,
        /// Approve a run that the sudden-change guard held back.
        #[arg(long, value_name = "RUN")]
        acknowledge: Option<String>,
    },
    /// Show the report of a recorded run, or list the runs of the record, newest first.
    Report {
        /// The run's id. Without it, the runs are listed.
        run: Option<String>,
        /// How many days back the list goes.
        #[arg(long, default_value_t = 7, conflicts_with = "run", value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
    /// Start the instances again that a run stopped and that were not changed since. A dry run, unless it is confirmed.
    Undo {
        /// The run's id, as `report` lists it.
        run: String,
        #[command(flatten)]
        select: Select,
        /// Carry it out without asking for confirmation.
        #[arg(long)]
        yes: bool,
        /// Start although the reaper is paused.
        #[arg(long)]
        even_paused: bool,
        /// Start although a policy's calendar is frozen.
        #[arg(long)]
        even_frozen: bool,
    },
    /// Start the instances and databases with the reaper's tag in your own account, with your own rights, and without settings, hub or
    /// record. A dry run, unless it is confirmed.
    StartStopped {
        /// Only what this run stopped.
        #[arg(long, value_name = "RUN")]
        run: Option<String>,
        /// The `prefix` of the settings' `[tags]`, if it was changed.
        #[arg(long, default_value = "idle-reaper:", value_name = "PREFIX")]
        tag_prefix: String,
        /// Carry it out without asking for confirmation.
        #[arg(long)]
        yes: bool,
    },
    /// Keep instances of your own account until a date, with your own rights: writes the tag `keep-until`. A dry run, unless
    /// it is confirmed.
    Keep(Keep),
    /// Record that a person has confirmed the monthly stocktake of an account.
    Confirm {
        /// The account, by its twelve digits.
        account: String,
        /// The month of the stocktake, such as `2026-11`. Default: the last one.
        #[arg(long, value_parser = month, value_name = "MONTH")]
        month: Option<Month>,
        /// Who has confirmed it.
        #[arg(long, default_value = "", hide_default_value = true, value_name = "NAME")]
        by: String,
    },
    /// Explain why an instance is judged as it is: every rule, its inputs, what would change it.
    Explain {
        /// The instance's id, or its `Name` tag.
        instance: String,
        /// Show instead what this run, or the `last`, did with it; reads only the record and no account.
        #[arg(long, value_name = "RUN", conflicts_with = "inventory")]
        run: Option<String>,
    },
    /// Show when a schedule is open: a name from the settings, or an expression.
    Schedule {
        /// The name or the expression, such as `mon-fri 09:00-18:00 @ Asia/Tokyo`.
        #[arg(add = ArgValueCompleter::new(complete::schedules))]
        schedule: String,
        /// Take the time zone and calendar from this policy's schedule, as a tag would.
        #[arg(short, long, add = ArgValueCompleter::new(complete::policies))]
        policy: Option<String>,
        /// How many days to show.
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
    /// Save the scan, to judge it again with `--inventory`.
    Snapshot,
    /// Show what another tool's tags, schedules or policies become here: settings that only observe. Changes nothing.
    Import(Import),
    /// Print a file about the program itself: the JSON Schema of the settings for editors, the manual page, or a shell's
    /// completion script.
    Generate {
        /// Which file.
        #[arg(value_enum)]
        what: Generated,
    },
}

/// What is known of another tool.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The tool that FILE is from.
    #[arg(value_enum, requires = "file", value_name = "TOOL")]
    pub peer: Option<Peer>,
    /// Its definitions as JSON: the scan of Instance Scheduler's table, or Cloud Custodian's policies.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// A tag that the tool reads: `KEY=schedule`, `KEY=c7n`, or `KEY=c7n mon-fri 08:00-20:00 @ Asia/Tokyo` with the
    /// default hours of its policy; may be repeated.
    #[arg(long = "tag", value_name = "KEY=DIALECT")]
    pub tags: Vec<String>,
    /// Show instead where both tools would differ in the week from this date on, by minute and instance.
    #[arg(long, value_name = "DATE", requires = "inventory")]
    pub week: Option<NaiveDate>,
}

/// What is kept, until when, and why.
#[derive(Debug, clap::Args)]
pub struct Keep {
    /// The instances, each by its id or its `Name` tag.
    #[arg(required = true, value_name = "INSTANCE")]
    pub instances: Vec<String>,
    /// A date, kept until the first opening after that day, or an instant such as `2026-12-31T18:00+09:00`.
    #[arg(long, value_name = "DATE")]
    pub until: String,
    /// Why, for whoever reads the tag.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The `prefix` of the hub's `[tags]`, if it was changed and there are no settings here.
    #[arg(long, value_name = "PREFIX")]
    pub tag_prefix: Option<String>,
    /// Carry it out without asking for confirmation.
    #[arg(long)]
    pub yes: bool,
}

/// What first settings are made of. At a terminal, the rest is asked for.
#[derive(Debug, clap::Args)]
pub struct First {
    /// The accounts to scan: only your own, or all of the organisation.
    #[arg(long, value_enum)]
    pub scope: Option<Reach>,
    /// The time zone of the office hours, such as `Asia/Tokyo`.
    #[arg(long, value_parser = zone, value_name = "ZONE")]
    pub zone: Option<Tz>,
    /// A tag of what may be stopped, such as `Env=dev`; may be repeated. Default: what the inventory proposes.
    #[arg(long = "tag", value_parser = tag, value_name = "KEY=VALUE")]
    pub tags: Vec<String>,
}

/// Selects instances within the selected accounts and Regions.
#[derive(Debug, clap::Args)]
pub struct Select {
    /// Only this instance; may be repeated.
    #[arg(short = 'i', long = "instance", value_name = "ID")]
    pub instances: Vec<String>,
    /// Only instances whose first matching policy is this one; may be repeated.
    #[arg(short = 'p', long = "policy", value_name = "NAME", add = ArgValueCompleter::new(complete::policies))]
    pub policies: Vec<String>,
}

/// How the instances of a report are listed.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct List {
    /// List the skipped instances too.
    #[arg(long)]
    pub all: bool,
    /// List only what this rule decided; may be repeated.
    #[arg(long = "reason", value_enum, hide_possible_values = true, value_name = "RULE")]
    pub reasons: Vec<Reason>,
    /// Sort by this column, instead of by money and then by age.
    #[arg(long, value_enum, value_name = "COLUMN")]
    pub sort: Option<Column>,
    /// The columns, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "COLUMNS")]
    pub columns: Vec<Column>,
    /// Show every time in this zone, such as `Asia/Tokyo`, instead of the zone of the first policy.
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

/// Reads a tag pattern.
pub(super) fn tag(text: &str) -> Result<String, String> {
    if !text.contains('=') {
        return Err(format!(
            "`{text}` is a key without a value, which production has, too; write it as `{text}=VALUE`"
        ));
    }
    doubt(text).map_or_else(|| Ok(text.to_owned()), |why| Err(format!("the pattern `{text}` {why}")))
}

/// Reads a month.
fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).ok_or_else(|| format!("`{text}` is not a month; write it as `2026-11`"))
}

/// Reads a time zone.
pub(super) fn zone(text: &str) -> Result<Tz, String> {
    parse_zone(text).map_err(|_| format!("`{text}` is not an IANA time zone; write one such as `Asia/Tokyo` or `UTC`"))
}
