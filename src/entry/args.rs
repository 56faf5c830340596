//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// The variable that sets the instant to judge by, for rehearsals.
pub const AT: &str = "IDLE_REAPER_AT";

/// Finds EC2 instances left running outside business hours, in every account of an organisation, and reports
/// or stops them.
#[derive(Debug, Parser)]
#[command(name = "idle-reaper", version, about, max_term_width = 100, after_help = EXITS)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,

    /// Settings: a file, `s3://bucket/key` or `ssm:/name`.
    #[arg(long, global = true, env = "IDLE_REAPER_CONFIG", default_value = "reaper.toml", value_name = "SOURCE")]
    pub config: String,

    /// Judge by this instant instead of the clock, such as `2026-11-25T21:30:00+09:00`.
    #[arg(long, global = true, env = AT, value_name = "RFC3339")]
    pub at: Option<String>,

    /// Only this account, by id or name; may be repeated.
    #[arg(long = "account", global = true, value_name = "ACCOUNT")]
    pub accounts: Vec<String>,

    /// Only this Region; may be repeated.
    #[arg(long = "region", global = true, value_name = "REGION")]
    pub regions: Vec<String>,

    /// How to show the result.
    #[arg(long, global = true, value_enum)]
    pub format: Option<Format>,

    /// Write the result to this file instead of the terminal.
    #[arg(long, global = true, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Read a snapshot, or the output of `aws ec2 describe-instances`, instead of AWS.
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
    },
    /// Do it, where both keys are turned: `armed` in the settings and `stage = "enforce"` on the policy.
    Apply {
        #[command(flatten)]
        select: Select,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Carry out this reviewed plan and nothing beyond it.
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
    },
    /// Say why an instance is judged as it is: every rule, its inputs, what would change it.
    Explain {
        /// The instance's id.
        instance: String,
    },
    /// Show when a schedule is open: a name from the settings, or an expression.
    Schedule {
        /// The name or the expression, such as `mon-fri 09:00-18:00 @ Asia/Tokyo`.
        schedule: String,
        /// Take zone and calendar from this policy's schedule, as a tag would.
        #[arg(long)]
        policy: Option<String>,
        /// How many days to draw.
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
    /// Save what is seen, to be judged again with `--inventory`.
    Snapshot,
}

/// What is selected beyond accounts and Regions.
#[derive(Debug, clap::Args)]
pub struct Select {
    /// Only this instance; may be repeated.
    #[arg(long = "instance", value_name = "ID")]
    pub instances: Vec<String>,
    /// Only what this policy matches first; may be repeated.
    #[arg(long = "policy", value_name = "NAME")]
    pub policies: Vec<String>,
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
}
