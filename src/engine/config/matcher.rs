//! `match` of a policy: the instances that it applies to.

use wildmatch::WildMatch;

use crate::engine::config::never::{is_id, tag_patterns};
use crate::engine::config::patterns;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::scope::{UNKNOWN, is_region, units_if_any};
use crate::engine::model::{Account, Instance, Kind, TagPattern, UnknownFact};

/// The instances: the keys are combined with AND, the values of one key with OR. An absent key is `None`; an empty
/// list selects nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    /// The kinds of resources that the policy is for.
    kinds: Vec<Kind>,
    /// The accounts to which the file of the policy is limited.
    within: Option<Vec<WildMatch>>,
    accounts: Option<Vec<WildMatch>>,
    pub(super) units: Option<Vec<String>>,
    account_tags: Option<Vec<TagPattern>>,
    regions: Option<Vec<WildMatch>>,
    types: Option<Vec<WildMatch>>,
    pub(super) tags: Option<Vec<TagPattern>>,
    without_tags: Option<Vec<TagPattern>>,
}

/// Whether a policy matches an instance, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Every key fits.
    Yes,
    /// At least one key does not fit, so unknown facts do not matter.
    No,
    /// Every key fits, except those about unknown facts; this is the first of these facts.
    Unknown(UnknownFact),
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl Match {
    /// Whether the policy matches this instance. Account names and the patterns of `without-tags` ignore case;
    /// everything else is case-sensitive.
    pub fn fit(&self, instance: &Instance, account: &Account) -> Fit {
        let Self { kinds, within, accounts, units, account_tags, regions, types, tags, without_tags } = self;
        if !kinds.contains(&instance.id.kind) {
            return Fit::No;
        }
        let whole = !instance.tags_unreadable;
        let has = |pattern: &TagPattern| pattern.find(&instance.tags).is_some();
        let by_tags = |keys: &[TagPattern]| if keys.iter().any(has) { Fit::Yes } else { unread(keys, whole) };
        let by_absence = |keys: &[TagPattern]| match (keys.iter().all(has), whole) {
            (true, _) => Fit::No,
            (false, true) => Fit::Yes,
            (false, false) => Fit::Unknown(UnknownFact::Tags),
        };
        let (region, kind) = (&*instance.id.place.region, &*instance.kind);
        let fits = [
            within.as_deref().map(|globs| by_account(globs, account)),
            accounts.as_deref().map(|globs| by_account(globs, account)),
            units.as_deref().map(|units| by_unit(units, account)),
            account_tags.as_deref().map(|keys| by_account_tags(keys, account)),
            regions.as_deref().map(|globs| by_text(globs, region, (region == UNKNOWN).then_some(UnknownFact::Region))),
            types.as_deref().map(|globs| by_text(globs, kind, kind.is_empty().then_some(UnknownFact::Kind))),
            tags.as_deref().map(by_tags),
            without_tags.as_deref().map(by_absence),
        ];
        let mut fits = fits.into_iter().flatten();
        // A key that certainly does not fit decides, in any position.
        fits.clone().find(|fit| *fit == Fit::No).or_else(|| fits.find(|fit| *fit != Fit::Yes)).unwrap_or(Fit::Yes)
    }

    /// The kinds of resources that the policy is for.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Whether the account names are required for the decision.
    pub fn needs_names(&self) -> bool {
        self.within.iter().chain(&self.accounts).flatten().any(speaks_of_names)
    }

    /// Whether the accounts' tags are required for the decision.
    pub(super) fn needs_account_tags(&self) -> bool {
        self.account_tags.as_ref().is_some_and(|keys| !keys.is_empty())
    }

    /// Whether a later policy with `other` can never match, because this one matches everything first.
    pub(crate) fn shadows(&self, other: &Self) -> bool {
        let Self { kinds, within, accounts, units, account_tags, regions, types, tags, without_tags } = self;
        let open = |globs: &Option<Vec<WildMatch>>| globs.as_ref().is_none_or(|globs| has_open(globs));
        let everything = [within, accounts, regions, types].into_iter().all(open)
            && [account_tags, tags, without_tags].iter().all(|tags| tags.is_none())
            && units.is_none();
        let same_kinds = Self { kinds: kinds.clone(), ..other.clone() };
        other.kinds.iter().all(|kind| kinds.contains(kind)) && (everything || *self == same_kinds)
    }

    /// Whether an empty list makes it select nothing.
    pub(crate) fn selects_nothing(&self) -> bool {
        let Self { kinds, within, accounts, units, account_tags, regions, types, tags, without_tags } = self;
        kinds.is_empty()
            || [within, accounts, regions, types].iter().any(|globs| globs.as_ref().is_some_and(Vec::is_empty))
            || [account_tags, tags, without_tags].iter().any(|tags| tags.as_ref().is_some_and(Vec::is_empty))
            || units.as_ref().is_some_and(Vec::is_empty)
    }

    pub(crate) fn only_an_absence(&self) -> bool {
        let Self { kinds: _, within, accounts, units, account_tags, regions, types, tags, without_tags } = self;
        // A pattern that matches everything is no condition.
        let open = |globs: &Option<Vec<WildMatch>>| globs.as_ref().is_none_or(|globs| has_open(globs));
        let open_tags = |tags: &Option<Vec<TagPattern>>| {
            tags.as_ref().is_none_or(|tags| tags.iter().any(|tag| tag.as_str().split('=').all(is_open)))
        };
        // The root contains every account.
        let open_units = units.as_ref().is_none_or(|units| units.iter().any(|unit| unit.starts_with("r-")));
        without_tags.is_some()
            && [within, accounts, regions, types].into_iter().all(open)
            && open_tags(tags)
            && open_tags(account_tags)
            && open_units
    }
}

