//! Arbitrary instances, tags, instants, settings and worlds: mostly plain, so that something is candidates, and
//! often odd.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::{Caps, Settings};
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::model::{Action, ByResource, Instance, ResourceId, State, Tags, Target};
use idle_reaper::engine::rules::case::Activity;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::fake::{EVENING, Fault, Faults, HERE, SETTINGS, Shape, THERE, World, at, here, instance, plan, settings};

/// Tries `law` on so many arbitrary values, the same ones in every run.
pub fn for_all<S: Strategy>(cases: u32, values: S, law: impl Fn(S::Value)) {
    let rng_seed = RngSeed::Fixed(20_261_125);
    let config = Config { cases, failure_persistence: None, rng_seed, max_shrink_iters: 500, ..Config::default() };
    let tried = TestRunner::new(config).run(&values, |value| {
        law(value);
        Ok(())
    });
    if let Err(broken) = tried {
        panic!("{broken}");
    }
}

/// Settings of every kind that matters: armed and not, tight caps, freezes, hibernation, other tag names.
pub static VARIANTS: LazyLock<Vec<Settings>> = LazyLock::new(|| TEXTS.iter().map(|text| settings(text)).collect());

/// The texts of [`VARIANTS`].
pub static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let change = |changes: &[(&str, &str)]| {
        changes.iter().fold(SETTINGS.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "the settings do not hold `{from}`");
            text.replace(from, to)
        })
    };
    vec![
        SETTINGS.to_owned(),
        change(&[("armed = true", "armed = false")]),
        change(&[("record = \"record\"", "")]),
        change(&[("stage = \"enforce\"", "stage = \"observe\"")]),
        change(&[
            ("stops-per-run = 1000", "stops-per-run = 3\nstarts-per-run = 1"),
            ("stops-per-account = 1000", "stops-per-account = 2"),
            ("stops-percent = 100", "stops-percent = 40"),
        ]),
        change(&[
            ("holidays = [\"jp\"]", "freeze = [\"2026-11-20\", \"2026-11-23..2026-11-24\"]"),
            ("outside = \"stop\"", "outside = \"hibernate\"\novertime = \"0m\"\nmin-uptime = \"0m\""),
        ]),
        change(&[
            ("match = { tags = [\"Env=dev\"] }", "match = { all = true }"),
            ("[busy]\ncpu-percent = 10", "[tags]\nprefix = \"Team/\"\nalso-keep = [\"do*stop\"]"),
            (
                "open = [\"mon-fri 09:00-18:00\"]",
                "open = [\"mon-fri 09:00-18:00\", \"sat.sun 23:00-04:00 @ Asia/Beirut\"]",
            ),
        ]),
        change(&[
            ("cpu-percent = 10", "cpu-percent = 10\nunmeasured = \"ignore\""),
            ("open = [\"mon-fri 09:00-18:00\"]", "open = [\"closed\"]"),
            (
                "[schedules.night]",
                "[never]\naccounts = [\"222222222222\"]\ntags = [\"Role=bastion\"]\n\n[schedules.night]",
            ),
        ]),
    ]
});

/// One of [`VARIANTS`], more often one that acts.
pub fn any_settings() -> impl Strategy<Value = &'static Settings> {
    let often = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 7];
    select(often.map(|n| &VARIANTS[n]).to_vec())
}

/// Caps that bite.
pub fn any_caps() -> impl Strategy<Value = Caps> {
    let daily = || prop_oneof![2 => Just(1000), 1 => 0..4u32];
    // Below 40 s nothing can be taken back in time; from then on 50 in a place, more than any scene has.
    let tolerated = prop_oneof![9 => Just(30), 1 => Just(0)].prop_map(Duration::minutes);
    (0..6u32, 0..4u32, 0..=100u32, 0..4u32, daily(), daily(), tolerated).prop_map(
        |(stops_per_run, stops_per_account, stops_percent, starts_per_run, account, policy, tolerated_undo)| Caps {
            stops_per_run,
            stops_per_account,
            stops_percent,
            databases_per_run: 10,
            services_per_run: 10,
            starts_per_run,
            stops_per_account_per_day: account,
            stops_per_policy_per_day: policy,
            tolerated_undo,
        },
    )
}

