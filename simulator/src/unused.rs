//! What teams leave behind: volumes, addresses, NAT gateways and load balancers, as their listings and metrics show them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::answer::{Answer, Refusal, escape};
use crate::calls::{Slant, unknown};
use crate::page::page;
use crate::request::Call;
use crate::world::World;

/// The fields that every entry has.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Left {
    /// The account's name.
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// When it was created.
    created: Option<DateTime<Utc>>,
    /// Of a volume.
    size: Option<u32>,
    /// Of a volume or a load balancer.
    r#type: Option<String>,
    /// Of an address.
    ip: Option<String>,
    /// Of a load balancer or an EKS cluster.
    name: Option<String>,
    /// Of a load balancer: what is registered with it.
    #[serde(default)]
    targets: Vec<String>,
    /// Of a load balancer: the type of its target group. Without one it has no group.
    target_type: Option<String>,
    /// Of a NAT gateway: whether a route table has a route to it.
    #[serde(default)]
    routed: bool,
    /// Of an EKS cluster: what works without nodes.
    #[serde(default)]
    fargate: Vec<String>,
    #[serde(default)]
    auto_mode: bool,
    /// What each metric has in an hour; no value at all where it has none.
    #[serde(default)]
    metrics: BTreeMap<String, f64>,
}

/// All that is left in one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leftovers {
    pub(crate) volumes: Vec<Left>,
    pub(crate) addresses: Vec<Left>,
    pub(crate) nat_gateways: Vec<Left>,
    pub(crate) load_balancers: Vec<Left>,
    pub(crate) eks_clusters: Vec<Left>,
}

impl Leftovers {
    #[allow(clippy::cast_precision_loss)]
    /// The points of a metric of the resource that its dimension names, the latest first.
    pub(crate) fn series(&self, of: &str, name: &str, start: i64, end: i64, period: i64) -> Option<Vec<(f64, f64)>> {
        let gateways = self.nat_gateways.iter().enumerate().map(|(n, one)| (id("nat", n, 17), one));
        let balancers = self.load_balancers.iter().enumerate().map(|(n, one)| (balancer_id(n, one), one));
        let (_, found) = gateways.chain(balancers).find(|(id, _)| id == of)?;
        let Some(hourly) = found.metrics.get(name) else { return Some(Vec::new()) };
        let value = if name.starts_with("Active") { *hourly } else { hourly * period as f64 / 3600.0 };
        let last = (end - 1).div_euclid(period) * period;
        let times = (0..).map(|n| last - n * period).take_while(|at| *at >= start);
        Some(times.map(|at| (at as f64, value)).collect())
    }
}

fn id(kind: &str, n: usize, digits: usize) -> String {
    format!("{kind}-{:0digits$x}", 0xa_0000 + n)
}

fn is_classic(one: &Left) -> bool {
    one.r#type.as_deref() == Some("classic")
}

fn name_of(n: usize, one: &Left) -> String {
    one.name.clone().unwrap_or_else(|| format!("balancer-{n}"))
}

/// As the metrics of a load balancer name it.
fn balancer_id(n: usize, one: &Left) -> String {
    let short = match one.r#type.as_deref() {
        Some("network") => "net",
        Some("gateway") => "gwy",
        Some("classic") => return name_of(n, one),
        _ => "app",
    };
    format!("{short}/{}/{:016x}", name_of(n, one), n)
}

fn tags(one: &Left, (list, item, key, value): (&str, &str, &str, &str)) -> String {
    let mut xml = format!("<{list}>");
    for (name, text) in &one.tags {
        let (name, text) = (escape(name), escape(text));
        let _ = write!(xml, "<{item}><{key}>{name}</{key}><{value}>{text}</{value}></{item}>");
    }
    xml + &format!("</{list}>")
}

/// As EC2 names them, and as Elastic Load Balancing does.
const OF_EC2: (&str, &str, &str, &str) = ("tagSet", "item", "key", "value");
const OF_ELB: (&str, &str, &str, &str) = ("Tags", "member", "Key", "Value");

