//! Prices, waste, savings, and the cost of a run itself.

pub mod bundled;
pub mod price;
pub mod price_file;
pub mod savings;
pub mod spent;
pub mod waste;
