//! One call for many instances, and halves of it when AWS refuses, so that one instance spoils nothing.

use std::future::Future;

use crate::ports::ActError;

/// Calls `act` on all ids, and on ever smaller halves where it is refused. Answers each id's own end, in order.
/// At most `2n - 1` calls. What is unclear is not repeated: it may have happened.
pub(crate) async fn bisect<F>(
    ids: &[Box<str>],
    act: impl Fn(Vec<Box<str>>) -> F,
) -> Vec<(Box<str>, Result<(), ActError>)>
where
    F: Future<Output = Result<(), ActError>>,
{
    let mut ends: Vec<(Box<str>, Result<(), ActError>)> = Vec::with_capacity(ids.len());
    // Depth first and left to right, so that the ends come in the order of the ids.
    let mut open: Vec<&[Box<str>]> = if ids.is_empty() { Vec::new() } else { vec![ids] };
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

    use super::*;

    #[tokio::test]
    async fn one_refused_instance_spoils_nothing() {
        let ids: Vec<Box<str>> = (0..50).map(|n| format!("i-{n}").into()).collect();
        let calls = Cell::new(0);
        let ends = bisect(&ids, |part| {
            calls.set(calls.get() + 1);
            let bad = part.iter().any(|id| &**id == "i-17");
            async move { if bad { Err(ActError::Refused("protected".into())) } else { Ok(()) } }
        })
        .await;
        assert_eq!(ends.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), ids);
        let failed: Vec<_> = ends.iter().filter(|(_, end)| end.is_err()).map(|(id, _)| &**id).collect();
        assert_eq!(failed, ["i-17"]);
        assert!(calls.get() <= 13, "{} calls", calls.get());
    }
}
