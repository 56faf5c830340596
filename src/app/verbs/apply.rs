//! `apply`: does it, where both keys are turned. Asks on a terminal; elsewhere it wants `--yes`.

use crate::app::args::{Args, Select};
use crate::app::end::End;
use crate::app::error::Error;
use crate::app::reviewed::ReviewedAt;
use crate::app::verbs::plan::dry_run;
use crate::app::verbs::show;
use crate::app::verbs::show::Show;
use crate::app::verbs::world::{instants, run, scope};
use crate::app::{ask, load};
use crate::engine::plan::Plan;
use crate::engine::request::Mode;
use crate::render::table;
use crate::run::{Clock, LONGEST, Order};

/// Carries out what both keys allow.
pub(crate) async fn apply(
    args: &Args,
    select: &Select,
    yes: bool,
    plan: Option<&ReviewedAt>,
    acknowledge: Option<&str>,
) -> Result<End, Error> {
    if !yes && !ask::somebody_there() {
        return Err(Error::Usage("nobody is there to be asked; add `--yes` to act without a question".to_owned()));
    }
    let show = Show::open(args)?;
    let settings = load::command(args).await?;
    let mut reviewed = match plan {
        None => None,
        Some(plan) => Some(plan.read(&settings).await?),
    };
    if !yes {
        let report = dry_run(args, select, &settings, acknowledge).await?;
        show::aside(&table(&report, show.style()));
        let planned = report.plan.steps.len();
        let steps = reviewed.as_ref().map_or(planned, |plan| plan.steps.len().min(planned));
        if steps > 0 && !ask::consent(&format!("Carry out {steps} of these, or fewer?")) {
            return Err(Error::Refused("nothing was done".to_owned()));
        }
        // What was shown is what is agreed to: the run may only do less, and where nothing was shown, nothing.
        reviewed = reviewed.or(Some(Plan { refused: None, ..report.plan }));
    }
    let (wall, at) = instants(args)?;
    let run = run(Mode::Apply, scope(args, &select.instances, &select.policies), at);
    // A run of a command line has a deadline too, for with it ends the lock in the record.
    let clock = Clock::start(at, Some(LONGEST));
    let reviewed = reviewed.as_ref();
    let progress = &show::progress;
    let order = Order { run: &run, settings: &settings, clock, wall, reviewed, acknowledge, progress };
    over_aws(args, &show, &order).await
}

#[cfg(feature = "aws")]
async fn over_aws(args: &Args, show: &Show<'_>, order: &Order<'_>) -> Result<End, Error> {
    use crate::aws::{AwsActor, AwsHub, AwsMessenger, AwsReader, Pricing, all_loopback};
    use crate::engine::request::RequestInvalid;
    let aws = load::aws().await?;
    if args.at.is_some() && !all_loopback(&aws.sdk) {
        return Err(RequestInvalid::AtForApply.into());
    }
    let eyes = AwsReader::new(&aws, order.settings, &order.run.id);
    let hands = AwsActor::new(&aws, order.settings, &order.run.id);
    let hub = AwsHub::new(&aws, order.settings);
    let (messenger, list) = (AwsMessenger::new(&aws), Pricing::new(&aws));
    let (report, place) = crate::run::apply(order, &eyes, &hands, &hub, &messenger, &list).await?;
    let end = show.report_after(&report, End::of(&report, false));
    if let Some(place) = place {
        show::note(&format!("recorded in {place}"));
    }
    Ok(end)
}

#[cfg(not(feature = "aws"))]
async fn over_aws(_: &Args, _: &Show<'_>, _: &Order<'_>) -> Result<End, Error> {
    Err(crate::app::verbs::world::needs_aws())
}
