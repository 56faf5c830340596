//! `[scope]`: which accounts and Regions are scanned, and with which roles.

use std::sync::Arc;

use chrono::Duration;

use crate::engine::config::hints::did_you_mean;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::config::values::{OneOrMany, parse_duration};
use crate::engine::model::is_account;

/// The format that [`account_ids`] accepts.
const ACCOUNT_ID: Form = Form::Like("^[0-9]{12}$");

/// The format that [`units`] accepts.
const UNIT: Form = Form::Like("^(ou-|r-)");

/// The format that [`is_region`] accepts, without the limit of the length.
const REGION: Form = Form::Like("^[a-z]+-[a-z0-9-]*-[a-z0-9-]*[0-9]$");

/// The Regions that this release knows, of every partition.
const REGIONS: &str = include_str!("regions.txt");

/// The format that [`role`] accepts.
const ROLE: Form = Form::Like("^[A-Za-z0-9+=,.@_/-]+$");

/// The accounts that are scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// Every active account of the organisation.
    Organization,
    /// The caller's own account, without another role.
    Own,
    /// These accounts.
    List(Vec<Arc<str>>),
}

/// `[scope]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeSettings {
    /// The accounts.
    pub accounts: Accounts,
    /// Limits `organization` to these units and everything beneath them; an empty list does not limit.
    pub organizational_units: Vec<String>,
    /// Accounts that are not scanned.
    pub exclude_accounts: Vec<Arc<str>>,
    /// The Regions.
    pub regions: Regions,
    /// How often a scheduled run scans targets that were empty at their last scan; `None`: every run.
    pub sweep: Option<Duration>,
    /// The role that scans.
    pub reading_role: String,
    /// The role that acts.
    pub acting_role: String,
    /// The external id that both roles require.
    pub external_id: Option<String>,
    /// The Region for assuming roles and listing Regions, if it is set.
    pub sts_region: Option<String>,
}

/// The Regions that are scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Regions {
    /// Those enabled in each account.
    Enabled,
    /// The Region of the caller's own configuration: the smallest possible scope, if nothing is set.
    Own,
    /// These Regions; with an empty list, nothing is scanned.
    List(Vec<Arc<str>>),
}

/// The placeholder for an account or Region that an inventory does not contain.
pub const UNKNOWN: &str = "unknown";

impl ScopeSettings {
    /// Whether this account is in scope, as far as the settings' list shows it. An inventory may lack the account.
    /// Then only an empty list, with which nothing is scanned, can exclude it.
    pub fn names_account(&self, account: &str) -> bool {
        let listed = match &self.accounts {
            Accounts::Organization | Accounts::Own => true,
            Accounts::List(accounts) => accounts.iter().any(|listed| account == UNKNOWN || &**listed == account),
        };
        listed && !self.exclude_accounts.iter().any(|excluded| &**excluded == account)
    }

    /// Whether this Region is in scope, as far as the settings' list shows it. An inventory may lack the Region. Then
    /// only an empty list, with which nothing is scanned, can exclude it.
    pub fn names_region(&self, region: &str) -> bool {
        match &self.regions {
            Regions::Enabled | Regions::Own => true,
            Regions::List(regions) => regions.iter().any(|listed| region == UNKNOWN || &**listed == region),
        }
    }
}

pub(crate) fn read(section: &Section<'_>) -> ScopeSettings {
    let accounts = accounts(section).unwrap_or(Accounts::Own);
    let organizational_units = units(section, "organizational-units");
    if !organizational_units.is_empty() && accounts != Accounts::Organization {
        let place = section.place_of("organizational-units");
        let hint = "write `accounts = \"organization\"`, or leave the units out".to_owned();
        section.complain(place, "`organizational-units` narrows `accounts = \"organization\"` and nothing else", hint);
    }
    let excluded = section.texts_like("exclude-accounts", ACCOUNT_ID).unwrap_or_default();
    let sts = section.text_like("sts-region", REGION).into_iter().collect();
    ScopeSettings {
        accounts,
        organizational_units,
        exclude_accounts: account_ids(section, excluded),
        regions: regions(section).unwrap_or(Regions::Own),
        sweep: sweep(section).unwrap_or(Some(Duration::hours(4))),
        reading_role: role(section, "reading-role").unwrap_or_else(|| "IdleReaperRead".to_owned()),
        acting_role: role(section, "acting-role").unwrap_or_else(|| "IdleReaperAct".to_owned()),
        external_id: section.text("external-id").map(|word| word.text.to_owned()),
        sts_region: region_codes(section, sts).pop().map(|region| (*region).to_owned()),
    }
}

