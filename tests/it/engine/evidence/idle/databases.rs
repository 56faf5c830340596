//! When a database is idle: connections first, then CPU and I/O as witnesses. What is missing proves nothing.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::{Busy, Idle};
use idle_reaper::engine::evidence::idle::{
    Asked, Evidence, HOUR, Idleness, Ineligible, Metric, Missing, Next, Own, Question, Reading, Series, Source,
    classify, next, since,
};
use idle_reaper::engine::evidence::{LastHour, Recent, Sighting, Witness};
use idle_reaper::engine::model::{Gauge, Instance, Tags, Tier, WhyLikely, WhyReportOnly};

use crate::fake::{EVENING, at, db};

const METRICS: [Metric; 4] = [Metric::Connections, Metric::Cpu, Metric::ReadIops, Metric::WriteIops];

/// A database with what CloudWatch has of it, hour by hour.
struct Case {
    instance: Instance,
    points: Vec<Vec<(DateTime<Utc>, f64)>>,
}

fn quiet(metric: Metric) -> f64 {
    match metric {
        Metric::Connections => 0.0,
        Metric::Cpu => 4.0,
        _ => 2.0,
    }
}

impl Case {
    /// It is up for a hundred days, and nobody connects.
    fn idle() -> Self {
        let now = at(EVENING);
        let instance = Instance { launch: Some(now - Duration::days(100)), ..db("orders") };
        let points = METRICS.map(|metric| {
            let first = since(metric, &Idle::default(), now);
            let hours = (0..).map(|n| first + Duration::hours(n)).take_while(|begin| *begin < now);
            hours.map(|begin| (begin, quiet(metric))).collect()
        });
        Self { instance, points: points.into() }
    }

    fn of(&mut self, metric: Metric) -> &mut Vec<(DateTime<Utc>, f64)> {
        &mut self.points[METRICS.iter().position(|one| *one == metric).expect("a metric")]
    }

    /// So many hours ago, a metric has another value.
    fn with(mut self, metric: Metric, hours_ago: usize, value: f64) -> Self {
        self.of(metric).iter_mut().rev().nth(hours_ago).expect("a point").1 = value;
        self
    }

    fn all(mut self, metric: Metric, value: f64) -> Self {
        self.of(metric).iter_mut().for_each(|point| point.1 = value);
        self
    }

    fn evidence(&self) -> Evidence {
        let reading = |points: &Vec<_>| Reading::Known(Series::new(points.iter().copied()));
        Evidence::of(METRICS.into_iter().zip(self.points.iter().map(reading)))
    }

    fn answer(&self) -> Idleness {
        self.by(&self.evidence())
    }

    fn by(&self, evidence: &Evidence) -> Idleness {
        let (settings, own) = (Idle::default(), Own::default());
        classify(
            Question { settings: &settings, instance: &self.instance, own: &own, now: at(EVENING) },
            evidence,
            None,
        )
    }

    fn sign(&self) -> String {
        match self.answer() {
            Idleness::Active(sign) => sign.as_str().to_owned(),
            other => format!("{other:?}"),
        }
    }
}

#[test]
fn a_database_to_which_nobody_connected_is_idle() {
    let Idleness::Idle(facts) = Case::idle().answer() else { panic!("{:?}", Case::idle().answer()) };
    assert_eq!((facts.tier, facts.why_likely, facts.io_per_second), (Tier::Strict, None, Some(4.0)));
    assert_eq!((facts.cpu_p97, facts.running_hours, facts.report_only), (4.0, 335, None));
}

#[test]
fn one_connection_in_any_hour_of_the_veto_window_makes_it_active() {
    for hours_ago in [0, 1, 24, 24 * 13, 24 * 34] {
        assert_eq!(Case::idle().with(Metric::Connections, hours_ago, 1.0).sign(), "connections", "{hours_ago}");
    }
    // It is the maximum that is asked for: a pool of one connection for three seconds shows in it.
    let Idleness::Active(sign) = Case::idle().with(Metric::Connections, 24 * 20, 1.0).answer() else { panic!() };
    let database = db("orders");
    let launch = Some(at(EVENING) - Duration::days(100));
    let found = Instance { launch, ..database };
    let text = Witness::default().after(
        &[Sighting::of(&found, &Idleness::Active(sign)).expect("a sighting")],
        &Idle::default(),
        at(EVENING),
    );
    let witness = Witness::parse(&text);
    let speaks = |days| witness.speaks(&found, &Idle::default(), at(EVENING) + Duration::days(days)).is_some();
    assert!(speaks(0) && speaks(14) && !speaks(16), "35 days after the connection");
}

#[test]
fn work_without_a_connection_shows_in_cpu_and_in_reads_and_writes() {
    assert_eq!(Case::idle().all(Metric::Cpu, 15.0).sign(), "cpu");
    assert_eq!(Case::idle().all(Metric::ReadIops, 300.0).sign(), "database-io");
    assert_eq!(Case::idle().all(Metric::WriteIops, 18.0).sign(), "database-io", "reads and writes count together");
    // One nightly backup is not work of a person.
    let backup = (0..14).fold(Case::idle(), |case, day| case.with(Metric::Cpu, 24 * day + 3, 60.0));
    let share = 14.0 / 336.0;
    assert!(share > 0.03, "more than the percentile leaves out");
    assert_eq!(backup.sign(), "cpu", "it errs on the safe side");
    let weekly = (0..2).fold(Case::idle(), |case, week| case.with(Metric::Cpu, 168 * week + 3, 60.0));
    assert!(matches!(weekly.answer(), Idleness::Idle(_)), "{:?}", weekly.answer());
}

