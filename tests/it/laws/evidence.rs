//! Law 2: missing or unreadable evidence never leads to a stop, nor does the absence of a tag alone.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::evidence::last_hour::LastHour;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::Judge;
use idle_reaper::engine::model::{
    Account, Action, Database, Instance, Kind, Reason, ResourceId, Scaling, Service, State, Tags, Target,
};
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::rules::case::Activity;
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{
    VARIANTS, any_activity, any_history, any_instance, any_instant, any_settings, any_tag, for_all,
};
use super::mixed::{as_kind, of_every_kind};
use crate::fake::{
    EVENING, Faults, HERE, SETTINGS, Shape, World, apply, at, db_facts, for_every_kind, instance, judge, judge_with,
    row, service, with, without,
};

fn candidates(settings: &Settings, instance: &Instance, activity: &Activity, history: &History, now: &str) -> bool {
    let action = judge_with(settings, instance, activity, history, at(now)).verdict.action();
    matches!(action, Some(Action::Stop | Action::Hibernate))
}

#[test]
fn an_answer_that_lacks_anything_needed_stops_nothing() {
    type Blank = fn(Instance) -> Instance;
    let blanks: Vec<Blank> = vec![
        |found| Instance { launch: None, ..found },
        |found| Instance { kind: "".into(), ..found },
        |found| Instance { root: None, ..found },
        |found| found.named(""),
        |found| Instance { state: State::Unknown, ..found },
    ];
    for blank in &blanks {
        assert_eq!(
            judge_with(&with(&[]), &blank(instance("i-1")), &Activity::of_cpu(0.5), &History::default(), at(EVENING))
                .verdict
                .action(),
            None
        );
    }
    let values = (any_instance(), any_settings(), any_instant(), any_activity(), select(blanks));
    for_all(512, values, |(found, settings, now, activity, blank)| {
        let ruling = judge_with(settings, &blank(found), &activity, &History::default(), now);
        assert!(!matches!(ruling.verdict.action(), Some(Action::Stop | Action::Hibernate)), "{:?}", ruling.verdict);
    });
}

#[test]
fn a_database_or_a_service_of_which_something_is_not_known_is_not_stopped() {
    let settings = for_every_kind(SETTINGS);
    let stops = |found: &Instance| candidates(&settings, found, &Activity::of_cpu(0.5), &History::default(), EVENING);
    let database = |change: fn(&mut Database)| {
        let mut facts = db_facts("postgres");
        change(&mut facts);
        let id = ResourceId::db_instance(Target::new(HERE.0, HERE.1), "orders");
        Instance::database(id, "db.t3.medium", Some(Tags::new([("Env", "dev")])), facts)
    };
    assert!(stops(&database(|_| {})));
    let unknown: [fn(&mut Database); 4] = [
        |facts| facts.status = "".into(),
        |facts| facts.status = "something-new".into(),
        |facts| facts.engine = "".into(),
        |facts| facts.engine = "something-new".into(),
    ];
    for (n, change) in unknown.into_iter().enumerate() {
        assert!(!stops(&database(change)), "database {n}");
    }
    let of_service = |change: fn(&mut Service)| service("web").service(change);
    assert!(stops(&of_service(|_| {})));
    let unknown: [fn(&mut Service); 8] = [
        |facts| facts.status = "".into(),
        |facts| facts.desired = None,
        |facts| facts.strategy = None,
        |facts| facts.strategy = Some("SOMETHING_NEW".into()),
        |facts| facts.launch_type = None,
        |facts| facts.launch_type = Some("SOMETHING_NEW".into()),
        |facts| facts.deployments = Box::default(),
        |facts| {
            facts.created = None;
            facts.deployments.iter_mut().for_each(|one| one.created = None);
        },
    ];
    for (n, change) in unknown.into_iter().enumerate() {
        assert!(!stops(&of_service(change)), "service {n}");
    }
    for plain in [database(|_| {}), of_service(|_| {})] {
        assert!(!stops(&Instance { tags_unreadable: true, ..plain }));
    }
    // Without what is suspended of it, a start could not restore it.
    let world = World::of([of_service(|facts| facts.scaling = Scaling::Unknown)]);
    apply(&world, &settings, at("2026-11-25T17:45:00+09:00"));
    let report = apply(&world, &settings, at(EVENING));
    assert_eq!(report.counts().stopped, 0, "{:?}", report.outcomes);
}

#[test]
fn a_gap_in_the_metrics_stops_nothing() {
    let sparing: Vec<&Settings> = VARIANTS.iter().filter(|settings| is_spared_unmeasured(settings)).collect();
    assert!(sparing.len() >= 3);
    let sparse = LastHour { has: 6, gap: Some("6 of 12".to_owned()), ..LastHour::of_cpu(0.5) };
    let gap = Activity::Gap("no datapoints".to_owned());
    let gaps = select(vec![gap, Activity::of_cpu(f64::NAN), Activity::Measured(sparse)]);
    // Nothing of a service is measured.
    let kinds = select(vec![Kind::Instance, Kind::Database]);
    for_all(768, (any_instance(), select(sparing), any_instant(), gaps, kinds), |(found, settings, now, gap, kind)| {
        let (found, settings) =
            (as_kind(&found, kind), if kind == Kind::Instance { settings } else { of_every_kind(settings) });
        let ruling = judge_with(settings, &found, &gap, &History::default(), now);
        assert!(!matches!(ruling.verdict.action(), Some(Action::Stop | Action::Hibernate)), "{:?}", ruling.verdict);
    });
}

