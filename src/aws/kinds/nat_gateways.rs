//! The NAT gateways of a target: DescribeNatGateways, the metrics of those that may be unused, and DescribeRouteTables
//! if any of them is silent.

use std::collections::HashSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AvailabilityMode, Filter, NatGateway};

use crate::aws::kinds::traffic::traffic;
use crate::aws::kinds::{Metrics, instant, tags};
use crate::aws::{all, listed, pages, words};
use crate::engine::kinds::gateway::{COUNTERS, DAYS, Gateway};
use crate::engine::kinds::reported::Facts;
use crate::engine::kinds::traffic::Traffic;

const GATEWAYS: &str = "ec2:DescribeNatGateways";
const ROUTES: &str = "ec2:DescribeRouteTables";

/// The maximum number of gateways on a page, and of route tables.
const PAGE: i32 = 1000;
const TABLES: i32 = 100;

/// The maximum number of values in one filter.
const FILTER_VALUES: usize = 200;

pub(super) async fn list(client: &Client, metrics: &Metrics<'_>) -> Result<Vec<Facts>, String> {
    let mut found = gateways(client).await?;
    let mut asked: Vec<&mut Gateway> = found.iter_mut().filter(|one| one.needs_metrics(metrics.now)).collect();
    let wanted: Vec<_> = asked.iter().map(|one| (&*one.id, &COUNTERS[..])).collect();
    let known = traffic(metrics, &wanted, DAYS).await?;
    for (gateway, traffic) in asked.iter_mut().zip(known) {
        gateway.traffic = traffic;
    }
    let silent: Vec<&mut Gateway> = asked.into_iter().filter(|one| one.traffic == Traffic::Silent).collect();
    let ids: Vec<String> = silent.iter().map(|one| one.id.to_string()).collect();
    let routed = routed(client, &ids).await?;
    for gateway in silent {
        gateway.routed = Some(routed.contains(&*gateway.id));
    }
    Ok(found.into_iter().map(Facts::NatGateway).collect())
}

async fn gateways(client: &Client) -> Result<Vec<Gateway>, String> {
    let page = async |token| {
        let page = client.describe_nat_gateways().max_results(PAGE).set_next_token(token).send().await;
        let page = page.map_err(|error| words(GATEWAYS, &error))?;
        Ok((listed(GATEWAYS, page.nat_gateways)?, page.next_token))
    };
    Ok(all(GATEWAYS, page).await?.iter().map(gateway).collect())
}

fn gateway(raw: &NatGateway) -> Gateway {
    let public = raw.nat_gateway_addresses().iter().filter(|one| one.allocation_id().is_some());
    Gateway {
        id: raw.nat_gateway_id().unwrap_or_default().into(),
        state: raw.state().map(|state| state.as_str().into()),
        created: instant(raw.create_time()),
        addresses: u32::try_from(public.count()).unwrap_or(u32::MAX),
        is_regional: raw.availability_mode() == Some(&AvailabilityMode::Regional),
        has_appliance: !raw.attached_appliances().is_empty(),
        tags: tags(raw.tags()),
        ..Gateway::default()
    }
}

/// Which of these gateways a route of any route table leads to, used or not.
async fn routed(client: &Client, ids: &[String]) -> Result<HashSet<String>, String> {
    let mut found = HashSet::new();
    for part in ids.chunks(FILTER_VALUES) {
        let filter = Filter::builder().name("route.nat-gateway-id").set_values(Some(part.to_vec())).build();
        let call = client.describe_route_tables().filters(filter).max_results(TABLES);
        let each = async |token| {
            let page = call.clone().set_next_token(token).send().await.map_err(|error| words(ROUTES, &error))?;
            let tables = listed(ROUTES, page.route_tables.as_deref())?;
            let routes = tables.iter().flat_map(|table| table.routes());
            found.extend(routes.filter_map(|route| route.nat_gateway_id()).map(str::to_owned));
            Ok::<_, String>(page.next_token)
        };
        pages(ROUTES, each).await?;
    }
    Ok(found)
}
