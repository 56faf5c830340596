//! Organizations: accounts and units.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::calls::{Slant, unknown};
use crate::page::page;
use crate::request::Call;
use crate::spec::Spec;
use crate::world::World;

/// ListAccounts returns at most 20 per page (Organizations API reference, `MaxResults`).
const PAGE: usize = 20;
const ROOT: &str = "r-simu";

#[derive(Clone, Debug)]
struct Member {
    id: String,
    name: String,
    state: String,
    parent: String,
    tags: BTreeMap<String, String>,
}

/// The members of the organisation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Organization {
    members: Vec<Member>,
    /// Units by their path.
    units: BTreeMap<String, String>,
    /// The parent of each unit.
    parents: BTreeMap<String, String>,
}

impl Organization {
    pub(crate) fn of(spec: &Spec, accounts: &BTreeMap<String, String>) -> Self {
        let mut all = Self::default();
        for (name, id) in accounts {
            let account = spec.accounts.iter().find(|account| account.name == *name);
            let parent = all.unit(account.map_or("", |account| &account.ou));
            let state = account.and_then(|account| account.state.clone()).unwrap_or_else(|| "ACTIVE".to_owned());
            let tags = account.map(|account| account.tags.clone()).unwrap_or_default();
            all.members.push(Member { id: id.clone(), name: name.clone(), state, parent, tags });
        }
        all
    }

    /// The unit at a path, created if it does not exist.
    fn unit(&mut self, path: &str) -> String {
        let (mut parent, mut so_far) = (ROOT.to_owned(), String::new());
        for part in path.split('/').filter(|part| !part.is_empty()) {
            so_far = if so_far.is_empty() { part.to_owned() } else { format!("{so_far}/{part}") };
            let next = format!("ou-simu-{:08}", self.units.len());
            let unit = self.units.entry(so_far.clone()).or_insert(next).clone();
            self.parents.insert(unit.clone(), parent);
            parent = unit;
        }
        parent
    }

    pub(crate) fn paths(&self) -> &BTreeMap<String, String> {
        &self.units
    }
}

pub(crate) fn refusal(world: &World, call: &Call) -> Option<Refusal> {
    if !world.spec.organization {
        let words = "Your account is not a member of an organization.";
        return Some(Refusal::new(400, "AWSOrganizationsNotInUseException", words));
    }
    let words = "You don't have permissions to access this resource.";
    (call.account != world.hub_account).then(|| Refusal::new(400, "AccessDeniedException", words))
}

pub(crate) fn work(world: &World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let all = &world.organization;
    let parent = call.text("ParentId").unwrap_or_default();
    let account = |member: &Member| {
        let Member { id, name, state, parent: _, tags: _ } = member;
        let hub = &world.hub_account;
        let status = if state == "ACTIVE" || state == "PENDING_CLOSURE" { state.as_str() } else { "SUSPENDED" };
        json!({"Id": id, "Name": name, "State": state, "Status": status, "Email": format!("{name}@example.com"),
            "Arn": format!("arn:aws:organizations::{hub}:account/o-simulated/{id}"), "JoinedMethod": "CREATED"})
    };
    match call.action.as_str() {
        "ListAccounts" => listing(call, slant, "Accounts", all.members.iter().map(account).collect()),
        "ListAccountsForParent" => {
            known_parent(all, parent)?;
            let inside = all.members.iter().filter(|member| member.parent == parent);
            listing(call, slant, "Accounts", inside.map(account).collect())
        }
        "ListTagsForResource" => {
            let id = call.text("ResourceId").unwrap_or_default();
            let Some(member) = all.members.iter().find(|member| member.id == id) else {
                let words = "You specified a target that doesn't exist.";
                return Err(Refusal::new(400, "TargetNotFoundException", words));
            };
            let show = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
            listing(call, slant, "Tags", member.tags.iter().map(show).collect())
        }
        "ListOrganizationalUnitsForParent" => {
            known_parent(all, parent)?;
            let inside = all.units.iter().filter(|(_, unit)| all.parents[*unit] == parent);
            let show = |(path, unit): (&String, &String)| json!({"Id": unit, "Name": path.rsplit('/').next()});
            listing(call, slant, "OrganizationalUnits", inside.map(show).collect())
        }
        _ => Err(unknown(call)),
    }
}

fn known_parent(all: &Organization, parent: &str) -> Result<(), Refusal> {
    if parent == ROOT || all.parents.contains_key(parent) {
        return Ok(());
    }
    let words = format!("You specified a parent that doesn't exist: {parent}");
    Err(Refusal::new(400, "ParentNotFoundException", words))
}

fn listing(call: &Call, slant: Slant, key: &str, all: Vec<Value>) -> Result<Answer, Refusal> {
    let found = page(all.len(), PAGE, call.text("NextToken"), slant.page)
        .ok_or_else(|| Refusal::new(400, "InvalidInputException", "INVALID_NEXT_TOKEN"))?;
    let mut body = json!({ key: all[found.from..found.to] });
    if let Some(next) = found.next {
        body["NextToken"] = next.into();
    }
    Ok(Answer::json(&body))
}
