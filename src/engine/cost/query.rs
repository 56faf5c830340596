//! How the price list is asked for a price: the service, the attributes of the product, and its usage type.

use crate::engine::cost::database::{DOCDB, NEPTUNE, Priced};
use crate::engine::cost::fargate;
use crate::engine::cost::price::PriceKey;
use crate::engine::model::Product;

/// Prefixes of a usage type that are those of other products: what is on an Outpost, and the trust store of a load
/// balancer.
const NO_REGION: [&str; 2] = ["Outposts-", "TS-"];

/// A question to the price list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    /// The service code.
    pub service: &'static str,
    /// Attributes of the product, by name.
    pub attributes: Vec<(&'static str, &'a str)>,
    /// The usage type without the Region's prefix, such as `EUC1-`, where the attributes fit several products.
    pub usage: Option<String>,
    /// How the usage type begins after that prefix, up to its colon, where the same class is sold in several ways.
    pub usage_begins: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// The question for `key`.
    pub fn of(key: &'a PriceKey) -> Self {
        let PriceKey { product, kind, region, operation, tenancy } = key;
        // `io1` has the name of its first release.
        let of = |what: &str| format!("EBS:{what}.{}", if **kind == *"io1" { "piops" } else { kind });
        let (service, usage, mut attributes) = match product {
            // The same type is also listed for reserved capacity, used or not.
            Product::Database => return Self::of_database(kind, region, Priced::parse(operation)),
            Product::Instance => (
                "AmazonEC2",
                None,
                vec![
                    ("instanceType", &**kind),
                    ("operation", operation),
                    ("tenancy", tenancy.as_str()),
                    ("capacitystatus", "Used"),
                    ("marketoption", "OnDemand"),
                ],
            ),
            Product::Fargate => ("AmazonECS", Some(kind.to_string()), vec![("productFamily", "Compute")]),
            Product::FargateStorage => {
                ("AmazonECS", Some(fargate::STORAGE.to_owned()), vec![("productFamily", "Compute")])
            }
            Product::Storage => {
                let usage = if **kind == *"standard" { "EBS:VolumeUsage".to_owned() } else { of("VolumeUsage") };
                ("AmazonEC2", Some(usage), vec![("productFamily", "Storage"), ("volumeApiName", &**kind)])
            }
            Product::Iops => ("AmazonEC2", Some(of("VolumeP-IOPS")), vec![("productFamily", "System Operation")]),
            Product::Throughput => {
                ("AmazonEC2", Some(of("VolumeP-Throughput")), vec![("productFamily", "Provisioned Throughput")])
            }
            Product::PublicAddress => {
                ("AmazonVPC", Some(format!("PublicIPv4:{kind}Address")), vec![("group", "VPCPublicIPv4Address")])
            }
            Product::NatGateway => {
                ("AmazonEC2", Some("NatGateway-Hours".to_owned()), vec![("productFamily", "NAT Gateway")])
            }
            Product::EksCluster => ("AmazonEKS", Some("AmazonEKS-Hours:perCluster".to_owned()), Vec::new()),
            Product::LoadBalancer => {
                let family = match &**kind {
                    "application" => "Load Balancer-Application",
                    "network" => "Load Balancer-Network",
                    "gateway" => "Load Balancer-Gateway",
                    _ => "Load Balancer",
                };
                ("AWSELB", Some("LoadBalancerUsage".to_owned()), vec![("productFamily", family)])
            }
        };
        attributes.push(("regionCode", region));
        Self { service, attributes, usage, usage_begins: None }
    }

    fn of_database(class: &'a str, region: &'a str, priced: Priced<'a>) -> Self {
        let Priced { engine, edition, license, deployment, usage } = priced;
        let family = ("productFamily", "Database Instance");
        let mut attributes = vec![("instanceType", class), family, ("regionCode", region)];
        let service = match engine {
            DOCDB => "AmazonDocDB",
            NEPTUNE => "AmazonNeptune",
            _ => "AmazonRDS",
        };
        if service == "AmazonRDS" {
            attributes.extend([("databaseEngine", engine), ("deploymentOption", deployment)]);
            let told = [("databaseEdition", edition), ("licenseModel", license)];
            attributes.extend(told.into_iter().filter(|(_, value)| !value.is_empty()));
        }
        let usage_begins = Some(usage).filter(|usage| !usage.is_empty());
        Self { service, attributes, usage: None, usage_begins }
    }

    /// Whether a product has this usage type: the one that was asked for, with the prefix of a Region or without. Another
    /// prefix, or two, mean another product.
    pub fn has_usage(&self, found: &str) -> bool {
        if let Some(begin) = self.usage_begins {
            let (name, _) = found.split_once(':').unwrap_or((found, ""));
            let of_region = |prefix: &str| prefix.is_empty() || prefix.find('-') == Some(prefix.len() - 1);
            return name.strip_suffix(begin).is_some_and(of_region);
        }
        let Some(usage) = &self.usage else { return true };
        let Some(prefix) = found.strip_suffix(usage.as_str()) else { return false };
        prefix.is_empty() || prefix.find('-') == Some(prefix.len() - 1) && !NO_REGION.contains(&prefix)
    }
}
