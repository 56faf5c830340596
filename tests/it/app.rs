//! The command line.

pub mod at;
pub mod command_line;
mod import;
pub mod init;
pub mod inventories;
