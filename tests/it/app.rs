//! The command line.

pub mod at;
pub mod command_line;
pub mod init;
pub mod inventories;
