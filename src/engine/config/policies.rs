//! `[[policies]]`: which instances, which hours, and what is done outside them. The first match decides.

use std::sync::Arc;

use chrono::Duration;
use wildmatch::WildMatch;

use crate::engine::config::idle::{IdleDeed, by_policy};
use crate::engine::config::never::{is_id, tag_patterns};
use crate::engine::config::reader::{Section, Word};
use crate::engine::config::schedules::Schedules;
use crate::engine::config::scope::UNKNOWN;
use crate::engine::config::shape::Form;
use crate::engine::config::{NAME, check_name, complain_unknown};
use crate::engine::model::Tier;
use crate::engine::model::{Account, Instance, TagPattern, Tags, UnknownFact};
use crate::engine::schedule::Schedule;

/// The smallest margin between a stop and the next opening.
const MARGIN_MINUTES: i64 = 5;

/// One policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Unique; stands in tags and reports.
    pub name: String,
    /// The second key.
    pub stage: Stage,
    /// Which instances.
    pub matcher: Match,
    /// When its instances may run.
    pub schedule: Arc<Schedule>,
    /// What is done with an instance that runs outside hours.
    pub outside: Outside,
    /// What is done at opening.
    pub at_opening: AtOpening,
    /// How long before the opening instances are started.
    pub start_lead: Duration,
    /// How long a start after closing is respected.
    pub overtime: Duration,
    /// How long any start is respected.
    pub min_uptime: Duration,
    /// What is done with an instance that is idle.
    pub idle: IdleDeed,
    /// Up to which tier an idle instance may be stopped.
    pub idle_tier: Tier,
    /// How many business days lie between telling an owner that an instance is idle and stopping it.
    pub grace: u32,
    /// Whether it may stop instances whose owners were not told.
    pub unannounced: bool,
}

/// How far a policy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Verdicts only.
    Observe,
    /// Acts, if the run is armed too.
    Enforce,
}

/// What is done outside hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Said, and nothing else.
    Report,
    /// Stopped.
    Stop,
    /// Hibernated, where that was enabled at launch; else left alone.
    Hibernate,
}

/// What is done at opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOpening {
    /// Nothing.
    Nothing,
    /// What the reaper stopped, and nobody touched since, is started.
    StartReaped,
}

/// Which instances: the keys are ANDed, the values of one key ORed. A key that is absent is `None`; an empty
/// list selects nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    accounts: Option<Vec<WildMatch>>,
    regions: Option<Vec<WildMatch>>,
    types: Option<Vec<WildMatch>>,
    tags: Option<Vec<TagPattern>>,
    without_tags: Option<Vec<TagPattern>>,
}

impl Policy {
    /// A tag that this policy would match, were it spelled as the pattern is; and the pattern.
    pub fn nearly<'a>(&'a self, tags: &'a Tags) -> Option<(&'a TagPattern, (&'a str, &'a str))> {
        self.matcher.tags.iter().flatten().find_map(|pattern| Some((pattern, pattern.nearly(tags)?)))
    }
}

/// Whether a policy matches an instance, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Every key fits.
    Yes,
    /// At least one key does not fit, whatever is unknown beside it.
    No,
    /// Every key fits but for those over something unknown; this is the first of them.
    Unknown(UnknownFact),
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }
}

