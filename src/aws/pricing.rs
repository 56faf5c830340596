//! On-demand list prices, from GetProducts of the Price List, with the hub's own credentials.

use aws_config::Region;
use aws_sdk_pricing::Client;
use aws_sdk_pricing::types::{Filter, FilterType};

use crate::aws::endpoints::endpoint;
use crate::aws::{Aws, all, words};
use crate::engine::cost::price::{Price, PriceKey, price_of};
use crate::engine::cost::query::Query;
use crate::ports::{PortError, PriceList};

const OPERATION: &str = "pricing:GetProducts";

/// The maximum number of products on a page.
const PAGE: i32 = 100;

/// Pages of one answer that are read. A key names one product, rarely two. More pages mean that the answer is for
/// something else.
const PAGES: usize = 5;

/// The Price List and Cost Explorer of one run.
pub struct Pricing {
    pub(crate) aws: Aws,
    client: Client,
    /// A custom endpoint, which is used in every partition.
    own_endpoint: bool,
}

impl Pricing {
    /// A client of the nearest endpoint.
    pub fn new(aws: &Aws) -> Self {
        let region = nearest(aws.region().as_ref().map_or("", Region::as_ref));
        let own_endpoint = endpoint(&aws.sdk, "Pricing").is_some();
        Self { aws: aws.clone(), client: aws.client(Some(Region::from_static(region))), own_endpoint }
    }

    /// China's list is in yuan, and no other partition but `aws` has one.
    async fn has_list(&self) -> Result<bool, String> {
        Ok(self.own_endpoint || *self.aws.caller().await?.partition == *"aws")
    }
}

/// The list has three endpoints, each with the prices of every Region: `us-east-1`, `eu-central-1` and `ap-south-1`
/// ("AWS Price List service endpoints", AWS General Reference).
fn nearest(region: &str) -> &'static str {
    let continent = region.split('-').next().unwrap_or_default();
    match continent {
        "eu" | "eusc" | "af" | "il" => "eu-central-1",
        "ap" | "me" => "ap-south-1",
        _ => "us-east-1",
    }
}

impl PriceList for Pricing {
    async fn lookup(&self, key: &PriceKey) -> Result<Price, PortError> {
        if !self.has_list().await.map_err(PortError)? {
            let mend = "give prices in a file: `price-file` in `[money]`";
            return Err(PortError(format!("this partition has no price list in US dollars; {mend}")));
        }
        Ok(price_of(key, &products(&self.client, key).await.map_err(PortError)?))
    }
}

/// Every product for `key`, each as its JSON text.
async fn products(client: &Client, key: &PriceKey) -> Result<Vec<String>, String> {
    let query = Query::of(key);
    let call = client.get_products().service_code(query.service).format_version("aws_v1");
    let call = call.set_filters(Some(filters(&query)?));
    let mut read = 0;
    let page = async |token| {
        read += 1;
        if read > PAGES {
            return Err(format!("`{OPERATION}` had more than {PAGES} pages for one price"));
        }
        let page = call.clone().max_results(PAGE).set_next_token(token).send().await;
        let page = page.map_err(|error| words(OPERATION, &error))?;
        Ok((page.price_list.unwrap_or_default(), page.next_token))
    };
    all(OPERATION, page).await
}

/// The filters match whole values, and the usage type begins with a short name of the Region: `price_of` checks it.
fn filters(query: &Query<'_>) -> Result<Vec<Filter>, String> {
    let filter = |(field, value): &(&str, &str)| {
        Filter::builder().r#type(FilterType::TermMatch).field(*field).value(*value).build().map_err(|e| e.to_string())
    };
    query.attributes.iter().map(filter).collect()
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, SdkConfig};

    use super::*;
    use crate::aws::caller::Caller;
    use crate::engine::cost::price::Tenancy;
    use crate::engine::model::Product;

    #[tokio::test]
    async fn a_partition_without_a_list_in_dollars_is_not_asked() {
        let key = PriceKey {
            product: Product::Instance,
            kind: "t3.micro".into(),
            region: "us-gov-west-1".into(),
            operation: "RunInstances".into(),
            tenancy: Tenancy::Shared,
        };
        for partition in ["aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"] {
            let sdk = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
            let caller = Caller { account: "111111111111".into(), partition: partition.into() };
            let answer = Pricing::new(&Aws::of(sdk).called_by(caller)).lookup(&key).await;
            let PortError(why) = answer.expect_err(partition);
            assert!(why.contains("no price list in US dollars") && why.contains("price-file"), "{why}");
        }
    }

    #[test]
    fn every_region_has_one_of_the_three_endpoints() {
        for (region, endpoint) in [
            ("ap-northeast-1", "ap-south-1"),
            ("me-central-1", "ap-south-1"),
            ("eu-west-2", "eu-central-1"),
            ("af-south-1", "eu-central-1"),
            ("us-west-2", "us-east-1"),
            ("sa-east-1", "us-east-1"),
            ("", "us-east-1"),
        ] {
            assert_eq!(nearest(region), endpoint, "{region}");
        }
    }
}
