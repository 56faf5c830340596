//! `plan`: a dry run. It cannot act.

use crate::app::args::{List, Select};
use crate::app::inventory::{Gathered, gathered};
use crate::app::verbs::backtest::backtest;
use crate::app::verbs::{Show, instants, run, scope, show};
use crate::app::{Args, End, Error, load};
use crate::engine::config::Settings;
use crate::engine::report::Report;
use crate::engine::request::Mode;
use crate::engine::trends::Inventories;
use crate::local::inventory::{NoRecord, Recorded};
use crate::local::price_file::PriceFile;
use crate::run;
use crate::run::{Clock, Order};

/// Why a dry run over AWS may show no dollars.
const NO_PRICES: &str = "no amounts are known yet: a dry run looks up no prices, and shows those that an `apply` with a \
    `record`, and `[notify]` or `[idle]`, has looked up";

/// Shows what would be done. Over a folder of several days, or against other settings, it is a backtest.
pub(crate) async fn plan(
    args: &Args,
    select: &Select,
    list: &List,
    detailed: bool,
    against: Option<&str>,
) -> Result<End, Error> {
    let settings = load::command(args).await?;
    let recorded = match gathered(args, &settings)? {
        None => None,
        Some(Gathered { is_backtest, batches }) if is_backtest || against.is_some() => {
            return backtest(args, select, list, batches, against).await;
        }
        Some(gathered) => Some(gathered.recorded(&settings)?),
    };
    let show = Show::list(args, list)?;
    let report = dry_run(args, select, &settings, recorded.as_ref(), None).await?;
    let end = End::of(&report, detailed);
    show.report(report, &list.view(&settings), &settings)?;
    Ok(end)
}

/// The dry run itself, for `plan`, and for `apply` to show before it asks.
pub(super) async fn dry_run(
    args: &Args,
    select: &Select,
    settings: &Settings,
    recorded: Option<&Recorded>,
    acknowledge: Option<&str>,
) -> Result<Report, Error> {
    let (wall, at) = instants(args, &settings.zones())?;
    let run = run(Mode::Plan, scope(args, &select.instances, &select.policies), at);
    let clock = Clock::start(at, None);
    let progress = &show::progress;
    let order = Order { run: &run, settings, clock, wall, reviewed: None, acknowledge, progress };
    if let Some(recorded) = recorded {
        let report = priced(settings, run::plan(&order, recorded, &NoRecord).await?).await;
        let mut inventories = Inventories::new(settings);
        report.add_to(&mut inventories, recorded.instances_found());
        let trends = run.scope.is_whole().then(|| inventories.trends().into());
        return Ok(Report { trends, ..report });
    }
    let mut report = over_aws(&order).await?;
    if !report.priced && !report.rows.is_empty() {
        report.notes.push(NO_PRICES.to_owned());
    }
    Ok(report)
}

/// The report over an inventory with the prices that are known without asking.
pub(super) async fn priced(settings: &Settings, report: Report) -> Report {
    match PriceFile::of(settings) {
        Some(file) => run::with_known_prices(&settings.money, &file, report).await,
        None => run::with_known_prices(&settings.money, &NoRecord, report).await,
    }
}

with_aws! {
    async fn over_aws(order: &Order<'_>) -> Result<Report, Error> {
        use crate::aws::{AwsHub, AwsReader};
        let aws = load::aws().await?;
        let reader = AwsReader::new(&aws, order.settings, &order.run.id);
        Ok(run::plan(order, &reader, &AwsHub::new(&aws, order.settings)).await?)
    }
}