impl Match {
    /// Whether the policy matches this instance. Account names and what `without-tags` looks for are matched without
    /// regard to case, all else to the letter.
    pub fn fit(&self, instance: &Instance, account: &Account) -> Fit {
        let Self { accounts, regions, types, tags, without_tags } = self;
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
            accounts.as_deref().map(|globs| by_account(globs, account)),
            regions.as_deref().map(|globs| by_text(globs, region, (region == UNKNOWN).then_some(UnknownFact::Region))),
            types.as_deref().map(|globs| by_text(globs, kind, kind.is_empty().then_some(UnknownFact::Kind))),
            tags.as_deref().map(by_tags),
            without_tags.as_deref().map(by_absence),
        ];
        let mut fits = fits.into_iter().flatten();
        // A key that surely does not fit decides, wherever it stands.
        fits.clone().find(|fit| *fit == Fit::No).or_else(|| fits.find(|fit| *fit != Fit::Yes)).unwrap_or(Fit::Yes)
    }

    /// Whether it can only be told with the accounts' names.
    pub fn needs_names(&self) -> bool {
        self.accounts.iter().flatten().any(speaks_of_names)
    }

    /// Whether an empty list makes it match nothing.
    pub fn selects_nothing(&self) -> bool {
        let Self { accounts, regions, types, tags, without_tags } = self;
        [accounts, regions, types].iter().any(|globs| globs.as_ref().is_some_and(Vec::is_empty))
            || [tags, without_tags].iter().any(|tags| tags.as_ref().is_some_and(Vec::is_empty))
    }

    fn only_an_absence(&self) -> bool {
        let Self { accounts, regions, types, tags, without_tags } = self;
        // A pattern that matches everything is no condition.
        let open = |globs: &Option<Vec<WildMatch>>| {
            globs.as_ref().is_none_or(|globs| globs.iter().any(|glob| is_open(&glob.pattern())))
        };
        let open_tags = tags.as_ref().is_none_or(|tags| tags.iter().any(|tag| tag.as_str().split('=').all(is_open)));
        without_tags.is_some() && open(accounts) && open(regions) && open(types) && open_tags
    }
}

/// Whether a pattern over accounts can match a name and not every account.
fn speaks_of_names(glob: &WildMatch) -> bool {
    let pattern = glob.pattern();
    !is_id(&pattern) && !is_open(&pattern)
}

fn by_account(globs: &[WildMatch], account: &Account) -> Fit {
    let Account { id, name, units: _ } = account;
    let id = Some(&**id).filter(|id| *id != UNKNOWN);
    let any = |text: Option<&str>| text.is_some_and(|text| globs.iter().any(|glob| glob.matches(text)));
    if globs.iter().any(|glob| is_open(&glob.pattern())) || any(id) || any(name.as_deref()) {
        Fit::Yes
    } else if name.is_none() && globs.iter().any(speaks_of_names) {
        Fit::Unknown(UnknownFact::AccountName)
    } else if id.is_none() && globs.iter().any(|glob| is_id(&glob.pattern())) {
        Fit::Unknown(UnknownFact::AccountId)
    } else {
        Fit::No
    }
}

/// `unknown`: what the text should have told, where it is not there.
fn by_text(globs: &[WildMatch], text: &str, unknown: Option<UnknownFact>) -> Fit {
    match unknown {
        Some(fact) if !globs.is_empty() && !globs.iter().any(|glob| is_open(&glob.pattern())) => Fit::Unknown(fact),
        Some(_) | None => Fit::of(globs.iter().any(|glob| glob.matches(text))),
    }
}

/// What holds where none of the tags that could be read fits.
fn unread(keys: &[TagPattern], whole: bool) -> Fit {
    if whole || keys.is_empty() { Fit::No } else { Fit::Unknown(UnknownFact::Tags) }
}

/// Whether a glob matches every text.
fn is_open(glob: &str) -> bool {
    !glob.is_empty() && glob.bytes().all(|byte| byte == b'*')
}

impl Policy {
    /// How long before the opening a stop is no longer worth it.
    pub fn margin(&self) -> Duration {
        let least = Duration::minutes(MARGIN_MINUTES);
        match self.at_opening {
            AtOpening::Nothing => least,
            AtOpening::StartReaped => least.max(self.start_lead),
        }
    }
}

pub(crate) fn read(top: &Section<'_>, schedules: &Schedules, measured: bool, tellable: Tellable) -> Vec<Arc<Policy>> {
    let mut policies: Vec<Arc<Policy>> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for section in top.sections("policies") {
        let name = section.word_like("name", NAME);
        section.need("name", "a policy has no `name`", None);
        if let Some(word) = &name {
            check_name(&section, "policy", word);
            if names.iter().any(|known| known == word.text) {
                section.complain(word.span.clone(), format!("there are two policies named `{}`", word.text), None);
            }
            names.push(word.text.to_owned());
        }
        if let Some(policy) = one(&section, name.map_or("", |word| word.text), schedules, measured, tellable) {
            policies.push(Arc::new(policy));
        }
        section.finish();
    }
    policies
}

