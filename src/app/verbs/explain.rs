//! `explain`: why an instance is judged as it is.

use crate::app::inventory::inventory;
use crate::app::verbs::{Show, show, to_scan};
use crate::app::{Args, End, Error};
use crate::engine::config::{Settings, UNKNOWN};
use crate::engine::history::History;
use crate::engine::model::{Locale, NotArmed, Unreachable};
use crate::engine::request::Scope;
use crate::engine::trends::HeatMap;
use crate::local::inventory::NoRecord;
use crate::ports::{ReadRecord, Scan};
use crate::render::{detail, explanation, html, inputs, launched_by, mend, near_miss, remark};
use crate::run;
use crate::run::launches::Remembered;
use crate::run::{Clock, Explained, Explanations};

/// What was found, who launched what, and when the one instance of a page ran.
type Known = (Explanations, Remembered, Option<HeatMap>);

/// Explains one instance, by its id or its name.
pub(crate) async fn explain(args: &Args, wanted: &str) -> Result<End, Error> {
    let show = Show::page(args)?;
    let (ids, name) = if is_id(wanted) { (vec![wanted.to_owned()], None) } else { (Vec::new(), Some(wanted)) };
    let (settings, scope, clock) = to_scan(args, &ids).await?;
    let wants_map = show.is_page();
    let (Explanations { explained, unreachable, similar }, launches, map) = match inventory(args, &settings)? {
        Some(recorded) => over(&recorded, &NoRecord, &settings, &scope, name, clock, wants_map).await?,
        None => over_aws(&settings, &scope, name, clock, wants_map).await?,
    };
    if explained.is_empty() {
        return Err(Error::Usage(not_seen(wanted, &unreachable, similar.as_deref())));
    }
    if explained.len() > 1 && (name.is_some() || show.is_page()) {
        return Err(Error::Usage(ambiguous(wanted, &explained)));
    }
    let locale = settings.run.locale;
    for one in &explained {
        if show.is_page() {
            show.html(page(one, &launches, map.as_ref(), &settings))?;
            continue;
        }
        show.lines_or(|| lines(one, &launches, locale), || json(one, &launches, locale), true)?;
    }
    // An inventory may lack instances of any account and Region, even of the same name.
    let is_near = |gap: &&Unreachable| {
        let place = gap.target();
        &*place.region == UNKNOWN || explained.iter().any(|one| place.covers(&one.instance.id.place))
    };
    let gaps: Vec<_> = unreachable.iter().filter(is_near).collect();
    gaps.iter().for_each(|gap| show::note(&format!("{} is not complete: {}", gap.target(), gap.cause)));
    Ok(if gaps.is_empty() { End::Done } else { End::Degraded })
}

/// Whether it is the id of an instance and not a name.
fn is_id(text: &str) -> bool {
    text.starts_with("i-")
}

fn ambiguous(name: &str, explained: &[Explained]) -> String {
    let each = explained.iter().map(|Explained { instance, .. }| {
        format!("\n  {} in {}, {}", instance.id.name, instance.id.place, instance.state)
    });
    format!("`{name}` is the name of {} instances; give the id of one:", explained.len()) + &each.collect::<String>()
}

fn not_seen(id: &str, unreachable: &[Unreachable], similar: Option<&str>) -> String {
    let mut why = format!("`{id}` is not in the accounts and Regions that were scanned");
    if let Some(name) = similar {
        why += &format!("; did you mean `{name}`?");
    }
    if !unreachable.is_empty() {
        why += &format!("; {} of them could not be scanned:", unreachable.len());
        for Unreachable { account, region, cause } in unreachable.iter().take(5) {
            why += &format!("\n  {account}/{region}: {cause}");
        }
    }
    why
}

fn remarks(explained: &Explained, launches: &Remembered, locale: Locale) -> Vec<String> {
    let Explained { instance, asked: _, ruling, near: _ } = explained;
    let mut remarks = ruling.remarks.clone();
    launches.name_starters(&instance.id, &mut remarks);
    remarks.iter().map(|one| remark(one, ruling.zone, locale)).collect()
}

