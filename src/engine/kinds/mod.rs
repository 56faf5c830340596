//! ROOM engine::kinds

pub mod ec2;
