//! Prices, waste, savings, the bill, and the cost of a run itself.

pub mod bill;
pub mod budgets;
pub mod bundled;
pub mod database;
pub mod fargate;
pub mod parts;
pub mod price;
pub mod price_file;
pub mod query;
pub mod savings;
pub mod spent;
pub mod waste;