fn is_spared_unmeasured(settings: &Settings) -> bool {
    settings.busy.is_some_and(|busy| busy.unmeasured == idle_reaper::engine::config::Unmeasured::Skip)
}

#[test]
fn an_hour_of_which_nothing_is_said_is_a_gap() {
    let world = World::of([instance("i-1")]).with_faults(Faults { unanswered: true, ..Faults::default() });
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!(row(&report, "i-1").verdict.reason(), Reason::Unmeasured);
    assert!(report.outcomes.is_empty());
}

#[test]
fn a_schedule_that_cannot_be_read_stops_nothing() {
    let unreadable = select(vec![
        "",
        "mon-fri",
        "mon-fri 9-18",
        "mon-fri 09:00-18:00 @ Tokyo",
        "Office",
        "always ",
        "every day",
        "never",
        "Never",
    ]);
    let values = (any_instance(), any_settings(), any_instant(), any_history("i-1"), unreadable);
    for_all(512, values, |(found, settings, now, history, value)| {
        let key = settings.tags.schedule.clone();
        let tags = Tags::new(found.tags.iter().filter(|(found, _)| !found.eq_ignore_ascii_case(&key)));
        let unreadable = Instance { tags, ..found }.tag(&key, value);
        let ruling = judge_with(settings, &unreadable, &Activity::of_cpu(0.5), &history, now);
        assert_eq!(ruling.verdict.action(), None, "{:?}", ruling.verdict);
    });
}

#[test]
fn two_schedule_tags_that_disagree_stop_nothing() {
    let torn = instance("i-1").tag("idle-reaper:schedule", "closed").tag("Idle-Reaper:Schedule", "night");
    let ruling = judge(&with(&[]), &torn, at(EVENING));
    assert_eq!(ruling.verdict.reason(), Reason::ScheduleUnreadable);
}

#[test]
fn the_absence_of_a_tag_alone_never_stops() {
    let text =
        SETTINGS.replace("match = { tags = [\"Env=dev\"] }", "match = { without-tags = [\"Env\", \"Owner=*\"] }");
    let wrong = Settings::parse("reaper.toml", &text).expect_err("an absence cannot be enforced");
    assert!(wrong.to_string().contains("the absence of a tag alone is never a reason to stop an instance"), "{wrong}");

    let settings = crate::fake::settings(&text.replace("stage = \"enforce\"", "stage = \"observe\""));
    for_all(256, (any_instance(), any_instant(), prop::collection::vec(any_tag(), 0..3)), |(found, now, tags)| {
        let bare = Instance { tags: Tags::default(), ..found };
        let tagged = tags.iter().fold(bare, |found, (key, value)| found.tag(key, value));
        assert!(!judge(&settings, &tagged, now).armed);
    });
}

#[test]
fn a_tag_is_absent_only_if_no_spelling_of_it_is_there() {
    let lacking = |pattern: &str| {
        let text =
            SETTINGS.replace("tags = [\"Env=dev\"]", &format!("regions = [\"*-1\"], without-tags = [\"{pattern}\"]"));
        crate::fake::settings(&text)
    };
    let found = |key: &str, value: &str| instance("i-1").untagged("Env").tag(key, value);
    for (pattern, key, value, lacks) in [
        ("Env", "env", "Prod", false),
        ("Env", "ENV", "", false),
        ("Env=prod*", "Env", "Production", false),
        ("Env=prod*", "eNV", "PROD", false),
        ("Cost?enter", "COST-ENTER", "1", false),
        ("Größe", "GRÖßE", "1", false),
        ("Env", "Environment", "prod", true),
        ("Env=prod*", "env", "dev", true),
    ] {
        let reason = judge(&lacking(pattern), &found(key, value), at(EVENING)).verdict.reason();
        let expected = if lacks { Reason::OutsideHours } else { Reason::NoPolicy };
        assert_eq!(reason, expected, "{pattern} over {key}={value}");
    }
    // What is matched by its presence is matched to the letter.
    for (key, value) in [("env", "dev"), ("Env", "Dev"), ("ENV", "DEV")] {
        assert_eq!(
            judge(&with(&[]), &found(key, value), at(EVENING)).verdict.reason(),
            Reason::NoPolicy,
            "{key}={value}"
        );
    }
    let cases = prop::collection::vec(any::<bool>(), 6);
    for_all(128, (cases, any_instance(), any_instant()), |(upper, found, now)| {
        let mixed: Vec<String> = "envdev"
            .chars()
            .zip(upper)
            .map(|(letter, upper)| if upper { letter.to_ascii_uppercase() } else { letter }.to_string())
            .collect();
        let tagged = Instance { tags: Tags::default(), ..found }.tag(&mixed[..3].concat(), &mixed[3..].concat());
        assert_eq!(judge(&lacking("Env=dev"), &tagged, now).policy, None, "{mixed:?}");
    });
}

