//! Makes one call for many instances, and halves the batch when AWS refuses, so that one bad instance does not fail the
//! others.

use crate::engine::model::ResourceId;
use crate::engine::plan::pace::Pace;
use crate::ports::ActError;

/// How many of these, which are of one kind, one call may name.
pub(crate) fn per_call(ids: &[ResourceId]) -> usize {
    ids.first().map_or(1, |id| Pace::of(id.kind).per_call)
}

/// Calls `act` on `per_call` ids at a time, and on smaller and smaller halves where it is refused. Returns the result of
/// each id, in order. Makes at most `2n - 1` calls. An unclear result is not retried, because the call may have succeeded.
pub(crate) async fn bisect(
    ids: &[ResourceId],
    per_call: usize,
    act: impl AsyncFn(Vec<ResourceId>) -> Result<(), ActError>,
) -> Vec<(ResourceId, Result<(), ActError>)> {
    let mut ends: Vec<(ResourceId, Result<(), ActError>)> = Vec::with_capacity(ids.len());
    // Depth first and left to right, so that the results come in the order of the ids.
    let mut open: Vec<&[ResourceId]> = ids.chunks(per_call).rev().collect();
    while let Some(part) = open.pop() {
        match act(part.to_vec()).await {
            Err(ActError::Refused(_)) if part.len() > 1 => {
                let (left, right) = part.split_at(part.len() / 2);
                open.push(right);
                open.push(left);
            }
            end => ends.extend(part.iter().map(|id| (id.clone(), end.clone()))),
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use super::*;
    use crate::engine::model::Target;

    #[tokio::test]
    async fn one_refused_instance_spoils_nothing() {
        let place = Arc::new(Target::new("111111111111", "eu-west-1"));
        let ids: Vec<ResourceId> = (0..50).map(|n| ResourceId::instance(place.clone(), format!("i-{n}"))).collect();
        let calls = Cell::new(0);
        let ends = bisect(&ids, 50, |part: Vec<ResourceId>| {
            calls.set(calls.get() + 1);
            let bad = part.iter().any(|id| &*id.name == "i-17");
            async move { if bad { Err(ActError::Refused("protected".into())) } else { Ok(()) } }
        })
        .await;
        assert_eq!(ends.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), ids);
        let failed: Vec<_> = ends.iter().filter(|(_, end)| end.is_err()).map(|(id, _)| &*id.name).collect();
        assert_eq!(failed, ["i-17"]);
        assert!(calls.get() <= 13, "{} calls", calls.get());
    }
}