fn accounts(section: &Section<'_>) -> Option<Accounts> {
    let word = match section.one_or_many("accounts", Form::one_of(&["organization", "self"]), ACCOUNT_ID)? {
        OneOrMany::Many(words) => return Some(Accounts::List(account_ids(section, words))),
        OneOrMany::One(word) => word,
    };
    match word.text {
        "organization" => Some(Accounts::Organization),
        "self" => Some(Accounts::Own),
        _ => {
            let what = format!("`{}` does not say which accounts are meant", word.text);
            section.complain(word.span, what, Some("write \"organization\", \"self\", or a list of ids".to_owned()));
            None
        }
    }
}

fn regions(section: &Section<'_>) -> Option<Regions> {
    let word = match section.one_or_many("regions", Form::one_of(&["enabled"]), REGION)? {
        OneOrMany::Many(words) => return Some(Regions::List(region_codes(section, words))),
        OneOrMany::One(word) => word,
    };
    if word.text == "enabled" {
        return Some(Regions::Enabled);
    }
    let what = format!("`{}` does not say which Regions are meant", word.text);
    section.complain(word.span, what, Some("write \"enabled\", or a list such as [\"us-east-1\"]".to_owned()));
    None
}

/// `Some(None)`: everything is scanned in every run.
fn sweep(section: &Section<'_>) -> Option<Option<Duration>> {
    let hint = "write `always`, or from 15 minutes to a day, such as `4h`";
    let bounds = Duration::minutes(15)..=Duration::days(1);
    let parse = |text: &str| match text {
        "always" => Some(None),
        text => parse_duration(text).filter(|sweep| bounds.contains(sweep)).map(Some),
    };
    section.parsed("sweep", SWEEP, parse, "is not how often everything is scanned", hint)
}

/// The format that [`sweep`] accepts.
const SWEEP: Form = Form::Like("^(always|([0-9]+[dhms])+)$");

fn region_codes(section: &Section<'_>, words: Vec<Value<'_>>) -> Vec<Arc<str>> {
    let parse = |text: &str| is_region(text).then(|| text.into());
    for word in words.iter().filter(|word| is_region(word.text) && !REGIONS.lines().any(|known| known == word.text)) {
        let message = format!("this release knows no Region `{}`", word.text);
        let similar = did_you_mean(word.text, REGIONS.lines());
        section.warn(word.span.clone(), message, similar);
    }
    each(section, words, parse, "is not a Region", "write a Region's code, such as `ap-northeast-1`")
}

/// The result of `parse` for every value, sorted and without duplicates.
fn each<T: Ord>(
    section: &Section<'_>,
    words: Vec<Value<'_>>,
    parse: impl Fn(&str) -> Option<T>,
    is_not: &str,
    hint: &str,
) -> Vec<T> {
    let mut found: Vec<T> = words.iter().filter_map(|word| section.parse(word, &parse, is_not, hint)).collect();
    found.sort();
    found.dedup();
    found
}

/// Whether the text has the format of a Region code. Only AWS knows which Regions exist.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let lower = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let digit_last = text.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
    text.len() <= 32
        && digit_last
        && text.matches('-').count() >= 2
        && parts.next().is_some_and(lower)
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn account_ids(section: &Section<'_>, words: Vec<Value<'_>>) -> Vec<Arc<str>> {
    let parse = |text: &str| is_account(text).then(|| text.into());
    each(
        section,
        words,
        parse,
        "is not an account id",
        "an account id has twelve digits; keep the leading zeros and the quotes",
    )
}

/// Organisational units by id, or the root.
pub(crate) fn units(section: &Section<'_>, key: &'static str) -> Vec<String> {
    units_if_any(section, key).unwrap_or_default()
}

/// The same; `None` where the key is absent.
pub(crate) fn units_if_any(section: &Section<'_>, key: &'static str) -> Option<Vec<String>> {
    let parse = |text: &str| (text.starts_with("ou-") || text.starts_with("r-")).then(|| text.to_owned());
    let hint = "write the unit's id, such as `ou-ab12-34cd56ef`; names can change and repeat";
    let words = section.texts_like(key, UNIT)?;
    let read = |word: &Value<'_>| section.parse(word, parse, "is not the id of an organisational unit", hint);
    Some(words.iter().filter_map(read).collect())
}

fn role(section: &Section<'_>, key: &'static str) -> Option<String> {
    let word = section.text_like(key, ROLE)?;
    let fits = !word.text.trim_matches('/').is_empty()
        && word.text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b));
    if !fits {
        let hint = "write the role's name, or its path and name, without `arn:`".to_owned();
        let what = match word.text {
            "" => format!("`{key}` is empty"),
            text => format!("`{text}` is not the name of a role"),
        };
        section.complain(word.span, what, Some(hint));
        return None;
    }
    Some(word.text.trim_start_matches('/').to_owned())
}