#[test]
fn what_stops_with_every_figure_is_skipped_as_soon_as_one_is_missing() {
    let measured = with(&[]);
    let quiet = Activity::of_cpu(0.5);
    assert!(candidates(&measured, &instance("i-1"), &quiet, &History::default(), EVENING));
    let gap = Activity::Gap("no datapoints".to_owned());
    assert!(!candidates(&measured, &instance("i-1"), &gap, &History::default(), EVENING));
    // Where `[busy]` is off no figure is asked for, and none is missing; where it is absent, it is on.
    let unmeasured = with(&[("[busy]\ncpu-percent = 10", "[busy]\noff = true")]);
    let absent = without(&["[busy]\ncpu-percent = 10"]);
    assert!(!candidates(&absent, &instance("i-1"), &gap, &History::default(), EVENING));
    assert!(candidates(&unmeasured, &instance("i-1"), &gap, &History::default(), EVENING));
}

/// The same instance in the same account, of which less is known.
fn less_known(hide: usize, found: &Instance, account: &Account) -> (Instance, Account) {
    let (mut found, mut account) = (found.clone(), account.clone());
    match hide {
        0 => account.name = None,
        1 => account.units = None,
        2 => account.id = "unknown".into(),
        3 => found = found.region("unknown"),
        4 => account.tags = None,
        _ => {
            found.tags = Tags::new(found.tags.iter().skip(hide - 4));
            found.tags_unreadable = true;
        }
    }
    (found, account)
}

#[test]
fn whoever_knows_less_stops_no_more() {
    let guards = vec![
        "{ accounts = [\"*-prod\"] }",
        "{ accounts = [\"*-dev\", \"2222*\"], types = [\"t3.*\"] }",
        "{ accounts = [\"111111111111\"] }",
        "{ regions = [\"us-*\"] }",
        "{ organizational-units = [\"ou-ab12-34cd56ef\"] }",
        "{ account-tags = [\"Tier=0\"], organizational-units = [\"ou-ab12-34cd56ef\", \"ou-ab12-00000000\"] }",
        "{ account-tags = [\"Tier\"] }",
        "{ tags = [\"Role=db\"] }",
        "{ without-tags = [\"Owner\"], accounts = [\"*-prod\"] }",
    ];
    let nevers =
        vec!["", "[never]\naccounts = [\"*-prod\"]\n", "[never]\norganizational-units = [\"ou-ab12-34cd56ef\"]\n"];
    let names = select(vec!["shop-dev", "shop-PROD", "prod", "*-prod"]);
    let roles = select(vec![None, Some("db"), Some("web")]);
    let facts = (select(vec!["ou-ab12-34cd56ef", "ou-ab12-00000000"]), select(vec![None, Some("0"), Some("1")]));
    let values = (any_instance(), any_instant(), names, roles, select(guards), (select(nevers), 0..7usize), facts);
    for_all(1024, values, |(found, now, name, role, guard, (never, hide), (unit, tier))| {
        let guarded = format!(
            "[[policies]]\nname = \"quiet\"\nmatch = {guard}\nschedule = \"office\"\n\n[[policies]]\nname = \"dev\""
        );
        let text =
            SETTINGS.replace("[[policies]]\nname = \"dev\"", &guarded).replace("[busy]", &format!("{never}[busy]"));
        let settings = crate::fake::settings(&text.replace("{ tags = [\"Env=dev\"] }", "{ all = true }"));
        let found = role.map_or(found.clone(), |role| found.clone().tag("Role", role));
        let account = Account {
            name: Some(name.to_owned()),
            units: Some(Vec::from([unit.to_owned()])),
            tags: Some(Tags::new(tier.map(|tier| ("Tier", tier)))),
            ..Account::bare(found.id.place.account.clone())
        };
        let (scope, history) = (Scope::default(), History::default());
        let stops = |found: &Instance, account: &Account| {
            let ruling = Judge::new(&settings, &scope, &history, now).rule(found, account, &Activity::of_cpu(0.5));
            matches!(ruling.verdict.action(), Some(Action::Stop | Action::Hibernate)).then_some(ruling)
        };
        let (less, unnamed) = less_known(hide, &found, &account);
        if let Some(ruling) = stops(&less, &unnamed) {
            let policy = ruling.policy.expect("a policy").name.clone();
            let known = stops(&found, &account).map(|ruling| ruling.policy.expect("a policy").name.clone());
            assert_eq!(known, Some(policy), "{guard} {never} hides {hide}: {:?}", ruling.verdict);
        }
    });
}
