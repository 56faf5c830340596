//! Realised savings in the record.

use crate::engine::cost::savings::Savings;
use crate::ports::{PortError, ReadRecord, WriteRecord};

/// The savings so far; none where the record has none.
///
/// # Errors
/// [`PortError`] when the record cannot be read, or what it says: to begin anew would lose months.
pub async fn read(hub: &impl ReadRecord) -> Result<Savings, PortError> {
    match hub.read(Savings::KEY).await? {
        None => Ok(Savings::default()),
        Some(text) => Savings::parse(&text).map_err(PortError),
    }
}

/// Writes the savings, and the months as a table beside them.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn write(hub: &impl WriteRecord, savings: &Savings) -> Result<(), PortError> {
    hub.write(Savings::KEY, &savings.text()).await?;
    hub.write(Savings::TABLE, &savings.table()).await.map(|_| ())
}
