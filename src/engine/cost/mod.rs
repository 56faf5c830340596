//! ROOM engine::cost

pub mod price;
pub mod price_file;
pub mod savings;
pub mod spent;
pub mod waste;
