//! The bill, from GetCostAndUsage of Cost Explorer, with the hub's own credentials.

use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::operation::get_cost_and_usage::builders::GetCostAndUsageFluentBuilder;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, GroupDefinition, GroupDefinitionType,
    ResultByTime,
};

use crate::aws::pricing::Pricing;
use crate::aws::{all, words};
use crate::engine::cost::bill::{About, Group};
use crate::engine::model::month::Month;
use crate::ports::{Billing, PortError};

const OPERATION: &str = "ce:GetCostAndUsage";

/// Pages of one answer that are read, at $0.01 each. Cost Explorer returns thousands of groups on a page, and 1,000
/// accounts with 50 services each are 100,000 groups in two months.
const PAGES: usize = 50;

/// The charges for hours of EC2 instances that have a list price or are reserved. The others are fees, taxes, credits
/// and refunds.
const CHARGES: [&str; 3] = ["Usage", "SavingsPlanCoveredUsage", "DiscountedUsage"];

impl Billing for Pricing {
    async fn costs(
        &self,
        about: About,
        from: Month,
        until: Month,
        view: Option<&str>,
    ) -> Result<Vec<Group>, PortError> {
        let call = question(&self.aws.client(None), about, from, until).map_err(PortError)?;
        groups(call.set_billing_view_arn(view.map(str::to_owned))).await.map_err(PortError)
    }
}

fn question(client: &Client, about: About, from: Month, until: Month) -> Result<GetCostAndUsageFluentBuilder, String> {
    let day = |month: Month| month.first_day().to_string();
    let period = DateInterval::builder().start(day(from)).end(day(until)).build().map_err(|error| error.to_string())?;
    let by = |key: &str| GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key(key).build();
    let call = client.get_cost_and_usage().time_period(period).granularity(Granularity::Monthly);
    let call = call.metrics("UnblendedCost").metrics("AmortizedCost").metrics("NetAmortizedCost");
    let call = call.group_by(by("LINKED_ACCOUNT"));
    Ok(match about {
        About::Services => call.group_by(by("SERVICE")),
        About::Hours => call.group_by(by("RECORD_TYPE")).metrics("UsageQuantity").filter(instance_hours()),
    })
}

/// The hours of instances, apart from Spot, which has no list price.
fn instance_hours() -> Expression {
    let is = |key: Dimension, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let values = DimensionValues::builder().key(key).set_values(Some(values)).build();
        Expression::builder().dimensions(values).build()
    };
    let spot = is(Dimension::PurchaseType, &["Spot Instances"]);
    Expression::builder()
        .and(is(Dimension::UsageTypeGroup, &["EC2: Running Hours"]))
        .and(is(Dimension::RecordType, &CHARGES))
        .and(Expression::builder().not(spot).build())
        .build()
}

/// The groups of every page.
async fn groups(call: GetCostAndUsageFluentBuilder) -> Result<Vec<Group>, String> {
    let mut read = 0;
    let page = async |token| {
        read += 1;
        if read > PAGES {
            return Err(format!("`{OPERATION}` had more than {PAGES} pages"));
        }
        let page = call.clone().set_next_page_token(token).send().await.map_err(|error| words(OPERATION, &error))?;
        let groups: Vec<Group> = page.results_by_time().iter().flat_map(of_month).collect();
        Ok((groups, page.next_page_token))
    };
    all(OPERATION, page).await
}

fn of_month(month: &ResultByTime) -> impl Iterator<Item = Group> {
    let from = month.time_period().map_or("", DateInterval::start);
    month.groups().iter().map(move |group| {
        let amounts = group.metrics().into_iter().flatten().map(|(metric, value)| {
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            (metric.clone(), (text(value.amount()), text(value.unit())))
        });
        Group {
            from: from.to_owned(),
            keys: group.keys().to_vec(),
            amounts: amounts.collect(),
            estimated: month.estimated(),
        }
    })
}