/// Mostly some minute of two weeks around [`EVENING`]; sometimes any second from 2024 to beyond the calendars.
pub fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let near = (-7 * 1440..7 * 1440i64).prop_map(|minutes| at(EVENING) + Duration::minutes(minutes));
    let far = (at("2024-01-01T00:00:00Z").timestamp()..at("2037-01-01T00:00:00Z").timestamp())
        .prop_map(|second| DateTime::from_timestamp(second, 0).expect("an instant"));
    let opening = (-30..600i64).prop_map(|minutes| at("2026-11-26T09:00:00+09:00") + Duration::minutes(minutes));
    prop_oneof![8 => Just(at(EVENING)), 5 => near, 3 => opening, 1 => far]
}

/// Keys in odd cases, of every prefix that a variant uses and of some that none does.
fn any_key(word: &'static str) -> impl Strategy<Value = String> {
    let prefix = select(vec!["idle-reaper:", "Idle-Reaper:", "IDLE-REAPER:", "Team/", "team/", "other:", ""]);
    let word = select(vec![word.to_owned(), word.to_uppercase(), word[..1].to_uppercase() + &word[1..]]);
    (prefix, word).prop_map(|(prefix, word)| format!("{prefix}{word}"))
}

/// Values that people write into `keep-until`, right and wrong.
pub fn any_keep_until() -> impl Strategy<Value = String> {
    let date = (-10..400i64).prop_map(|day| (at(EVENING) + Duration::days(day)).format("%Y-%m-%d").to_string());
    let instant = (-2000..2000i64, select(vec!["+09:00", "-11:00", "Z"])).prop_map(|(minutes, offset)| {
        (at(EVENING) + Duration::minutes(minutes)).format(&format!("%Y-%m-%dT%H:%M{offset}")).to_string()
    });
    let odd =
        select(vec!["", " ", "forever", "2026-13-01", "2026-02-30", "next friday", "2026-11-25T25:00Z", "9999-12-31"]);
    let reason = select(vec!["", " load test", " 2020-01-01", "\u{1b}[31m", "|"]);
    (prop_oneof![date, instant, odd.prop_map(str::to_owned)], reason).prop_map(|(when, why)| when + why)
}

/// Values that people write into `schedule`.
fn any_schedule() -> impl Strategy<Value = String> {
    let words = vec![
        "always",
        "closed",
        "never",
        "night",
        "office",
        "Office",
        "",
        "mon-fri 09:00-18:00;",
        "fri-mon 22:00-06:00",
        "sat.sun all-day @ America/Havana",
        "wed 00:00-24:00",
        "mon-fri 25:00-26:00",
    ];
    select(words).prop_map(str::to_owned)
}

/// What the reaper's own tag says, by its own hand or by another's.
fn any_own_tag() -> impl Strategy<Value = String> {
    let written = (0..4000i64, select(vec!["dev", "prod"])).prop_map(|(minutes, policy)| {
        let written = at(EVENING) - Duration::minutes(minutes);
        format!("{} run=run-0 policy={policy}", written.format("%Y-%m-%dT%H:%M:%SZ"))
    });
    prop_oneof![4 => written, 1 => select(vec!["", "yes", "2026-11-24"]).prop_map(str::to_owned)]
}

/// One tag of the nasty kind.
pub fn any_tag() -> impl Strategy<Value = (String, String)> {
    let strange = "[ -~\u{0}-\u{1f}|é｜💥]{0,12}";
    let known = vec![
        ("Env", "dev"),
        ("Env", "prod"),
        ("env", "dev"),
        ("Role", "bastion"),
        ("DoNotStop", ""),
        ("Name", "a|b\u{1b}[31m\n"),
        ("aws:autoscaling:groupName", "web"),
        ("eks:cluster-name", "c"),
        ("kubernetes.io/cluster/x", "owned"),
        ("amazonecsmanaged", ""),
        ("elasticbeanstalk:environment-id", "e-1"),
    ];
    prop_oneof![
        1 => (any_key("keep"), strange),
        2 => (any_key("keep-until"), any_keep_until()),
        3 => (any_key("schedule"), any_schedule()),
        3 => (any_key("stopped"), any_own_tag()),
        3 => select(known).prop_map(|(key, value)| (key.to_owned(), value.to_owned())),
        1 => (strange, strange),
    ]
}

