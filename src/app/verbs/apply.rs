//! `apply`: acts where the settings enable it in both places. Asks on a terminal; elsewhere it needs `--yes`.

use crate::app::args::{List, Select};
use crate::app::reviewed::ReviewedAt;
use crate::app::verbs::plan::dry_run;
use crate::app::verbs::{Show, instants, run, scope, show};
use crate::app::{Args, End, Error, ask, load};
use crate::engine::plan::Plan;
use crate::engine::request::Mode;
use crate::render::{View, page, question};
use crate::run::{Clock, LONGEST, Order};

/// Carries out what `armed` and `enforce` allow.
pub(crate) async fn apply(
    args: &Args,
    select: &Select,
    list: &List,
    yes: bool,
    plan: Option<&ReviewedAt>,
    acknowledge: Option<&str>,
) -> Result<End, Error> {
    if !yes && !ask::is_interactive() {
        return Err(Error::Usage("no terminal for confirmation; pass `--yes`".to_owned()));
    }
    let show = Show::list(args, list)?;
    let settings = load::command(args).await?;
    let view = list.view(&settings);
    let mut reviewed = match plan {
        None => None,
        Some(plan) => Some(plan.read(&settings).await?),
    };
    if !yes {
        let report = dry_run(args, select, &settings, None, acknowledge).await?.shown_in(view.zone);
        show::aside(&page(&report, &view).terminal(show.style()));
        // The run does nothing beyond these steps, and perhaps less.
        let steps = &reviewed.as_ref().unwrap_or(&report.plan).steps;
        if let Some(question) = question(&steps.iter().collect::<Vec<_>>(), settings.run.locale)
            && !ask::consent(&question)
        {
            return Err(Error::Refused("nothing was done".to_owned()));
        }
        // A person agrees only to what was shown: the run may only do less, and if nothing was shown, nothing.
        reviewed = reviewed.or(Some(Plan { refused: None, ..report.plan }));
    }
    let (wall, at) = instants(args, &settings.zones())?;
    let run = run(Mode::Apply, scope(args, &select.instances, &select.policies), at);
    // A run of a command line needs a deadline too, because its lock in the record ends with it.
    let clock = Clock::start(at, Some(LONGEST));
    let reviewed = reviewed.as_ref();
    let progress = &show::progress;
    let order = Order { run: &run, settings: &settings, clock, wall, reviewed, acknowledge, progress };
    over_aws(args, &show, &view, &order).await
}

with_aws! {
    async fn over_aws(args: &Args, show: &Show<'_>, view: &View, order: &Order<'_>) -> Result<End, Error> {
        use crate::aws::{AwsActor, AwsHub, AwsMessenger, AwsReader, Pricing};
        let aws = load::aws_to_act(args).await?;
        let reader = AwsReader::new(&aws, order.settings, &order.run.id);
        let actor = AwsActor::new(&aws, order.settings, &order.run.id);
        let hub = AwsHub::new(&aws, order.settings);
        let (messenger, list) = (AwsMessenger::new(&aws), Pricing::new(&aws));
        let (report, place) = crate::run::apply(order, &reader, &actor, &hub, &messenger, &list).await?;
        let end = End::of(&report, false);
        let end = show.report_after(report, view, order.settings, end);
        if let Some(place) = place {
            show::note(&format!("recorded in {place}"));
        }
        Ok(end)
    }
}
