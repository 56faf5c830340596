//! The caller's identity: the account, and the partition for role ARNs, from the caller's own ARN.

use std::sync::Arc;

use aws_config::Region;

use crate::aws::{Aws, words};
use crate::engine::model::is_account;

const OPERATION: &str = "sts:GetCallerIdentity";

/// The Regions of the partition `aws` that are enabled in every account. Every Region opened after March 2019 needs an
/// opt-in (AWS Account Management Guide, "Enable or disable AWS Regions"), so this list does not grow.
const ALWAYS_ON: &str = "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 \
    eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 \
    us-west-2";

/// Used in place of a Region that other accounts may not have opted into.
const STAND_IN: &str = "us-east-1";

/// The caller's identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The twelve digits.
    pub(crate) account: Arc<str>,
    /// `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso` …
    pub(crate) partition: Box<str>,
}

impl Caller {
    /// Reads the caller's ARN, which must contain the given account.
    fn of(account: Option<&str>, arn: Option<&str>) -> Option<Self> {
        let (account, mut parts) = (account?, arn?.split(':'));
        let (arn, partition) = (parts.next()?, parts.next()?);
        let named = parts.nth(2)?;
        let known = partition == "aws" || partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty());
        (arn == "arn" && known && is_account(account) && named == account)
            .then(|| Self { account: account.into(), partition: partition.into() })
    }

    /// Whether accounts have to opt into this Region.
    pub(crate) fn is_opt_in(&self, region: &str) -> bool {
        *self.partition == *"aws" && !ALWAYS_ON.split(' ').any(|known| known == region)
    }

    /// The Region for STS and DescribeRegions, unless the settings name one: the caller's own, or, if that Region needs
    /// an opt-in, one that is enabled in every account.
    pub(crate) fn region(&self, own: Option<&Region>) -> Option<Region> {
        own.map(|own| if self.is_opt_in(own.as_ref()) { Region::from_static(STAND_IN) } else { own.clone() })
    }
}

/// Asks for the caller's identity in the caller's own Region, which is enabled in the caller's own account.
pub(crate) async fn ask(aws: &Aws) -> Result<Caller, String> {
    let answer = aws.client::<aws_sdk_sts::Client>(None).get_caller_identity().send().await;
    let answer = answer.map_err(|error| words(OPERATION, &error))?;
    let unread = || format!("`{OPERATION}` did not answer with an account and an ARN of it");
    Caller::of(answer.account(), answer.arn()).ok_or_else(unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "111111111111";

    fn partition(arn: &str) -> Option<String> {
        Caller::of(Some(ACCOUNT), Some(arn)).map(|caller| caller.partition.into())
    }

    #[test]
    fn the_partition_is_that_of_the_callers_arn() {
        for name in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"] {
            let arn = format!("arn:{name}:sts::{ACCOUNT}:assumed-role/idle-reaper-hub/idle-reaper");
            assert_eq!(partition(&arn).as_deref(), Some(name));
        }
    }

    #[test]
    fn an_arn_that_names_no_partition_or_another_account_is_no_answer() {
        for arn in [
            "",
            "arn",
            "arn::sts::111111111111:user/x",
            "arn:aws-:sts::111111111111:user/x",
            "arn:azure:sts::111111111111:user/x",
            "arn:aws:sts::222222222222:user/x",
            "arn:aws:sts:::user/x",
            "urn:aws:sts::111111111111:user/x",
        ] {
            assert_eq!(partition(arn), None, "{arn}");
        }
        let arn = Some("arn:aws:sts::111111111111:user/x");
        for account in [None, Some(""), Some("1111"), Some("11111111111x"), Some("１11111111111")] {
            assert_eq!(Caller::of(account, arn), None, "{account:?}");
        }
        assert_eq!(Caller::of(Some(ACCOUNT), None), None);
    }

    #[test]
    fn sts_goes_to_a_region_that_every_account_has() {
        for (partition, own, wanted) in [
            ("aws", "ap-northeast-1", "ap-northeast-1"),
            ("aws", "us-west-2", "us-west-2"),
            ("aws", "ap-east-1", "us-east-1"),
            ("aws", "me-central-1", "us-east-1"),
            ("aws", "eu-central-2", "us-east-1"),
            ("aws", "xx-future-9", "us-east-1"),
            ("aws-cn", "cn-northwest-1", "cn-northwest-1"),
            ("aws-us-gov", "us-gov-east-1", "us-gov-east-1"),
            ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1"),
            ("aws-iso", "us-iso-west-1", "us-iso-west-1"),
        ] {
            let caller = Caller { account: ACCOUNT.into(), partition: partition.into() };
            assert_eq!(caller.region(Some(&Region::new(own))).unwrap().as_ref(), wanted, "{partition} {own}");
            assert_eq!(caller.region(None), None);
        }
    }
}
