//! The answers of DescribeInstances, DescribeDBInstances, DescribeDBClusters and DescribeServices in one file: pages, and what a `--query`
//! leaves of them whole.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::engine::config::UNKNOWN;
use crate::engine::model::{Target, is_account};
use crate::local::databases::Listing;
use crate::local::documents::{missing, unlike};
use crate::local::inventory::{InventoryInvalid, Recorded};
use crate::local::services;
use crate::ports::NotScanned;

/// The pages of one file, in its order.
#[derive(Default)]
pub(super) struct Pages(Vec<Page>);

struct Page {
    recorded: Recorded,
    /// Whether another page must follow.
    more: bool,
}

impl Pages {
    /// Adds a document: an answer, a reservation, an instance, a database, a service, or a list of these.
    pub(super) fn add(&mut self, file: &str, document: Value) -> Result<(), InventoryInvalid> {
        let list = |key: &str| document.get(key).and_then(Value::as_array);
        let databases = Listing::ALL.into_iter().find_map(|(key, listing)| Some((listing, list(key)?)));
        if let Some((listing, databases)) = databases {
            // The CLI calls it `NextToken`, and the answer itself `Marker`.
            let token = document.get("NextToken").or_else(|| document.get("Marker"));
            self.push(Recorded::from_databases(listing, databases), token);
            return Ok(());
        }
        if let Some(services) = services::read(file, &document) {
            self.push(services, document.get("NextToken"));
            return Ok(());
        }
        if let Some(listing) = Listing::of(&document) {
            self.push(Recorded::from_databases(listing, &[document]), None);
            return Ok(());
        }
        let is_owned = ["OwnerId", "ReservationId"].iter().any(|key| document.get(key).is_some());
        let (recorded, token) = match (&document, list("Reservations"), list("Instances")) {
            (_, Some(reservations), _) => (Recorded::from_reservations(reservations), document.get("NextToken")),
            (_, None, Some(_)) if is_owned => (Recorded::from_reservations(&[document]), None),
            (Value::Array(several), ..) | (_, None, Some(several)) if !several.is_empty() => {
                return several.iter().try_for_each(|one| self.add(file, one.clone()));
            }
            (Value::Object(_), None, None) if missing(&document).is_empty() => {
                let owner = owner(&document).map(str::to_owned);
                (Recorded::from_reservations(&[json!({"OwnerId": owner, "Instances": [document]})]), None)
            }
            _ => {
                let (what, mend) = unlike(&document);
                return Err(InventoryInvalid::Other { file: file.to_owned(), what, mend });
            }
        };
        self.push(recorded, token);
        Ok(())
    }

    fn push(&mut self, recorded: Recorded, token: Option<&Value>) {
        let more = token.is_some_and(|token| !token.is_null() && token != "");
        self.0.push(Page { recorded, more });
    }

    /// What the pages hold, each as a part.
    pub(super) fn recorded(mut self, file: &str) -> Vec<Recorded> {
        let is_cut = self.is_cut();
        if let Some(last) = self.0.last_mut().filter(|_| is_cut) {
            let cause = format!(
                "`{file}` has a `NextToken` and not the page after it: the instances of other pages are missing; save \
                 it again without `--max-items` and `--no-paginate`, or all pages in one file, in their order"
            );
            last.recorded.missing(Target::new(UNKNOWN, UNKNOWN), NotScanned::Unreachable(cause));
        }
        self.0.into_iter().map(|page| page.recorded).collect()
    }

    /// Whether a page is missing. The page after a `NextToken` is of the same account and Region: in a loop over
    /// Regions, the answer of the next Region is not it.
    fn is_cut(&self) -> bool {
        let (mut cut, mut awaited) = (false, None::<BTreeSet<&Target>>);
        for Page { recorded, more } in &self.0 {
            let places: BTreeSet<_> = recorded.targets.keys().collect();
            if !places.is_empty()
                && let Some(before) = awaited.take()
            {
                cut |= !before.is_empty() && before.is_disjoint(&places);
            }
            if *more && awaited.is_none() {
                awaited = Some(places);
            }
        }
        cut || awaited.is_some()
    }
}

/// The account of an instance without its reservation: the one that owns all its network interfaces.
fn owner(instance: &Value) -> Option<&str> {
    let interfaces = instance.get("NetworkInterfaces")?.as_array()?;
    let mut owners = interfaces.iter().map(|one| one.get("OwnerId").and_then(Value::as_str));
    let first = owners.next().flatten().filter(|id| is_account(id))?;
    owners.all(|other| other == Some(first)).then_some(first)
}