/// What is said besides the rules.
fn more(explained: &Explained, launches: &Remembered, locale: Locale) -> Vec<String> {
    let near = explained.near.iter().map(|one| near_miss(one, locale));
    let by = launches.find(&explained.instance.id).map(|by| launched_by(by, locale));
    near.chain(remarks(explained, launches, locale)).chain(by).collect()
}

fn lines(explained: &Explained, launches: &Remembered, locale: Locale) -> String {
    let Explained { instance, asked, ruling, near: _ } = explained;
    let more = more(explained, launches, locale);
    more.iter().fold(explanation(instance, asked, ruling, locale), |text, line| text + line + "\n")
}

/// The page, which names who launched and started it only where the settings allow it.
fn page(
    explained: &Explained,
    launches: &Remembered,
    map: Option<&HeatMap>,
    settings: &Settings,
) -> Result<String, html::NoPage> {
    let Explained { instance, asked, ruling, near: _ } = explained;
    let unnamed = Remembered::default();
    let launches = if settings.page.names { launches } else { &unnamed };
    let more = more(explained, launches, settings.run.locale);
    html::explain(instance, asked, ruling, &more, map, &html::Options::of(settings))
}

fn json(explained: &Explained, launches: &Remembered, locale: Locale) -> serde_json::Value {
    let Explained { instance, asked, ruling, near } = explained;
    let rules: Vec<_> = asked
        .iter()
        .map(|one| {
            serde_json::json!({
                "rule": one.rule, "inputs": inputs(&one.inputs, locale), "decides": one.decides,
                "change": mend(one.rule, locale),
                "says": one.says.as_ref().map(|says| says.as_str()),
            })
        })
        .collect();
    serde_json::json!({
        "account": instance.id.place.account, "region": instance.id.place.region, "id": instance.id.name,
        "name": instance.name(), "policy": ruling.policy.as_ref().map(|policy| policy.name.clone()),
        "verdict": ruling.verdict.as_str(), "reason": ruling.verdict.reason(), "armed": ruling.armed,
        "not-armed-because": ruling.not_armed.map(NotArmed::as_str),
        "detail": detail(&ruling.verdict, locale),
        "launched-by": launches.find(&instance.id),
        "remarks": remarks(explained, launches, locale), "not-after": ruling.not_after, "rules": rules, "near-misses": near,
    })
}

async fn over(
    scanner: &impl Scan,
    hub: &impl ReadRecord,
    settings: &Settings,
    scope: &Scope,
    name: Option<&str>,
    clock: Clock,
    wants_map: bool,
) -> Result<Known, Error> {
    // Without the record only `restart-fight` and `undone` know less. The explanation is still useful.
    let history = match settings.run.record {
        Some(_) => run::history(hub, clock.at()).await.unwrap_or_else(|error| {
            show::note(&format!("what earlier runs did, and what was undone, is not known here: {error}"));
            History::default()
        }),
        None => History::default(),
    };
    let found = run::explain(scanner, settings, scope, name, &history, clock, &show::progress).await?;
    let accounts = found.explained.iter().map(|one| one.instance.id.place.account.clone()).collect();
    let launches = match settings.run.record {
        Some(_) => Remembered::read(hub, &accounts).await.unwrap_or_default(),
        None => Remembered::default(),
    };
    let map = match found.explained.as_slice() {
        [one] if wants_map => run::trends::of_instance(hub, settings, one, clock.at()).await.0,
        _ => None,
    };
    Ok((found, launches, map))
}

with_aws! {
    async fn over_aws(
        settings: &Settings,
        scope: &Scope,
        name: Option<&str>,
        clock: Clock,
        wants_map: bool,
    ) -> Result<Known, Error> {
        use crate::aws::{AwsHub, AwsReader};
        let aws = crate::app::load::aws().await?;
        let run = crate::app::run_id(clock.at());
        let (reader, hub) = (AwsReader::new(&aws, settings, &run), AwsHub::new(&aws, settings));
        over(&reader, &hub, settings, scope, name, clock, wants_map).await
    }
}
