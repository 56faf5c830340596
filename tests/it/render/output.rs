//! What a person sees at terminals of every width and in a pipe, and what scripts get line by line.

use std::fs;
use std::process::Command;

use chrono_tz::Tz;
use idle_reaper::engine::model::{Locale, NotArmed, Reason};
use idle_reaper::engine::report::Report;
use idle_reaper::render::{Column, Style, View, csv, json, page, question, table, write_ndjson};
use serde_json::Value;

use crate::fake::{EVENING, HERE, Shape, THERE, World, at, instance, plan, row, with};
use crate::render::report::{HOSTILE, REPORT};

fn shown(report: &Report, view: &View, width: Option<u16>) -> String {
    page(report, view).terminal(Style { colour: false, width })
}

#[test]
fn no_width_breaks_an_id_and_no_line_is_wider_than_the_terminal() {
    for width in 40..=240 {
        let shown = table(&REPORT, Style { colour: false, width: Some(width) });
        for row in REPORT.rows.iter().filter(|row| row.verdict.action().is_some()) {
            assert!(shown.lines().any(|line| line.split(' ').any(|word| *word == *row.id.name)), "{width}: {shown}");
        }
        let grids = shown.lines().filter(|line| line.starts_with([' ', '─']));
        for line in grids.filter(|_| width >= 80) {
            assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
        }
    }
}

#[test]
fn a_pipe_gets_one_whole_line_for_each_instance() {
    let view = View { all: true, ..View::default() };
    let shown = shown(&REPORT, &view, None);
    let list: Vec<&str> =
        shown.lines().skip_while(|line| *line != "Instances").take_while(|line| !line.is_empty()).collect();
    assert_eq!(list.len(), REPORT.rows.len() + 2, "a title, a head and the rows: {shown}");
    let late = list.iter().find(|line| line.contains("i-04-late")).expect("a line");
    assert!(late.contains("shop-dev 111111111111") && late.ends_with("(12 of 12 figures)"), "{late}");
    assert!(!shown.contains('─'));
}

#[test]
fn a_narrow_terminal_says_which_columns_it_leaves_out_and_says_once_what_is_so_of_all() {
    let report = plan(&World::of((1..=3).map(|n| instance(&format!("i-{n}")))), &with(&[]), at(EVENING));
    let shown = shown(&report, &View::default(), Some(60));
    let words: Vec<&str> = shown.split_whitespace().collect();
    let words = words.join(" ");
    assert!(words.contains("(no room for: ") && words.contains("policy; `--columns` chooses"), "{shown}");
    let list = shown.lines().skip_while(|line| !line.contains("(no room")).take_while(|line| !line.is_empty());
    assert!(list.into_iter().all(|line| line.chars().count() <= 60), "{shown}");
    assert_eq!(shown.matches("closed since").count(), 1, "{shown}");
    assert!(shown.contains("each of these: closed since"), "{shown}");
}

#[test]
fn reasons_that_several_rows_share_stand_once_under_the_table() {
    let world = World::of((1..=6).map(|n| {
        let one = instance(&format!("i-{n}"));
        if n % 2 == 0 { one.launched("2026-11-25T18:40:00+09:00") } else { one }
    }));
    let report = plan(&world, &with(&[]), at(EVENING));
    let narrow = shown(&report, &View::default(), Some(80));
    assert_eq!(narrow.matches("closed since").count(), 2, "{narrow}");
    for row in &report.rows {
        let line = narrow.lines().find(|line| line.contains(&*row.id.name)).expect("a line");
        let number = line.rsplit(' ').next().expect("a last word");
        let note: String = narrow.lines().skip_while(|line| !line.trim_start().starts_with(number)).take(1).collect();
        let wide = shown(&report, &View::default(), None);
        let whole = wide.lines().find(|line| line.contains(&*row.id.name)).expect("a line");
        let words: Vec<&str> = note.trim_start().trim_start_matches(number).split_whitespace().collect();
        assert!(words.len() > 3 && whole.contains(&words.join(" ")), "{whole}: {note}");
    }
    // Reasons that all differ stay below their rows.
    let few = World::of([instance("i-1"), instance("i-2").launched("2026-11-25T18:40:00+09:00")]);
    let report = plan(&few, &with(&[]), at(EVENING));
    assert!(!shown(&report, &View::default(), Some(80)).contains("[1]"));
}

