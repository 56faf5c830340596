//! The values that options and arguments can have.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::engine::model::{Locale, Reason};
use crate::render::Column;

/// What the program can print about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Generated {
    /// The JSON Schema of the settings.
    Schema,
    /// The manual page, for `man`.
    Man,
    /// The completion script of bash.
    Bash,
    /// The completion script of elvish.
    Elvish,
    /// The completion script of fish.
    Fish,
    /// The completion script of PowerShell.
    Powershell,
    /// The completion script of zsh.
    Zsh,
}

/// Another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// AWS Instance Scheduler.
    InstanceScheduler,
    /// Cloud Custodian.
    Custodian,
}

/// The accounts of first settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reach {
    /// The caller's own.
    #[value(name = "self")]
    Own,
    /// Those of the organisation.
    Organization,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// For scripts; the format is documented and stable.
    Json,
    /// For tickets and chats.
    Markdown,
    /// For spreadsheets: one instance per row.
    Csv,
    /// For scripts that read line by line: one instance per line, as JSON.
    Ndjson,
    /// For a browser: one file that loads nothing.
    Html,
}

/// clap reads the values of other rooms' enums by their own names.
macro_rules! by_own_names {
    ($($name:ty),+) => {
        $(impl ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                Self::ALL
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(self.as_str()))
            }
        })+
    };
}

by_own_names!(Column, Locale, Reason);