fn rare<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = Option<T>> {
    prop_oneof![30 => Just(None), 1 => select(values).prop_map(Some)]
}

fn any_launch() -> impl Strategy<Value = Option<DateTime<Utc>>> {
    let ago = prop_oneof![6 => 700..3000i64, 2 => -60..200i64, 1 => -3000..60_000i64];
    prop_oneof![30 => ago.prop_map(|ago| Some(at(EVENING) - Duration::minutes(ago))), 1 => Just(None)]
}

/// An instance of any kind, called `i-1`; whoever puts several together gives them other ids.
pub fn any_instance() -> impl Strategy<Value = Instance> {
    (any_stranger(), prop_oneof![6 => Just(false), 1 => Just(true)])
        .prop_map(|(found, reaped)| if reaped { found.reaped() } else { found })
}

fn any_stranger() -> impl Strategy<Value = Instance> {
    let state = prop_oneof![
        10 => Just(State::Running),
        4 => Just(State::Stopped),
        1 => select(vec!["pending", "shutting-down", "terminated", "stopping", "rebooting"]).prop_map(State::of),
    ];
    let kind = prop_oneof![
        20 => select(vec!["t3.micro", "m5.large"]),
        1 => select(vec!["m5d.large", "mac2.metal", "x99z.large", "t3", ""]),
    ];
    let root = prop_oneof![30 => Just(Some("ebs")), 1 => select(vec![None, Some("instance-store"), Some("")])];
    let odd = (rare(vec!["spot", "scheduled", ""]), rare(vec!["host", "dedicated"]), rare(vec!["h-1", "cr-1"]));
    let flags = (rare(vec![true]), rare(vec![true]), any::<bool>(), rare(vec!["", "eks.amazonaws.com"]));
    let tags = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(any_tag(), 1..4)];
    let env = prop_oneof![8 => Just(vec![("Env".to_owned(), "dev".to_owned())]), 1 => Just(Vec::new())];
    (target(), state, kind, any_launch(), root, odd, flags, (env, tags), any_launch()).prop_map(
        |(target, state, kind, launch, root, odd, (ephemeral, forwards, hibernation, operator), (env, tags), moved)| {
            Instance {
                id: ResourceId::instance(target, "i-1"),
                state,
                kind: kind.into(),
                launch,
                transition: moved.filter(|_| state.is_down()),
                lifecycle: odd.0.map(Box::from),
                root: root.map(Box::from),
                ephemeral: ephemeral.is_some(),
                tenancy: odd.1.map(Box::from),
                host: odd.2.filter(|id| id.starts_with("h-")).map(Box::from),
                reservation: odd.2.filter(|id| id.starts_with("cr-")).map(Box::from),
                forwards: forwards.is_some(),
                operator: operator.map(Box::from),
                hibernation,
                // A key has one value.
                tags: Tags::new(env.into_iter().chain(tags).collect::<BTreeMap<String, String>>()),
                ..instance("i-1")
            }
        },
    )
}

fn target() -> impl Strategy<Value = Target> {
    let places = vec![HERE, (HERE.0, THERE.1), THERE, ("333333333333", HERE.1)];
    select(places).prop_map(|(account, region)| Target::new(account, region))
}

/// Several instances, each with an id of its own, but for the few without any.
pub fn any_instances(most: usize) -> impl Strategy<Value = Vec<Instance>> {
    let nameless = prop_oneof![40 => Just(false), 1 => Just(true)];
    prop::collection::vec((any_instance(), nameless), 0..=most).prop_map(|found| {
        let named = |(n, (instance, nameless)): (usize, (Instance, bool))| {
            let id = if nameless { String::new() } else { format!("i-{n:03}") };
            instance.named(&id)
        };
        found.into_iter().enumerate().map(named).collect()
    })
}

/// What the last hour was like, measured or not.
pub fn any_activity() -> impl Strategy<Value = Activity> {
    prop_oneof![
        1 => Just(Activity::NotAsked),
        6 => (0.0..30.0f64).prop_map(Activity::of_cpu),
        1 => select(vec![f64::NAN, f64::INFINITY]).prop_map(Activity::of_cpu),
        2 => Just(Activity::Gap("no datapoints".to_owned())),
        1 => Just(Activity::LoggedIn(1)),
        1 => Just(Activity::SessionsUnknown("AccessDenied".to_owned())),
    ]
}