#[test]
fn rows_are_sorted_by_money_then_by_age_or_as_somebody_wants() {
    let mut report = plan(
        &World::of([
            instance("i-new").launched("2026-11-25T09:00:00+09:00").tag("Name", "c"),
            instance("i-old").launched("2026-11-20T09:00:00+09:00").tag("Name", "b"),
            instance("i-dear").launched("2026-11-24T09:00:00+09:00").tag("Name", "d"),
            instance("i-kept").tag("idle-reaper:keep", "").tag("Name", "a"),
        ]),
        &with(&[]),
        at(EVENING),
    );
    let dear = report.rows.iter_mut().find(|row| &*row.id.name == "i-dear").expect("a row");
    dear.monthly = Some("12.5".parse().map(idle_reaper::engine::model::Usd).expect("an amount"));
    let order = |view: &View| -> Vec<String> {
        let shown = shown(&report, &View { columns: vec![Column::Id], ..view.clone() }, None);
        let list = shown.lines().skip_while(|line| *line != "Instances").skip(2).take_while(|line| !line.is_empty());
        list.map(|line| line.trim().to_owned()).collect()
    };
    assert_eq!(order(&View::default()), ["i-dear", "i-old", "i-new"]);
    let by_name = View { all: true, sort: Some(Column::Name), ..View::default() };
    assert_eq!(order(&by_name), ["i-kept", "i-old", "i-new", "i-dear"]);
    assert_eq!(order(&View { reasons: vec![Reason::Kept], ..View::default() }), ["i-kept"]);
    assert!(shown(&report, &View::default(), None).contains(" 12.50 "));
}

#[test]
fn the_headline_counts_every_instance_and_says_which_place_is_not_armed() {
    let world = World::of([instance("i-1"), instance("i-2").tag("idle-reaper:keep", "")]);
    let observed = [("stage = \"enforce\"", "stage = \"observe\"")];
    for (settings, because, why) in [
        (with(&observed), NotArmed::Observes, "(policy `dev` is `observe`)"),
        (with(&[("armed = true", "armed = false")]), NotArmed::Run, "(`[run] armed` is not true)"),
        (with(&[("record = \"record\"", "")]), NotArmed::NoRecord, "(`[run] record` is missing)"),
    ] {
        let report = plan(&world, &settings, at(EVENING));
        assert_eq!((row(&report, "i-1").armed, row(&report, "i-1").not_armed), (false, Some(because)));
        assert_eq!(row(&report, "i-2").not_armed, None, "it would not be stopped anyway");
        let shown = shown(&report, &View::default(), None);
        assert!(shown.contains("2 instances: 1 would be stopped, 1 skipped. Dry run: nothing is armed."), "{shown}");
        assert!(shown.contains(" would stop ") && shown.contains(why), "{shown}");
        let report: Value = serde_json::from_str(&json(&report, false).expect("a report")).expect("JSON");
        let line = &report["resources"][0];
        assert_eq!(line["not-armed-because"], because.as_str());
        let told = [&line["kind"], &line["type"], &line["state"], &line["launched"]];
        assert_eq!(told, ["instance", "t3.micro", "running", "2026-11-25T00:30:00Z"]);
    }
    let report = plan(&world, &with(&[]), at(EVENING));
    assert!(shown(&report, &View::default(), None).contains("Dry run: `apply` would act on 1 of them."));
}

#[test]
fn every_time_on_a_screen_is_in_one_zone() {
    let report = plan(&World::of([instance("i-1")]), &with(&[]), at(EVENING)).shown_in(Tz::UTC);
    let shown = shown(&report, &View { zone: Tz::UTC, columns: Column::ALL.to_vec(), ..View::default() }, None);
    assert!(
        shown.contains("judged at Wed 2026-11-25 12:30 UTC") && shown.contains("closed since Wed 2026-11-25 09:00 UTC")
    );
    assert!(!shown.contains("JST"), "{shown}");
}

#[test]
fn csv_and_ndjson_have_the_instances_of_the_json_and_no_formula() {
    let hostile = instance("i-1").tag("Name", HOSTILE).tag("Owner", "=cmd|' /C calc'!A0");
    let report = plan(&World::of([hostile, instance("i-2").tag("idle-reaper:keep", "@x")]), &with(&[]), at(EVENING));
    let whole: Value = serde_json::from_str(&json(&report, false).expect("a report")).expect("JSON");
    let mut lines = Vec::new();
    write_ndjson(&report, &View::default(), &mut lines).expect("lines");
    let lines: Vec<Value> =
        String::from_utf8(lines).expect("text").lines().map(|line| line.parse().expect("JSON")).collect();
    assert_eq!(Value::from(lines), whole["resources"]);

    let text = csv(&report, &View::default()).expect("a table");
    assert!(text.chars().all(|c| c == '\n' || c == '\r' || !c.is_control()), "{text:?}");
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a head").clone();
    let rows: Vec<::csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        for (column, cell) in head.iter().zip(row) {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{column}: {cell}");
        }
    }
    let of =
        |row: usize, column: &str| rows[row][head.iter().position(|one| one == column).expect("a column")].to_owned();
    assert_eq!((of(0, "verdict"), of(1, "reason"), of(0, "age")), ("stop".into(), "kept".into(), "0".into()));
    let few = View { columns: vec![Column::Id, Column::Reason], reasons: vec![Reason::Kept], ..View::default() };
    assert_eq!(csv(&report, &few).expect("a table"), "id,reason\ni-2,kept\n");
}

