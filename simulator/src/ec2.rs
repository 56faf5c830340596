//! The EC2 calls that read.

use crate::answer::{Answer, Refusal};
use crate::calls::{Slant, unknown};
use crate::ec2_act;
use crate::ec2_xml;
use crate::instance::Instance;
use crate::page::page;
use crate::request::Call;
use crate::unused;
use crate::volumes;
use crate::world::{Place, World};

/// The maximum number of instances on a page (DescribeInstances, `MaxResults`).
const PAGE: usize = 1000;

pub(crate) fn work(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    if call.is_dry_run() && !call.reads() {
        return Err(ec2_act::dry_run(world, call));
    }
    match call.action.as_str() {
        "DescribeInstances" => describe(world, call, slant),
        "DescribeVolumes" => volumes::describe(world, call, slant),
        "DescribeAddresses" | "DescribeNatGateways" | "DescribeRouteTables" => unused::ec2(world, call, slant, &[]),
        "DescribeRegions" => Ok(regions(world)),
        "DescribeTags" => Ok(Answer::ec2("DescribeTags", "<tagSet/>")),
        "DescribeInstanceAttribute" => attribute(world, call),
        "StopInstances" | "StartInstances" => ec2_act::change_state(world, call),
        "CreateTags" | "DeleteTags" => ec2_act::tag(world, call),
        _ => Err(unknown(call)),
    }
}

fn regions(world: &World) -> Answer {
    let one = |region: &std::sync::Arc<str>| {
        format!(
            "<item><regionName>{region}</regionName><regionEndpoint>ec2.{region}.amazonaws.com</regionEndpoint>\
             <optInStatus>opt-in-not-required</optInStatus></item>"
        )
    };
    let all: String = world.regions.iter().map(one).collect();
    Answer::ec2("DescribeRegions", &format!("<regionInfo>{all}</regionInfo>"))
}

fn no_such(id: &str) -> Refusal {
    Refusal::new(400, "InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"))
}

fn attribute(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let id = call.param("InstanceId").unwrap_or_default().to_owned();
    let place = world.place(call);
    let found = place.by_id.get(id.as_str()).map(|n| &place.instances[*n]).ok_or_else(|| no_such(&id))?;
    let name = call.param("Attribute").unwrap_or_default();
    let value = name == "disableApiStop" && found.build.protected;
    let inner = format!("<instanceId>{id}</instanceId><{name}><value>{value}</value></{name}>");
    Ok(Answer::ec2("DescribeInstanceAttribute", &inner))
}

/// A filter of DescribeInstances that the simulator supports.
enum Test {
    States(Vec<String>),
    TagKeys(Vec<String>),
    Tag(String, Vec<String>),
}

impl Test {
    fn of(name: &str, values: Vec<String>) -> Result<Self, Refusal> {
        match (name, name.strip_prefix("tag:")) {
            ("instance-state-name", _) => Ok(Self::States(values)),
            ("tag-key", _) => Ok(Self::TagKeys(values)),
            (_, Some(key)) => Ok(Self::Tag(key.to_owned(), values)),
            _ => Err(Refusal::new(400, "InvalidParameterValue", format!("The filter '{name}' is invalid"))),
        }
    }

    fn holds(&self, instance: &Instance) -> bool {
        match self {
            Self::States(values) => values.iter().any(|value| value == instance.life.state.name()),
            Self::TagKeys(keys) => keys.iter().any(|key| instance.tag(key).is_some()),
            Self::Tag(key, values) => instance.tag(key).is_some_and(|tag| values.iter().any(|value| value == tag)),
        }
    }
}

/// The instances that a call asks for, by their numbers.
fn asked(place: &Place, call: &Call) -> Result<Vec<usize>, Refusal> {
    let (mut filtered, mut tests) = (None, Vec::new());
    for (name, values) in call.filters() {
        match name.as_str() {
            "instance-id" => filtered = Some(values),
            _ => tests.push(Test::of(&name, values)?),
        }
    }
    let named = call.list("InstanceId.");
    let base: Vec<usize> = if !named.is_empty() {
        let find = |id: &&str| place.by_id.get(*id).copied().ok_or_else(|| no_such(id));
        named.iter().map(find).collect::<Result<_, _>>()?
    } else if let Some(ids) = filtered {
        let mut found: Vec<usize> = ids.iter().filter_map(|id| place.by_id.get(id.as_str()).copied()).collect();
        found.sort_unstable();
        found
    } else {
        (0..place.instances.len()).collect()
    };
    Ok(base.into_iter().filter(|n| tests.iter().all(|test| test.holds(&place.instances[*n]))).collect())
}

fn describe(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let (account, region) = (call.account.clone(), call.region.clone());
    let size = match call.param("MaxResults") {
        None => PAGE,
        Some(text) => match text.parse::<usize>() {
            Ok(n) if (5..=PAGE).contains(&n) => n,
            _ => {
                return Err(Refusal::new(400, "InvalidParameterValue", format!("Value ( {text} ) for MaxResults")));
            }
        },
    };
    let most = world.spec.page_size;
    let place = world.place(call);
    let all = asked(place, call)?;
    let found = page(all.len(), size.min(most), call.param("NextToken"), slant.page)
        .ok_or_else(|| Refusal::new(400, "InvalidNextToken", "The token is not valid."))?;
    let mut xml = String::with_capacity(512 + (found.to - found.from) * 2560);
    xml.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>simulated</requestId><reservationSet>",
    );
    for n in &all[found.from..found.to] {
        ec2_xml::reservation(&mut xml, &account, &region, &place.instances[*n], slant.past);
    }
    xml.push_str("</reservationSet>");
    if let Some(next) = found.next {
        xml.push_str(&format!("<nextToken>{next}</nextToken>"));
    }
    xml.push_str("</DescribeInstancesResponse>");
    Ok(Answer::xml(xml))
}

/// The answer to a call as if it had succeeded, although nothing was done.
pub(crate) fn pretend(call: &Call) -> Answer {
    match call.action.as_str() {
        "StopInstances" => ec2_act::states("StopInstances", &call.ids, ("running", 16), ("stopping", 64)),
        "StartInstances" => ec2_act::states("StartInstances", &call.ids, ("stopped", 80), ("pending", 0)),
        action if call.service == "ec2" => Answer::ec2(action, "<return>true</return>"),
        _ if call.service == "s3" => Answer::xml("").with("ETag", "\"staged\"".to_owned()),
        action if call.service == "rds" => Answer::query(action, ""),
        action if call.service == "sns" => Answer::query(action, "<MessageId>staged</MessageId>"),
        _ => Answer::json(&serde_json::json!({})),
    }
}
