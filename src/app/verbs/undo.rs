//! `undo`: starts again what a run has stopped. Shows a dry run first. Then it asks on a terminal; elsewhere it ends
//! there, unless `--yes` is given.

use crate::app::args::Select;
use crate::app::verbs::{Show, instants, run, scope, show};
use crate::app::{Args, End, Error, ask, load};
use crate::engine::config::Settings;
use crate::engine::model::{Health, ResourceId, Step};
use crate::engine::request::{Mode, UndoOverrides};
use crate::engine::undo::Undo;
use crate::render::{html, question, undo_json, undo_page};
use crate::run::{Clock, LONGEST, UndoOrder};

/// Undoes run `undoes`, as far as the flags select.
pub(crate) async fn undo(
    args: &Args,
    undoes: &str,
    select: &Select,
    yes: bool,
    overrides: UndoOverrides,
) -> Result<End, Error> {
    let show = Show::page(args)?;
    let settings = load::command(args).await?;
    let (wall, at) = instants(args, &settings.zones())?;
    let run = run(Mode::Undo, scope(args, &select.instances, &select.policies), at);
    let clock = Clock::start(at, Some(LONGEST));
    let order = UndoOrder { run: &run, undoes, overrides, settings: &settings, clock, wall, agreed: None };
    if yes {
        return Ok(after(&show, &carry_out(args, &order).await?, &settings));
    }
    let foreseen = preview(&order).await?;
    let Some(agreed) = agreed(&show, &foreseen, &settings, false)? else { return Ok(ended(&foreseen)) };
    // The answer may take time, so the agreed steps are carried out by the clock of now.
    let (wall, at) = instants(args, &settings.zones())?;
    let run = crate::app::verbs::world::run(Mode::Undo, scope(args, &select.instances, &select.policies), at);
    let clock = Clock::start(at, Some(LONGEST));
    let order = UndoOrder { run: &run, wall, clock, agreed: Some(&agreed), ..order };
    Ok(after(&show, &carry_out(args, &order).await?, &settings))
}

/// The steps of a dry run to which a person agrees, at a terminal or by `--yes`. `None` where the dry run is the result.
pub(super) fn agreed(
    show: &Show<'_>,
    foreseen: &Undo,
    settings: &Settings,
    yes: bool,
) -> Result<Option<Vec<ResourceId>>, Error> {
    let steps: Vec<&Step> = foreseen.plan.steps.iter().collect();
    let asked = question(&steps, settings.run.locale).filter(|_| yes || ask::is_interactive());
    let Some(question) = asked else {
        if !steps.is_empty() {
            show::note("this was a dry run; add `--yes` to carry it out");
        }
        show.text(&rendered(show, foreseen, settings))?;
        return Ok(None);
    };
    show::aside(&undo_page(foreseen).terminal(show.style()));
    if !yes && !ask::consent(&question) {
        return Err(Error::Refused("nothing was done".to_owned()));
    }
    Ok(Some(steps.into_iter().map(|step| step.id.clone()).collect()))
}

/// Shows the result of an undo.
pub(super) fn after(show: &Show<'_>, undo: &Undo, settings: &Settings) -> End {
    show.text_after(&rendered(show, undo, settings), ended(undo))
}

pub(super) fn rendered(show: &Show<'_>, undo: &Undo, settings: &Settings) -> String {
    if show.is_page() {
        let page = html::of_undo(undo, &html::Options::of(settings));
        return page.unwrap_or_else(|error| error.to_string());
    }
    show.rendered(&undo_page(undo), || undo_json(undo, true))
}

pub(super) fn ended(undo: &Undo) -> End {
    match undo.health() {
        Health::Ok => End::Done,
        Health::Degraded => End::Degraded,
    }
}

with_aws! {
    async fn preview(order: &UndoOrder<'_>) -> Result<Undo, Error> {
        use crate::aws::{AwsHub, AwsReader};
        let aws = load::aws().await?;
        let (reader, hub) = (AwsReader::new(&aws, order.settings, &order.run.id), AwsHub::new(&aws, order.settings));
        Ok(crate::run::preview(order, &reader, &hub).await?)
    }

    async fn carry_out(args: &Args, order: &UndoOrder<'_>) -> Result<Undo, Error> {
        use crate::aws::{AwsActor, AwsHub, AwsReader};
        let aws = load::aws_to_act(args).await?;
        let (reader, hub) = (AwsReader::new(&aws, order.settings, &order.run.id), AwsHub::new(&aws, order.settings));
        let actor = AwsActor::new(&aws, order.settings, &order.run.id);
        let (undo, place) = crate::run::undo(order, &reader, &actor, &hub).await?;
        if let Some(place) = place {
            show::note(&format!("recorded in {place}"));
        }
        Ok(undo)
    }
}