#[test]
fn the_question_says_what_will_be_done_in_how_many_accounts() {
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0), instance("i-3")])
        .with_account(HERE.0, None, None);
    let report = plan(&world, &with(&[]), at(EVENING));
    let steps: Vec<_> = report.plan.steps.iter().collect();
    assert_eq!(question(&steps, Locale::En).as_deref(), Some("Stop 3 instances in 2 accounts?"));
    assert_eq!(question(&steps[..1], Locale::En).as_deref(), Some("Stop 1 instance in 1 account?"));
    assert!(question(&steps, Locale::Ja).expect("a question").contains("停止 3台"));
    assert_eq!(question(&[], Locale::En), None);
    let steps: Vec<_> = REPORT.plan.steps.iter().collect();
    let asked = question(&steps, Locale::En).expect("a question");
    assert_eq!(asked, "Stop 3, hibernate 1 and start 1 instance in 1 account?");
}

/// A folder with settings and an inventory of machines by id, name and `env` tag.
fn folder(machines: &[(&str, &str, (&str, &str))]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let one = |(id, name, (key, value)): &(&str, &str, (&str, &str))| {
        serde_json::json!({"InstanceId": id, "InstanceType": "t3.micro", "State": {"Name": "running"},
            "LaunchTime": "2026-02-20T00:30:00Z", "RootDeviceType": "ebs", "Placement": {"AvailabilityZone": "us-east-1a"},
            "Tags": [{"Key": "Name", "Value": name}, {"Key": key, "Value": value}]})
    };
    let instances: Vec<Value> = machines.iter().map(one).collect();
    let fleet = serde_json::json!({"Reservations": [{"OwnerId": HERE.0, "Instances": instances}]});
    fs::write(folder.path().join("reaper.toml"), crate::fake::SETTINGS).expect("a file");
    fs::write(folder.path().join("fleet.json"), fleet.to_string()).expect("a file");
    folder
}

/// Exit code and everything said.
fn run(folder: &tempfile::TempDir, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder.path()).args(arguments);
    let ended = command.args(["--inventory", "fleet.json", "--at", EVENING]).output().expect("the command");
    (ended.status.code(), [ended.stdout, ended.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat())
}

#[test]
fn an_explanation_takes_a_name_names_near_misses_and_counts_in_days() {
    let dev = ("Env", "dev");
    let folder =
        folder(&[("i-1", "web", dev), ("i-2", "db", dev), ("i-3", "db", dev), ("i-4", "batch", ("env", "dev"))]);
    let (code, said) = run(&folder, &["explain", "WEB"]);
    assert!(code == Some(0) && said.starts_with("i-1 (web) in 111111111111/us-east-1: stop"), "{said}");
    assert!(said.contains("started 278 days 12 h ago"), "{said}");
    let (code, said) = run(&folder, &["explain", "db"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("`db` is the name of 2 instances") && said.contains("i-2 in ") && said.contains("i-3 in "),
        "{said}"
    );
    let (code, said) = run(&folder, &["explain", "batch"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("policy `dev` matches `Env=dev`, and it has `env=dev`"), "{said}");
    assert!(!run(&folder, &["explain", "web"]).1.contains("nearly"), "a policy matches it");
    assert_eq!(run(&folder, &["explain", "nobody"]).0, Some(1));
}

#[test]
fn a_format_or_an_option_that_a_command_cannot_honour_is_refused() {
    let folder = folder(&[("i-1", "web", ("Env", "dev"))]);
    for (arguments, why) in [
        (&["targets", "--format", "csv"][..], "lists instances"),
        (&["explain", "i-1", "--format", "ndjson"], "lists instances"),
        (&["plan", "--all", "--format", "json"], "JSON is the whole report"),
        (&["plan", "--against", "reaper.toml", "--all"], "the list of one report"),
        (&["plan", "--zone", "JST"], "not an IANA time zone"),
    ] {
        let (code, said) = run(&folder, arguments);
        assert!(code == Some(1) && said.contains(why), "{arguments:?}: {code:?} {said}");
    }
    let (code, said) = run(&folder, &["plan", "--format", "csv", "--columns", "id,name"]);
    assert_eq!((code, said.as_str()), (Some(0), "id,name\ni-1,web\n"));
}
