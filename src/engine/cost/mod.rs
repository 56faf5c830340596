//! Prices, waste, savings, and what a run itself costs.

pub mod price;
pub mod price_file;
pub mod savings;
pub mod spent;
pub mod waste;
