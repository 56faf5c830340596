//! Databases that a switch-over left behind: every database of a target, and the connections of those that seem to be.

use crate::aws::client::Access;
use crate::aws::databases;
use crate::aws::kinds::Metrics;
use crate::aws::kinds::traffic::traffic;
use crate::engine::kinds::database::left_over::{DAYS, LeftOver, left_over};
use crate::engine::kinds::reported::Facts;

pub(super) async fn list(access: &Access<'_>, metrics: &Metrics<'_>) -> Result<Vec<Facts>, String> {
    let mut found = left_over(&databases::list(access).await?);
    let asked: Vec<&mut LeftOver> = found.iter_mut().filter(|one| one.is_up()).collect();
    let wanted: Vec<_> = asked.iter().map(|one| (one.identifier(), one.counters())).collect();
    let known = traffic(metrics, &wanted, DAYS).await?;
    for (database, traffic) in asked.into_iter().zip(known) {
        database.traffic = traffic;
    }
    Ok(found.into_iter().map(|one| Facts::ReplacedDatabase(Box::new(one))).collect())
}