#[test]
fn what_is_missing_is_never_read_as_zero() {
    for metric in METRICS {
        let mut gap = Case::idle().evidence();
        gap.add(metric, Reading::Gap("denied".to_owned()));
        let missing = Idleness::Undetermined(Missing::Metric { metric, cause: "denied".to_owned() });
        assert_eq!(Case::idle().by(&gap), missing);
        let mut sparse = Case::idle();
        let half = sparse.of(metric).len() / 2;
        sparse.of(metric).truncate(half);
        let answer = sparse.answer();
        assert!(matches!(answer, Idleness::Undetermined(Missing::Sparse { .. })), "{metric:?} {answer:?}");
        let mut none = Case::idle();
        none.of(metric).clear();
        assert!(matches!(none.answer(), Idleness::Undetermined(_)), "{metric:?}");
    }
}

#[test]
fn a_start_begins_the_windows_anew_and_other_engines_are_not_measured() {
    let mut young = Case::idle();
    let launch = at(EVENING) - Duration::days(5);
    young.instance.launch = Some(launch);
    young.points.iter_mut().for_each(|points| points.retain(|(begin, _)| *begin > launch));
    let Idleness::Idle(facts) = young.answer() else { panic!("{:?}", young.answer()) };
    assert_eq!((facts.tier, facts.why_likely), (Tier::Likely, Some(WhyLikely::Young)));
    young.instance.launch = Some(at(EVENING) - Duration::hours(50));
    assert!(matches!(young.answer(), Idleness::Undetermined(Missing::RunningHours { .. })));
    for engine in ["neptune", ""] {
        let mut other = Case::idle();
        other.instance.database.as_mut().expect("facts").engine = engine.into();
        assert_eq!(other.answer(), Idleness::Undetermined(Missing::Ineligible(Ineligible::Engine)), "{engine}");
    }
    let mut document = Case::idle();
    document.instance.database.as_mut().expect("facts").engine = "docdb".into();
    assert!(matches!(document.answer(), Idleness::Idle(_)), "it counts connections as RDS does");
    let sources = [&document.instance, &Case::idle().instance, &crate::fake::instance("i-1")].map(Source::of);
    assert_eq!(sources, [Source::DocDb, Source::Rds, Source::Ec2]);
    let mut standby = Case::idle();
    standby.instance.tags = Tags::new([("Name", "orders-standby")]);
    let Idleness::Idle(facts) = standby.answer() else { panic!("{:?}", standby.answer()) };
    assert_eq!(facts.report_only, Some(WhyReportOnly::Word("standby".to_owned())));
}

#[test]
fn connections_are_asked_for_first_and_the_witnesses_only_where_there_were_none() {
    let case = Case::idle();
    let (settings, own) = (Idle::default(), Own::default());
    let question = Question { settings: &settings, instance: &case.instance, own: &own, now: at(EVENING) };
    assert_eq!(next(question, &Evidence::default(), None), Next::Ask(vec![Metric::Connections]));
    let mut evidence = Evidence::default();
    let connections = |case: &mut Case| Reading::Known(Series::new(case.of(Metric::Connections).iter().copied()));
    evidence.add(Metric::Connections, connections(&mut Case::idle()));
    let rest = vec![Metric::Cpu, Metric::ReadIops, Metric::WriteIops];
    assert_eq!(next(question, &evidence, None), Next::Ask(rest));
    evidence.add(Metric::Connections, connections(&mut Case::idle().with(Metric::Connections, 9, 3.0)));
    assert!(matches!(next(question, &evidence, None), Next::Known(Idleness::Active(_))));
    assert_eq!(Metric::Connections.period(), HOUR);
}

#[test]
fn the_last_hour_of_a_database_is_its_connections_and_its_cpu() {
    let recent = Recent::of(&db("orders"));
    let asked = |wanted: Vec<Asked>| wanted.iter().map(|asked| asked.metric).collect::<Vec<_>>();
    assert_eq!(asked(recent.first(at(EVENING)).asked), [Metric::CpuLately, Metric::ConnectionsLately]);
    assert!(recent.rest(at(EVENING)).asked.is_empty());
    assert_eq!((&*recent.parts, recent.gpu), (&["orders".into()][..], false));
    let series = |value: f64| {
        let points = (1..=12).map(|back| (at(EVENING) - Duration::minutes(5 * back), value));
        Reading::Known(Series::new(points))
    };
    let read = |cpu: f64, connections: Reading| -> LastHour {
        let evidence = Evidence::of([(Metric::CpuLately, series(cpu)), (Metric::ConnectionsLately, connections)]);
        Recent { launch: None, ..recent.clone() }.read(&evidence, at(EVENING))
    };
    let busy = |hour: &LastHour, limits: &Busy| hour.busy(limits).map(|(gauge, _, _)| gauge);
    let limits = Busy::default();
    assert_eq!((busy(&read(2.0, series(0.0)), &limits), read(2.0, series(0.0)).gap()), (None, None));
    assert_eq!(busy(&read(2.0, series(1.0)), &limits), Some(Gauge::Connections));
    assert_eq!(busy(&read(40.0, series(0.0)), &limits), Some(Gauge::Cpu));
    assert_eq!(busy(&read(2.0, series(4.0)), &Busy { database_connections: 5.0, ..limits }), None);
    assert!(read(2.0, Reading::Known(Series::default())).gap().is_some_and(|gap| gap.contains("connections")));
    assert!(read(2.0, Reading::Gap("denied".to_owned())).gap().is_some_and(|gap| gap.contains("denied")));
}