fn one(section: &Section<'_>, name: &str, schedules: &Schedules, measured: bool, tellable: Tellable) -> Option<Policy> {
    let stage = choice(section, "stage", &[("observe", Stage::Observe), ("enforce", Stage::Enforce)]);
    let outside = choice(
        section,
        "outside",
        &[("report", Outside::Report), ("stop", Outside::Stop), ("hibernate", Outside::Hibernate)],
    );
    let opening = [("nothing", AtOpening::Nothing), ("start-reaped", AtOpening::StartReaped)];
    let at_opening = choice(section, "at-opening", &opening);
    let (start_lead, overtime) = (section.duration("start-lead"), section.duration("overtime"));
    let min_uptime = section.duration("min-uptime");
    let idle = by_policy(section, measured);
    let unannounced = section.flag("unannounced").unwrap_or(false);
    let matcher = matcher(section);
    let schedule = schedule(section, schedules);
    let stage = stage.unwrap_or(Stage::Observe);
    if stage == Stage::Enforce {
        check_enforced(section, unannounced || tellable.0, matcher.as_ref());
    }
    Some(Policy {
        name: name.to_owned(),
        stage,
        matcher: matcher?,
        schedule: schedule?,
        outside: outside.unwrap_or(Outside::Report),
        at_opening: at_opening.unwrap_or(AtOpening::Nothing),
        start_lead: start_lead.unwrap_or(Duration::minutes(15)),
        overtime: overtime.unwrap_or(Duration::hours(2)),
        min_uptime: min_uptime.unwrap_or(Duration::minutes(15)),
        idle: idle.deed,
        idle_tier: idle.tier,
        grace: idle.grace,
        unannounced,
    })
}

/// Whether owners can be told in these settings.
#[derive(Clone, Copy)]
pub(crate) struct Tellable(pub(crate) bool);

fn check_enforced(section: &Section<'_>, told: bool, matcher: Option<&Match>) {
    let place = section.place("stage").unwrap_or(section.span.clone());
    if !told {
        let hint = "say in `[owners]` and `[channels]` how owners are told first, or write `unannounced = true` if they have been told another way";
        section.complain(
            place.clone(),
            "a policy cannot be enforced without `unannounced = true` where no owner can be told",
            hint.to_owned(),
        );
    }
    if matcher.is_some_and(Match::only_an_absence) {
        let hint = "add accounts, regions, types or tags to `match`, or write `stage = \"observe\"`".to_owned();
        section.complain(place, "the absence of a tag alone never condemns, so this policy cannot be enforced", hint);
    }
}

fn matcher(section: &Section<'_>) -> Option<Match> {
    let hint = "write `match = { tags = [\"Env=dev\"] }`, or `match = { all = true }` for everything".to_owned();
    section.need("match", "the policy does not say what it matches", hint);
    let table = section.section("match")?;
    let all = table.flag("all");
    let globs = |words: Vec<Word<'_>>, build: fn(&str) -> WildMatch| words.iter().map(|w| build(w.text)).collect();
    let matcher = Match {
        accounts: table.words("accounts").map(|words| globs(words, WildMatch::new_case_insensitive)),
        regions: table.words("regions").map(|words| globs(words, WildMatch::new)),
        types: table.words("types").map(|words| globs(words, WildMatch::new)),
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
    table.finish();
    Some(matcher)
}

fn schedule(section: &Section<'_>, schedules: &Schedules) -> Option<Arc<Schedule>> {
    let hint = "write `schedule = \"…\"` with a name from `[schedules.…]`".to_owned();
    section.need("schedule", "the policy names no `schedule`", hint);
    let word = section.word("schedule")?;
    match schedules.get(word.text) {
        Some(schedule) => schedule.clone(),
        None => {
            let known: Vec<&str> = schedules.keys().map(String::as_str).collect();
            complain_unknown(section, &word, "a schedule of these settings", known);
            None
        }
    }
}

pub(crate) fn choice<T: Copy>(section: &Section<'_>, key: &'static str, known: &[(&'static str, T)]) -> Option<T> {
    let words: Vec<&'static str> = known.iter().map(|(name, _)| *name).collect();
    let word = section.word_like(key, Form::one_of(&words))?;
    let found = known.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
    if found.is_none() {
        complain_unknown(section, &word, &format!("a value of `{key}`"), known.iter().map(|(name, _)| *name));
    }
    found
}
