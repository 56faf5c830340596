//! Money: settings, list prices, realised savings, waste, and the monthly stocktake.

pub mod bill;
mod bundled;
mod filling;
mod parts;
mod price_file;
pub mod prices;
mod savings;
mod settings;
pub mod stocktake;
mod units;
