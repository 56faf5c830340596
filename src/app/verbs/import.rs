//! `import`: what another tool's tags, definitions and policies become here. It looks only: the settings that it
//! proposes observe, and no tag is written.

use std::collections::BTreeSet;

use crate::app::args::Import as ImportArgs;
use crate::app::choices::Peer;
use crate::app::inventory::inventory;
use crate::app::verbs::{Show, show};
use crate::app::{Args, End, Error, load};
use crate::engine::config::Settings;
use crate::engine::import::week::{WeekCompared, compare_week};
use crate::engine::import::{Defined, Import, PeerTag, custodian, instance_scheduler};
use crate::local::inventory::Recorded;
use crate::render::{import_notes, import_settings, week_text};

/// Shows proposed settings, or with `--week` where both tools would differ.
pub(crate) fn import(args: &Args, asked: &ImportArgs) -> Result<End, Error> {
    let show = Show::open(args)?;
    let mut import = read(asked)?;
    let recorded = inventory(args, &Settings::parse("", "version = 1")?)?;
    if asked.file.is_none() && recorded.is_none() {
        let why = "nothing to import; name an inventory with `--inventory`, or write `import instance-scheduler FILE` \
                   or `import custodian FILE`";
        return Err(Error::Usage(why.to_owned()));
    }
    import.count(recorded.iter().flat_map(Recorded::instances_found));
    if import.tags.is_empty() {
        let why = "no instance has a tag of another tool that is read; name its key with `--tag KEY=c7n` or \
                   `--tag KEY=schedule`";
        return Err(Error::Usage(import.left.into_iter().fold(why.to_owned(), |text, left| text + "\n  " + &left)));
    }
    let text = import_settings(&import);
    let settings = Settings::parse("the proposed settings", &text)?;
    let values = import.values(&settings);
    let week = recorded
        .as_ref()
        .zip(asked.week)
        .map(|(recorded, first)| compare_week(recorded.instances_found(), &settings, first, recorded.taken_at));
    let of_week = |WeekCompared { differences, compared, unknown }: &WeekCompared| serde_json::json!({"compared": compared, "unknown": unknown, "differences": differences});
    import_notes(&import, &values).iter().for_each(|note| show::note(note));
    show.lines_or(
        || week.as_ref().map_or_else(|| text.clone(), |week| week_text(week, settings.zone())),
        || {
            let words = import.caveats().into_iter();
            let words: Vec<_> =
                words.map(|word| serde_json::json!({"word": word.as_str(), "text": word.text()})).collect();
            let schedule = |one: &Defined| {
                let (means, why) = (one.hours.as_ref().ok(), one.hours.as_ref().err());
                serde_json::json!({"name": one.name, "hibernates": one.hibernates, "means": means, "why-not": why})
            };
            let schedules: Vec<_> = import.schedules.iter().map(schedule).collect();
            serde_json::json!({
                "version": 1, "settings": text, "schedules": schedules, "values": values, "left": import.left, "words": words,
                "week": week.as_ref().map(of_week),
            })
        },
        true,
    )?;
    Ok(if import.is_incomplete(&values) { End::LeftOver } else { End::Done })
}

/// What the file and the options say.
fn read(asked: &ImportArgs) -> Result<Import, Error> {
    let tag = |text: &String| {
        PeerTag::parse(text).ok_or_else(|| {
            let forms = "write `KEY=schedule`, `KEY=c7n`, or `KEY=c7n mon-fri 08:00-20:00 @ Asia/Tokyo`";
            Error::Usage(format!("`{text}` does not say how a tag is read; {forms}"))
        })
    };
    let tags = asked.tags.iter().map(tag).collect::<Result<Vec<_>, _>>()?;
    let (Some(peer), Some(file)) = (asked.peer, &asked.file) else {
        return Ok(Import::new(tags, Vec::new(), BTreeSet::new()));
    };
    let text = load::file(file)?;
    let read = match peer {
        Peer::InstanceScheduler => instance_scheduler::read(&text),
        Peer::Custodian => custodian::read(&text),
    };
    let Import { tags: of_file, schedules, left, .. } =
        read.map_err(|why| Error::Usage(format!("`{}` {why}", file.display())))?;
    Ok(Import::new(tags.into_iter().chain(of_file).collect(), schedules, left))
}
