//! The record of a run that has none.

use crate::ports::{Entry, PortError, ReadRecord};

/// The record of a run without a record.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecord;

impl ReadRecord for NoRecord {
    async fn read(&self, _: &str) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    async fn read_since(&self, _: &str, _: &str) -> Result<Vec<Entry>, PortError> {
        Ok(Vec::new())
    }
}