/// What earlier runs did to one instance.
pub fn any_history(id: &'static str) -> impl Strategy<Value = History> {
    prop::collection::vec(0..1000i64, 0..3).prop_map(move |stops| {
        let stops = stops.into_iter().map(|minutes| at(EVENING) - Duration::minutes(minutes)).collect();
        History { stops: ByResource::from_iter([(here(id), stops)]), ..History::default() }
    })
}

/// Something goes wrong with some of the instances `i-000` … `i-0nn`.
pub fn any_faults(most: usize) -> impl Strategy<Value = Faults> {
    let fault = select(vec![
        Fault::Protected,
        Fault::StopIgnored,
        Fault::StopUnclearButDone,
        Fault::StopUnclear,
        Fault::TagRefused,
        Fault::TagUnclearButDone,
        Fault::TagIgnored,
        Fault::TagIgnoredOnce,
        Fault::TagShownLate,
        Fault::UntagRefused,
        Fault::UntagIgnored,
        Fault::ProtectedUntagIgnored,
        Fault::ProtectedUntagIgnoredOnce,
        Fault::StartRefused,
        Fault::FallsBack,
        Fault::FallsBackUnclear,
    ]);
    prop::collection::vec((0..most, fault), 0..4).prop_map(|faults| {
        faults.into_iter().fold(Faults::default(), |all, (n, fault)| all.and(&format!("i-{n:03}"), fault))
    })
}

/// A world of any kind, the settings and the instant of a run over it.
#[derive(Clone, Debug)]
pub struct Scene {
    pub instances: Vec<Instance>,
    pub activity: Vec<Activity>,
    pub faults: Faults,
    pub settings: &'static Settings,
    pub at: DateTime<Utc>,
    pub seed: u64,
    /// What earlier runs have found of databases and services, as the record keeps it.
    pub seen: String,
}

impl Scene {
    /// The world before any run, in the order of the scene's seed.
    pub fn world(&self) -> World {
        let world = World::of(self.instances.clone()).shuffled_by(self.seed).with_faults(self.faults.clone());
        if !self.seen.is_empty() {
            world.put("state/databases.jsonl", &self.seen);
        }
        self.instances
            .iter()
            .zip(&self.activity)
            .fold(world, |world, (instance, activity)| world.with_activity(&instance.id.name, activity.clone()))
    }
}

/// A scene with so many instances at most, without faults.
pub fn any_scene(most: usize) -> impl Strategy<Value = Scene> {
    let activity = prop_oneof![6 => Just(Activity::of_cpu(0.5)), 1 => any_activity()];
    let activity = prop::collection::vec(activity, most);
    (any_instances(most), activity, any_settings(), any_instant(), any::<u64>()).prop_map(
        |(instances, activity, settings, at, seed)| Scene {
            instances,
            activity,
            faults: Faults::default(),
            settings,
            at,
            seed,
            seen: String::new(),
        },
    )
}

/// A scene in which something goes wrong.
pub fn any_faulty_scene(most: usize) -> impl Strategy<Value = Scene> {
    (any_scene(most), any_faults(most)).prop_map(|(scene, faults)| Scene { faults, ..scene })
}

#[test]
fn arbitrary_worlds_are_neither_tame_nor_mad() {
    let figures = Cell::new([0; 4]);
    for_all(300, any_scene(10), |scene| {
        let [mut seen, mut stops, mut hibernations, mut starts] = figures.get();
        for row in plan(&scene.world(), scene.settings, scene.at).rows {
            seen += 1;
            stops += usize::from(row.verdict.action() == Some(Action::Stop));
            hibernations += usize::from(row.verdict.action() == Some(Action::Hibernate));
            starts += usize::from(row.verdict.action() == Some(Action::Start));
        }
        figures.set([seen, stops, hibernations, starts]);
    });
    let [seen, stops, hibernations, starts] = figures.get();
    assert!(seen > 1000 && stops > seen / 8 && stops < seen / 2, "{stops} stops of {seen}");
    assert!(hibernations > 20 && starts > 20, "{hibernations} hibernations, {starts} starts of {seen}");
}
