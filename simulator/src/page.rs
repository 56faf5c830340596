//! Pages: where one begins and ends, and the token of the next, including the faults of pages.

use crate::faults::PageFault;

/// One page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) next: Option<String>,
}

/// The page that `token` asks for; `None` for an unknown token.
pub(crate) fn page(total: usize, size: usize, token: Option<&str>, fault: Option<PageFault>) -> Option<Page> {
    let token = token.filter(|token| !token.is_empty());
    let from: usize = match token {
        None => 0,
        // `again-` serves a page a second time, under a token of its own.
        Some(token) => token.trim_start_matches("again-").strip_prefix("from-")?.parse().ok()?,
    };
    let size = size.max(1);
    let to = from.saturating_add(size).min(total);
    let next = (to < total).then(|| format!("from-{to}"));
    let from = from.min(to);
    let next = match (fault, next) {
        (None, next) => next,
        (Some(PageFault::Repeat), next) if token.is_some_and(|token| token.starts_with("again-")) => next,
        (Some(PageFault::Repeat), _) => Some(format!("again-from-{from}")),
        (Some(PageFault::SameToken), next) => token.map(str::to_owned).or(next),
        (Some(PageFault::Lose), next) => next.and((to + size < total).then(|| format!("from-{}", to + size))),
    };
    Some(Page { from, to, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(total: usize, size: usize, fault: Option<PageFault>) -> Vec<(usize, usize)> {
        let (mut token, mut pages) = (None, Vec::new());
        for _ in 0..10 {
            let page = page(total, size, token.as_deref(), fault).unwrap();
            pages.push((page.from, page.to));
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        pages
    }

    #[test]
    fn pages_cover_everything_once_unless_a_fault_says_otherwise() {
        assert_eq!(walk(5, 2, None), [(0, 2), (2, 4), (4, 5)]);
        assert_eq!(walk(0, 2, None), [(0, 0)]);
        assert_eq!(walk(5, 2, Some(PageFault::Lose)), [(0, 2), (4, 5)]);
        assert_eq!(walk(4, 2, Some(PageFault::Repeat)), [(0, 2), (0, 2), (2, 4), (2, 4)]);
        assert_eq!(walk(4, 1, Some(PageFault::SameToken)).len(), 10);
        assert_eq!(page(5, 2, Some("nonsense"), None), None);
    }
}
