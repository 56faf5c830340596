//! The pages of the AWS console: of a resource, and of a file or folder in S3. AWS documents none of these addresses; they
//! are the ones that the console itself has (November 2026).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::engine::model::{Kind, ReportOnly, ResourceId, Target, UnusedId, is_account};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest id that is linked. Longer than every id of AWS, and short enough for each channel.
const LONGEST: usize = 128;

/// A text that can stand anywhere in an address.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The page of a resource. `None` where AWS has no page that is known here, or where the id is none of AWS.
pub(crate) fn resource(id: &ResourceId) -> Option<String> {
    let page = match id.kind {
        Kind::Instance => "ec2/home#InstanceDetails:instanceId=",
        Kind::Database => {
            let end = format!(";is-cluster={}", id.is_db_cluster());
            return page_of(&id.place.region, "rds/home#database:id=", id.identifier()).map(|page| page + &end);
        }
        Kind::Service => {
            let (cluster, service) = id.service_parts()?;
            let path = format!("ecs/v2/clusters/{}/services/{}/health#", encoded(cluster), encoded(service));
            return page_of(&id.place.region, &path, "-").map(|page| page.trim_end_matches("#-").to_owned());
        }
    };
    page_of(&id.place.region, page, &id.name)
}

/// The same of a resource that is only reported.
pub(crate) fn reported(id: &UnusedId) -> Option<String> {
    let page = match id.kind {
        ReportOnly::AutoScalingGroup => "ec2/home#AutoScalingGroupDetails:id=",
        ReportOnly::NodeGroup => {
            let (cluster, group) = id.id.split_once('/')?;
            let clusters = format!("eks/home#/clusters/{}/nodegroups/", encoded(cluster));
            return page_of(&id.place.region, &clusters, group);
        }
        ReportOnly::Volume => "ec2/home#VolumeDetails:volumeId=",
        ReportOnly::Address if id.id.starts_with("eipalloc-") => "ec2/home#ElasticIpDetails:AllocationId=",
        ReportOnly::Address => "ec2/home#Addresses:search=",
        ReportOnly::NatGateway => "vpcconsole/home#NatGatewayDetails:natGatewayId=",
        ReportOnly::LoadBalancer => "ec2/home#LoadBalancers:search=",
        ReportOnly::EksCluster => "eks/home#/clusters/",
        ReportOnly::ReplacedDatabase => return resource(&ResourceId::named(id.place.clone(), &*id.id)),
    };
    // The console searches load balancers by their names, which are the middle of `app/web/50dc6c495c0c9188`.
    let name = id.id.split('/').nth(1).filter(|_| id.kind == ReportOnly::LoadBalancer);
    page_of(&id.place.region, page, name.unwrap_or(&id.id))
}

/// `page`: the console's path, and the fragment before the id.
fn page_of(region: &str, page: &str, id: &str) -> Option<String> {
    let (path, fragment) = page.split_once('#')?;
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
    let is_id = !id.is_empty() && id.len() <= LONGEST && id.bytes().all(usual);
    let console = console(Some(region))?;
    is_id.then(|| format!("https://{region}.{console}/{path}?region={region}#{fragment}{}", encoded(id)))
}

/// The page of a file in a bucket, or of a folder, whose key ends in `/`. `region`: that of the bucket, if known.
pub(crate) fn s3(bucket: &str, region: Option<&str>, key: &str) -> Option<String> {
    let console = console(region)?;
    let (host, query) = match region {
        Some(region) => (format!("{region}.{console}"), format!("region={region}&")),
        None => (console.to_owned(), String::new()),
    };
    let what = if key.ends_with('/') { "buckets" } else { "object" };
    Some(format!("https://{host}/s3/{what}/{}?{query}prefix={}", encoded(bucket), encoded(key)))
}

/// The console of a Region's partition; without a Region, that of the partition `aws`.
fn console(region: Option<&str>) -> Option<&'static str> {
    match region {
        Some(region) if !is_region(region) => None,
        Some(region) if region.starts_with("cn-") => Some("console.amazonaws.cn"),
        Some(region) if region.starts_with("us-gov-") => Some("console.amazonaws-us-gov.com"),
        // Consoles of these partitions are not known here.
        Some(region) if region.starts_with("eusc-") || region.contains("-iso") => None,
        Some(_) | None => Some("console.aws.amazon.com"),
    }
}

/// Whether a text has the form of a Region's name, such as `ap-northeast-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let (number, words) = parts.split_last().map_or(("", &[][..]), |(number, words)| (*number, words));
    let is_number = !number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 32 && (2..=4).contains(&words.len()) && words.iter().all(word) && is_number
}

/// The account and Region of a bucket called `NAME-ACCOUNT-REGION`, as `infra/hub.yaml` calls it.
pub(crate) fn home(bucket: &str) -> Option<Target> {
    let parts: Vec<&str> = bucket.split('-').collect();
    let account = (1..parts.len()).rev().find(|n| parts.get(*n).is_some_and(|part| is_account(part)))?;
    let region = parts.get(account + 1..)?.join("-");
    is_region(&region).then(|| Target::new(*parts.get(account).unwrap_or(&""), region))
}