fn time(one: &Left, now: DateTime<Utc>) -> String {
    one.created.unwrap_or(now).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The calls of EC2 that list what is left: `more` are volumes of instances.
pub(crate) fn ec2(world: &mut World, call: &Call, slant: Slant, more: &[String]) -> Result<Answer, Refusal> {
    let now = world.now();
    let left = &world.place(call).left;
    let (list, mut items): (_, Vec<String>) = match call.action.as_str() {
        "DescribeVolumes" => {
            ("volumeSet", left.volumes.iter().enumerate().map(|(n, one)| volume(n, one, now)).collect())
        }
        "DescribeAddresses" => {
            ("addressesSet", left.addresses.iter().enumerate().map(|(n, one)| address(n, one, &call.region)).collect())
        }
        "DescribeNatGateways" => {
            ("natGatewaySet", left.nat_gateways.iter().enumerate().map(|(n, one)| gateway(n, one, now)).collect())
        }
        "DescribeRouteTables" => ("routeTableSet", routes(left, call)),
        _ => return Err(unknown(call)),
    };
    items.extend_from_slice(more);
    let wrong = || Refusal::new(400, "InvalidNextToken", "The token is not valid.");
    let found = page(items.len(), 1000, call.param("NextToken"), slant.page).ok_or_else(wrong)?;
    let next = found.next.map(|next| format!("<nextToken>{next}</nextToken>")).unwrap_or_default();
    let items = items[found.from..found.to].concat();
    Ok(Answer::ec2(&call.action, &format!("<{list}>{items}</{list}>{next}")))
}

fn volume(n: usize, one: &Left, now: DateTime<Utc>) -> String {
    let (kind, size) = (one.r#type.as_deref().unwrap_or("gp3"), one.size.unwrap_or(8));
    let fast = if kind == "gp3" { "<iops>3000</iops><throughput>125</throughput>" } else { "" };
    format!(
        "<item><volumeId>{}</volumeId><size>{size}</size><status>available</status><volumeType>{kind}</volumeType>{fast}\
         <availabilityZone>{}a</availabilityZone><createTime>{}</createTime><attachmentSet/>{}</item>",
        id("vol", n, 17),
        one.region,
        time(one, now),
        tags(one, OF_EC2)
    )
}

fn address(n: usize, one: &Left, region: &str) -> String {
    let ip = one.ip.as_deref().unwrap_or("203.0.113.1");
    format!(
        "<item><publicIp>{ip}</publicIp><allocationId>{}</allocationId><domain>vpc</domain><publicIpv4Pool>amazon</publicIpv4Pool>\
         <networkBorderGroup>{region}</networkBorderGroup>{}</item>",
        id("eipalloc", n, 17),
        tags(one, OF_EC2)
    )
}

fn gateway(n: usize, one: &Left, now: DateTime<Utc>) -> String {
    format!(
        "<item><natGatewayId>{}</natGatewayId><state>available</state><vpcId>vpc-1</vpcId><createTime>{}</createTime>\
         <connectivityType>public</connectivityType><natGatewayAddressSet><item><allocationId>{}</allocationId></item>\
         </natGatewayAddressSet>{}</item>",
        id("nat", n, 17),
        time(one, now),
        id("eipalloc", 900 + n, 17),
        tags(one, OF_EC2)
    )
}

/// One route table for each gateway that has a route, by the filter `route.nat-gateway-id`.
fn routes(left: &Leftovers, call: &Call) -> Vec<String> {
    let wanted = call.filters().into_iter().find(|(name, _)| name == "route.nat-gateway-id").map(|(_, ids)| ids);
    let routed = left.nat_gateways.iter().enumerate().filter(|(_, one)| one.routed).map(|(n, _)| id("nat", n, 17));
    let asked = routed.filter(|id| wanted.as_ref().is_none_or(|ids| ids.contains(id)));
    let table = |id: String| {
        format!(
            "<item><routeTableId>rtb-1</routeTableId><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>\
             <natGatewayId>{id}</natGatewayId></item></routeSet></item>"
        )
    };
    asked.map(table).collect()
}

/// Elastic Load Balancing. `balanced`: instances in a target group without a load balancer.
pub(crate) fn elb(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let now = world.now();
    let base = format!("arn:aws:elasticloadbalancing:{}:{}", call.region, call.account);
    let place = world.place(call);
    let (balanced, left) = (&place.balanced, &place.left.load_balancers);
    let of_v2 = || left.iter().enumerate().filter(|(_, one)| !is_classic(one));
    let arn = |n: usize, one: &Left| format!("{base}:loadbalancer/{}", balancer_id(n, one));
    let group = |n: usize| format!("{base}:targetgroup/group-{n}/{n:016x}");
    let seeded = format!("{base}:targetgroup/simulated/1");
    let is_classic_call = call.param("Version") == Some("2012-06-01");
    let wanted = |key: &str| call.param(key).map(str::to_owned);
    let members = |list: &str, all: Vec<String>| format!("<{list}>{}</{list}>", all.concat());
    let inner = match call.action.as_str() {
        "DescribeLoadBalancers" if is_classic_call => {
            let all = left.iter().enumerate().filter(|(_, one)| is_classic(one));
            members("LoadBalancerDescriptions", all.map(|(n, one)| classic(n, one, now)).collect())
        }
        "DescribeLoadBalancers" => {
            members("LoadBalancers", of_v2().map(|(n, one)| balancer(&arn(n, one), one, now)).collect())
        }
        "DescribeTargetGroups" => {
            let of = wanted("LoadBalancerArn");
            let own = of_v2().filter(|(n, one)| of.as_ref().is_none_or(|of| *of == arn(*n, one)));
            let own = own.filter_map(|(n, one)| Some((group(n), one.target_type.clone()?)));
            let seeded = (of.is_none() && !balanced.is_empty()).then(|| (seeded.clone(), "instance".to_owned()));
            let one = |(arn, kind): (String, String)| {
                format!("<member><TargetGroupArn>{arn}</TargetGroupArn><TargetType>{kind}</TargetType></member>")
            };
            let all: Vec<String> = own.chain(seeded).map(one).collect();
            if of.is_some() && all.is_empty() {
                return Err(Refusal::new(400, "TargetGroupNotFound", "One or more target groups not found"));
            }
            members("TargetGroups", all)
        }
        "DescribeTargetHealth" => {
            let of = wanted("TargetGroupArn").unwrap_or_default();
            let targets = of_v2().find(|(n, _)| group(*n) == of).map_or(balanced, |(_, one)| &one.targets);
            let one = |id: &String| format!("<member><Target><Id>{id}</Id><Port>80</Port></Target></member>");
            members("TargetHealthDescriptions", targets.iter().map(one).collect())
        }
        "DescribeTags" => {
            let (key, item) = if is_classic_call {
                ("LoadBalancerNames.member.", "LoadBalancerName")
            } else {
                ("ResourceArns.member.", "ResourceArn")
            };
            let named = |n: usize, one: &Left| if is_classic_call { name_of(n, one) } else { arn(n, one) };
            let wanted = call.list(key);
            let all = left.iter().enumerate().filter(|(n, one)| wanted.contains(&&*named(*n, one)));
            let one = |(n, one): (usize, &Left)| {
                format!("<member><{item}>{}</{item}>{}</member>", named(n, one), tags(one, OF_ELB))
            };
            members("TagDescriptions", all.map(one).collect())
        }
        _ => return Err(unknown(call)),
    };
    Ok(Answer::query(&call.action, &inner))
}

fn balancer(arn: &str, one: &Left, now: DateTime<Utc>) -> String {
    let kind = one.r#type.as_deref().unwrap_or("application");
    format!(
        "<member><LoadBalancerArn>{arn}</LoadBalancerArn><CreatedTime>{}</CreatedTime><Scheme>internet-facing</Scheme>\
         <State><Code>active</Code></State><Type>{kind}</Type><AvailabilityZones><member><ZoneName>{region}a</ZoneName></member>\
         <member><ZoneName>{region}b</ZoneName></member></AvailabilityZones><IpAddressType>ipv4</IpAddressType></member>",
        time(one, now),
        region = one.region
    )
}

fn classic(n: usize, one: &Left, now: DateTime<Utc>) -> String {
    let instances: String =
        one.targets.iter().map(|id| format!("<member><InstanceId>{id}</InstanceId></member>")).collect();
    format!(
        "<member><LoadBalancerName>{}</LoadBalancerName><CreatedTime>{}</CreatedTime><Scheme>internet-facing</Scheme>\
         <AvailabilityZones><member>{}a</member></AvailabilityZones><Instances>{instances}</Instances></member>",
        name_of(n, one),
        time(one, now),
        one.region
    )
}

/// Amazon EKS.
pub(crate) fn eks(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let now = world.now();
    let clusters = &world.place(call).left.eks_clusters;
    let named: Vec<(String, &Left)> = clusters.iter().enumerate().map(|(n, one)| (name_of(n, one), one)).collect();
    let wanted = call.http.path.split('/').nth(2).unwrap_or_default();
    let find = || {
        let found = named.iter().find(|(name, _)| name == wanted).map(|(_, one)| *one);
        found.ok_or_else(|| {
            Refusal::new(404, "ResourceNotFoundException", format!("No cluster found for name: {wanted}."))
        })
    };
    let body = match call.action.as_str() {
        "ListClusters" => json!({"clusters": named.iter().map(|(name, _)| name).collect::<Vec<_>>()}),
        "ListFargateProfiles" => json!({"fargateProfileNames": find()?.fargate}),
        "DescribeCluster" => {
            let one = find()?;
            let created = one.created.unwrap_or(now).timestamp();
            json!({"cluster": {
                "name": wanted, "status": "ACTIVE", "createdAt": created, "tags": one.tags,
                "computeConfig": {"enabled": one.auto_mode},
            }})
        }
        _ => return Err(unknown(call)),
    };
    Ok(Answer::json(&body))
}