/// Whether a pattern over accounts matches names, and not every account.
fn speaks_of_names(glob: &WildMatch) -> bool {
    let pattern = glob.pattern();
    !is_id(&pattern) && !is_open(&pattern)
}

fn by_account(globs: &[WildMatch], account: &Account) -> Fit {
    let Account { id, name, units: _, unknown_units: _, tags: _ } = account;
    let id = Some(&**id).filter(|id| *id != UNKNOWN);
    let any = |text: Option<&str>| text.is_some_and(|text| globs.iter().any(|glob| glob.matches(text)));
    if has_open(globs) || any(id) || any(name.as_deref()) {
        Fit::Yes
    } else if name.is_none() && globs.iter().any(speaks_of_names) {
        Fit::Unknown(UnknownFact::AccountName)
    } else if id.is_none() && globs.iter().any(|glob| is_id(&glob.pattern())) {
        Fit::Unknown(UnknownFact::AccountId)
    } else {
        Fit::No
    }
}

/// The units of an account are those of the settings that contain it, at any depth.
fn by_unit(units: &[String], account: &Account) -> Fit {
    match &account.units {
        Some(known) if units.iter().any(|unit| known.contains(unit)) => Fit::Yes,
        Some(_) if !units.iter().any(|unit| account.unknown_units.contains(unit)) => Fit::No,
        None if units.is_empty() => Fit::No,
        Some(_) | None => Fit::Unknown(UnknownFact::AccountUnits),
    }
}

fn by_account_tags(keys: &[TagPattern], account: &Account) -> Fit {
    match &account.tags {
        Some(tags) => Fit::of(keys.iter().any(|pattern| pattern.find(tags).is_some())),
        None if keys.is_empty() => Fit::No,
        None => Fit::Unknown(UnknownFact::AccountTags),
    }
}

/// `unknown` is the missing fact, where `text` is not available.
fn by_text(globs: &[WildMatch], text: &str, unknown: Option<UnknownFact>) -> Fit {
    match unknown {
        Some(fact) if !globs.is_empty() && !has_open(globs) => Fit::Unknown(fact),
        Some(_) | None => Fit::of(globs.iter().any(|glob| glob.matches(text))),
    }
}

/// The result where none of the readable tags fits.
fn unread(keys: &[TagPattern], whole: bool) -> Fit {
    if whole || keys.is_empty() { Fit::No } else { Fit::Unknown(UnknownFact::Tags) }
}

fn has_open(globs: &[WildMatch]) -> bool {
    globs.iter().any(|glob| is_open(&glob.pattern()))
}

/// Whether a glob matches every text.
fn is_open(glob: &str) -> bool {
    !glob.is_empty() && glob.bytes().all(|byte| byte == b'*')
}

pub(crate) fn read(section: &Section<'_>, name: &str, named: bool, within: Option<&Vec<WildMatch>>) -> Option<Match> {
    let kinds = kinds(section);
    let hint = "write `match = { tags = [\"Env=dev\"] }`, or `match = { all = true }` for everything".to_owned();
    section.need("match", "the policy does not say what it matches", hint);
    let table = section.section("match")?;
    let all = table.flag("all");
    let globs = |words: Vec<Value<'_>>, build: fn(&str) -> WildMatch| words.iter().map(|w| build(w.text)).collect();
    let (accounts, regions, types) = (table.texts("accounts"), table.texts("regions"), table.texts("types"));
    table.check_patterns(accounts.as_deref().unwrap_or_default(), patterns::account);
    table.check_patterns(regions.as_deref().unwrap_or_default(), |text| patterns::region(text, is_region));
    table.check_patterns(types.as_deref().unwrap_or_default(), patterns::kind);
    let mut matcher = Match {
        kinds: Vec::new(),
        within: None,
        accounts: accounts.map(|words| globs(words, WildMatch::new_case_insensitive)),
        units: units_if_any(&table, "organizational-units"),
        account_tags: tag_patterns(&table, "account-tags", TagPattern::exact),
        regions: regions.map(|words| globs(words, WildMatch::new)),
        types: types.map(|words| globs(words, WildMatch::new)),
        tags: tag_patterns(&table, "tags", TagPattern::exact),
        without_tags: tag_patterns(&table, "without-tags", TagPattern::generous),
    };
    let span = table.span.clone();
    let empty = matcher == Match::default();
    if all == Some(false) {
        let hint = "leave it out, and say what is matched".to_owned();
        section.complain(span, "`all` can only be true", hint);
    } else if table.is_empty() {
        let hint = "say what is matched; everything is `match = { all = true }`, in words".to_owned();
        section.complain(span, "an empty `match` matches nothing", hint);
    } else if all.is_some() && !empty {
        let hint = "leave `all` out to match by the other keys".to_owned();
        section.complain(span, "`all = true` stands alone in `match`", hint);
    }
    matcher.within = within.cloned();
    matcher.kinds = kinds;
    if !named && matcher.needs_names() {
        let message = format!(
            "policy `{name}` matches accounts by name, and names are known with `accounts = \"organization\"` only: \
             what its other keys fit is never stopped (`match-unknown`), not by a later policy either"
        );
        table.warn(table.place_of("accounts"), message, "write account ids instead".to_owned());
    }
    table.finish();
    Some(matcher)
}

/// The kinds of resources that a policy is for: instances, where it names none.
fn kinds(section: &Section<'_>) -> Vec<Kind> {
    let kinds = section.some_of("kinds", "a kind of resource that can be stopped", Kind::ALL);
    kinds.unwrap_or_else(|| vec![Kind::Instance])
}
