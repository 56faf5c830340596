//! `apply`: does it, where both keys are turned. Asks on a terminal; elsewhere it wants `--yes`.

use std::path::Path;

use super::super::args::{Args, Select};
use super::super::cli::End;
use super::super::error::Error;
use super::super::{ask, load};
use super::plan::dry_run;
use super::show;
use super::world::{instants, run, scope};
use crate::decide::plan::Plan;
use crate::decide::request::Mode;
use crate::flow::{Clock, Order};
use crate::render::table;

/// Carries out what both keys allow.
pub async fn apply(args: &Args, select: &Select, yes: bool, plan: Option<&Path>) -> Result<End, Error> {
    if args.inventory.is_some() {
        let why = "an inventory can be judged and not acted on; leave `--inventory` out, or use `plan`";
        return Err(Error::Usage(why.to_owned()));
    }
    if !yes && !ask::somebody_there() {
        return Err(Error::Usage("nobody is there to be asked; add `--yes` to act without a question".to_owned()));
    }
    let settings = load::settings(&args.config).await?;
    let mut reviewed = plan.map(read_plan).transpose()?;
    if !yes {
        let report = dry_run(args, select, &settings).await?;
        eprintln!("{}", table(&report, show::style(args)));
        let steps =
            reviewed.as_ref().map_or(report.plan.steps.len(), |plan| plan.steps.len().min(report.plan.steps.len()));
        if !ask::consent(&format!("Carry out at most {steps} steps?")) {
            return Err(Error::Refused("nothing was done".to_owned()));
        }
        // What was shown is what is agreed to: the run may only do less.
        reviewed = reviewed.or(Some(report.plan));
    }
    let (wall, at) = instants(args)?;
    let run = run(Mode::Apply, scope(args, &select.instances, &select.policies), at);
    let clock = Clock::start(at, None);
    let reviewed = reviewed.as_ref();
    let order = Order { run: &run, settings: &settings, clock, wall, reviewed, progress: &show::progress };
    over_aws(args, &order).await
}

/// The plan in a report that `plan --out FILE --format json` wrote.
fn read_plan(path: &Path) -> Result<Plan, Error> {
    #[derive(serde::Deserialize)]
    struct Reviewed {
        version: u8,
        plan: Plan,
    }
    let unreadable =
        |why: String| Error::Usage(format!("`{}` holds no plan that can be carried out: {why}", path.display()));
    let Reviewed { version, plan } =
        serde_json::from_str(&load::file(path)?).map_err(|error| unreadable(error.to_string()))?;
    if version == 1 { Ok(plan) } else { Err(unreadable(format!("its version is {version}, and this release reads 1"))) }
}

#[cfg(feature = "aws")]
async fn over_aws(args: &Args, order: &Order<'_>) -> Result<End, Error> {
    use crate::adapters::aws::{Aws, AwsHub, Eyes, Hands, all_loopback};
    use crate::decide::request::RequestInvalid;
    let aws = Aws::load().await;
    if args.at.is_some() && !all_loopback(&aws.sdk) {
        return Err(RequestInvalid::AtForApply.into());
    }
    let eyes = Eyes::new(&aws, order.settings, &order.run.id);
    let hands = Hands::new(&aws, order.settings, &order.run.id);
    let hub = AwsHub::new(&aws, order.settings);
    let (report, place) = crate::flow::apply(order, &eyes, &hands, &hub).await?;
    show::report(args, &report)?;
    if let Some(place) = place {
        eprintln!("recorded in {place}");
    }
    Ok(End::of(&report, false))
}

#[cfg(not(feature = "aws"))]
async fn over_aws(_: &Args, _: &Order<'_>) -> Result<End, Error> {
    Err(super::world::needs_aws())
}
