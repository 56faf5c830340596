//! EKS clusters without nodes: the control plane is billed all the same.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::kinds::reported::{Surroundings, quoted};
use crate::engine::model::{Billed, Product, ReportOnly, Tags, Unused, WhyUnused, sane_option};

/// What AWS returned; `None` for what it did not return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Cluster {
    /// Its name.
    pub name: Box<str>,
    /// `ACTIVE`, …
    pub status: Option<Box<str>>,
    /// When it was created.
    #[serde(deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// Whether an instance has its tag, running or not.
    pub has_nodes: Option<bool>,
    /// Whether it works without such instances: it has Fargate profiles, EKS Auto Mode or hybrid nodes.
    pub is_serverless: Option<bool>,
    /// Its tags.
    pub tags: Tags,
}

impl Cluster {
    /// Why it seems to be forgotten; `None` where it is in use, or where that is unknown.
    pub fn unused(&self, around: &Surroundings<'_>) -> Option<Unused> {
        let is_empty = self.has_nodes == Some(false) && self.is_serverless == Some(false);
        if !is_empty || self.status.as_deref() != Some("ACTIVE") {
            return None;
        }
        let region = &*around.place.region;
        let name = quoted(&self.name);
        Some(Unused {
            not_before: self.created,
            billed: vec![Billed::unit(Product::EksCluster, "", Decimal::ONE)],
            command: format!("aws eks delete-cluster --name {name} --region {}", quoted(region)).into(),
            ..around.unused(ReportOnly::EksCluster, &self.name, WhyUnused::NoNodes, &self.tags)
        })
    }
}
