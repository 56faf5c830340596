//! Pages of instances: the SDK reads every page that passes the check, and `instance` converts it.

use std::collections::HashSet;

use aws_sdk_ec2::operation::describe_instances::{DescribeInstances, DescribeInstancesOutput};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use xmlparser::{ElementEnd, Token, Tokenizer};

use super::check;
use crate::aws::instance::instances;
use crate::engine::model::{Instance, Target};

fn target() -> Target {
    Target::new("111111111111", "eu-west-1")
}

fn by_sdk(body: &str) -> Option<Vec<Instance>> {
    let operation = DescribeInstances::new().config().unwrap();
    let reader = operation.load::<SharedResponseDeserializer>().unwrap();
    let answer = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body));
    let page = reader.deserialize_nonstreaming_with_config(&answer, &ConfigBag::base()).ok()?;
    instances(&target(), &page.downcast::<DescribeInstancesOutput>().unwrap()).ok()
}

/// How many instances are on a page, by their path.
fn listed(body: &str) -> usize {
    let (mut path, mut found) = (Vec::new(), 0);
    for token in Tokenizer::from(body).flatten() {
        match token {
            Token::ElementStart { local, .. } => {
                path.push(local.as_str());
                found +=
                    usize::from(path.join("/") == "DescribeInstancesResponse/reservationSet/item/instancesSet/item");
            }
            Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. } => drop(path.pop()),
            _ => {}
        }
    }
    found
}

fn read(body: &str) -> Option<Vec<Instance>> {
    check(body).ok()?;
    by_sdk(body)
}

/// Paths of values in an instance. `item` is an element of a list.
const WORDS: [&str; 18] = [
    "instanceId",
    "instanceState/name",
    "instanceType",
    "reason",
    "instanceLifecycle",
    "rootDeviceType",
    "blockDeviceMapping/item/ebs/volumeId",
    "placement/tenancy",
    "placement/hostId",
    "placement/availabilityZone",
    "outpostArn",
    "capacityBlockId",
    "capacityReservationId",
    "productCodes/item/productCode",
    "iamInstanceProfile/arn",
    "tagSet/item/key",
    "licenseSet/item/licenseConfigurationArn",
    "operator/principal",
];
const MORE_WORDS: [&str; 8] = [
    "blockDeviceMapping/item/deviceName",
    "imageId",
    "platformDetails",
    "usageOperation",
    "privateDnsName",
    "dnsName",
    "stateReason/message",
    "networkInterfaceSet/item/groupSet/item/groupName",
];
const FLAGS: [&str; 4] = [
    "sourceDestCheck",
    "networkInterfaceSet/item/sourceDestCheck",
    "operator/managed",
    "hibernationOptions/configured",
];
const NUMBERS: [&str; 3] =
    ["cpuOptions/coreCount", "cpuOptions/threadsPerCore", "networkInterfaceSet/item/attachment/deviceIndex"];
const TIMES: [&str; 2] = ["launchTime", "networkInterfaceSet/item/attachment/attachTime"];

fn nested(path: &str, value: &str) -> String {
    path.rsplit('/').fold(value.to_owned(), |inner, name| format!("<{name}>{inner}</{name}>"))
}

const ODD: [&str; 9] = [
    "&amp;",
    "&lt;b&gt;",
    "a&#38;b",
    "&#x41;",
    "&quot;&apos;",
    " ",
    "",
    "\n  x\n",
    "arn:aws:iam::1:instance-profile/a/b",
];

fn word() -> impl Strategy<Value = String> {
    // Without `]`: only the SDK refuses the sequence `]]>`, which AWS does not write.
    let plain = "[ -%'-;=-\\\\^-~é✓]{0,12}";
    prop_oneof![3 => plain, 1 => select(&ODD[..]).prop_map(str::to_owned)]
}

/// A path in an instance, and the XML there.
type Field = (String, String);

fn leaf(paths: &'static [&'static str], value: impl Strategy<Value = String>) -> impl Strategy<Value = Field> {
    (select(paths), value).prop_map(|(path, value)| (path.to_owned(), value))
}

fn one_of(paths: &'static [&'static str], values: &'static [&'static str]) -> impl Strategy<Value = Field> {
    leaf(paths, select(values).prop_map(str::to_owned))
}

fn tag() -> impl Strategy<Value = Field> {
    (word(), word()).prop_map(|(key, value)| {
        ("tagSet/item".to_owned(), format!("{}\n{}", nested("key", &key), nested("value", &value)))
    })
}

const SHAPES: [(&str, &str); 7] = [
    ("tagSet", ""),
    ("tagSet", "<item><key/></item>\n<item><value/><key>a</key></item>"),
    ("productCodes", "<item><type>marketplace</type></item>"),
    ("capacityBlockId", ""),
    ("placement", ""),
    ("blockDeviceMapping", "<item/>"),
    (
        "networkInterfaceSet/item",
        "<attachment><deviceIndex>0</deviceIndex><attachTime>2026-11-03T08:00:00Z</attachTime></attachment>",
    ),
];

/// Any element that may occur in an instance.
fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        8 => leaf(&WORDS, word()),
        4 => leaf(&MORE_WORDS, word()),
        4 => tag(),
        4 => one_of(&FLAGS, &["true", "false"]),
        4 => one_of(&NUMBERS, &["0", "1", "2", "96"]),
        4 => one_of(&TIMES, &["2026-11-03T08:00:00.000Z", "2026-11-03T08:00:00Z", "2026-11-03T10:00:00.5+02:00"]),
        2 => select(&SHAPES[..]).prop_map(|(path, shape)| (path.to_owned(), shape.to_owned())),
    ]
}

const BROKEN: [&str; 6] = ["&bogus;", "&", "a & b", "<b>", "<b/>", "<b>c</b>"];

fn unreadable() -> impl Strategy<Value = Field> {
    prop_oneof![
        one_of(&FLAGS, &["TRUE", "", " true", "1"]),
        one_of(&NUMBERS, &["", "x", "99999999999", "1.5"]),
        one_of(&TIMES, &["", "yesterday", "2026-11-03", "2026-11-03T08:00:00"]),
        leaf(&WORDS, select(&BROKEN[..]).prop_map(str::to_owned)),
    ]
}

/// The XML of an instance. Only lists have an element twice: each field adds one item.
fn item(fields: &[Field]) -> String {
    let mut all: Vec<(&str, String)> = Vec::new();
    let mut told = HashSet::new();
    for (path, xml) in fields {
        let (top, rest) = path.split_once('/').unwrap_or((path, ""));
        let at = all.iter().position(|(known, _)| *known == top);
        let is_new = told.insert(path);
        match (at, rest) {
            (None, "") => all.push((top, xml.clone())),
            (None, rest) => all.push((top, nested(rest, xml))),
            (Some(at), rest) if rest.starts_with("item") || is_new && !rest.is_empty() => {
                all[at].1 += &nested(rest, xml)
            }
            (Some(_), _) => {}
        }
    }
    nested("item", &all.iter().map(|(top, xml)| nested(top, xml)).collect::<Vec<_>>().join("\n"))
}

/// A page of reservations with `each` instances.
fn document(instances: &[Vec<Field>], each: usize, token: Option<&str>) -> String {
    let reservations = instances.chunks(each).map(|some| {
        let items: String = some.iter().map(|fields| item(fields)).collect();
        format!("<item><ownerId>111111111111</ownerId><groupSet/><instancesSet>{items}</instancesSet></item>")
    });
    let token = token.map(|token| nested("nextToken", token)).unwrap_or_default();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    <requestId>r-1</requestId>\n    <reservationSet>{}</reservationSet>{token}\n</DescribeInstancesResponse>",
        reservations.collect::<String>()
    )
}

fn pages() -> impl Strategy<Value = String> {
    let instances = prop::collection::vec(prop::collection::vec(field(), 0..24), 0..6);
    (instances, 1..4_usize, prop::option::of(word()))
        .prop_map(|(instances, each, token)| document(&instances, each, token.as_deref()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_128), ..ProptestConfig::default()
    })]

    #[test]
    fn a_whole_page_is_read_to_its_end(body in pages()) {
        let found = read(&body);
        prop_assert!(found.is_some_and(|found| found.len() == listed(&body)), "{body}");
    }

    #[test]
    fn what_cannot_be_read_is_an_error(mut fields in prop::collection::vec(field(), 0..8), wrong in unreadable()) {
        fields.insert(0, wrong);
        let body = document(&[fields], 1, None);
        prop_assert_eq!(read(&body), None, "{}", body);
    }

    #[test]
    fn a_page_that_is_cut_short_is_never_read(body in pages(), at in any::<prop::sample::Index>()) {
        let short: String = body.chars().take(at.index(body.chars().count())).collect();
        prop_assert_eq!(read(&short), None, "{}", short);
    }

    /// A loss without a trace cannot be detected. Otherwise the SDK reads everything that is there, or the page is
    /// refused.
    #[test]
    fn a_page_with_a_hole_or_an_echo_is_read_to_its_end_or_refused(
        body in pages(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), twice in any::<bool>(),
    ) {
        let body: Vec<char> = body.chars().collect();
        let (from, to) = (from.index(body.len()), to.index(body.len()));
        let (from, to) = (from.min(to), from.max(to));
        let (head, tail) = if twice { (&body[..to], &body[from..]) } else { (&body[..from], &body[to..]) };
        let mangled: String = head.iter().chain(tail).collect();
        prop_assert!(read(&mangled).is_none_or(|found| found.len() == listed(&mangled)), "{mangled}");
    }
}

fn with(xml: &str) -> String {
    document(&[vec![("instanceId".to_owned(), "i-1".to_owned())]], 1, None)
        .replace("</instanceId>", &format!("</instanceId>{xml}"))
}

#[test]
fn what_is_no_page_is_an_error_that_says_where() {
    let error = "<Response><Errors><Error><Code>Busy</Code></Error></Errors></Response>";
    let whole = with("");
    let prefixed = whole.replace("<Desc", "<a:Desc").replace("</Desc", "</a:Desc");
    let unlisted = whole.replace("<instancesSet>", "").replace("</instancesSet>", "");
    let text_for_a_list =
        "<DescribeInstancesResponse><reservationSet>lost</reservationSet></DescribeInstancesResponse>";
    let (_, root) = whole.split_once('\n').unwrap();
    assert!(read(&whole).is_some() && read(&format!("<!-- a -->\n{}\n<!-- b -->\n", root)).is_some());
    for body in [
        "",
        " ",
        "no XML",
        "<",
        error,
        &prefixed,
        "<DescribeInstancesResponse/>",
        "<DescribeInstancesResponse/><reservationSet/>",
        &unlisted,
        text_for_a_list,
        &format!("{whole}{whole}"),
        &format!("{whole}lost"),
        &format!("{whole}<a/>"),
        &format!("lost{whole}"),
        &format!("<!DOCTYPE a>{whole}"),
        &whole.replace("xmlns=\"", "a=\"<b>\" xmlns=\""),
    ] {
        assert_eq!(read(body), None, "{body}");
    }
    let broken = with("<imageId a=\"b\">c</imageId>");
    let at = broken.find(" a=\"b\"").unwrap();
    let refused = format!("it may be read in two ways: see its byte {at} of {}", broken.len());
    assert_eq!(check(&broken), Err(refused));
    assert_eq!(check("<a><b>"), Err("it is no whole document: see its byte 6 of 6".to_owned()));
}

#[test]
fn what_might_be_read_in_two_ways_is_an_error() {
    assert!(read(&with("")).is_some());
    for xml in [
        "<imageId>a<!-- one -->b</imageId>",
        "<imageId><![CDATA[a]]></imageId>",
        "<imageId a=\"b\">a</imageId>",
        "<imageId a=\"b\"/>",
        "<tagSet>a</tagSet>",
        "<tagSet><!-- b -->a</tagSet>",
        "<tagSet><![CDATA[a]]></tagSet>",
        "<tagSet>a<item><key>b</key></item></tagSet>",
        "<tagSet><item><key>b</key></item>a</tagSet>",
        "<tagSet>&a;<item><key>b</key></item></tagSet>",
        "<a b=\"c\"><d e=\"/></a><tagSet><item><key>f</key></item></tagSet><a>\"/></a>",
        "<tagSet>&a;</tagSet>",
        "<tagSet><item/></tagSet>",
        "<tagSet><item><value>a</value></item></tagSet>",
        "<operator x/>",
        "<operator x>a</operator x>",
        "<operator=/>",
        "<operator/x/>",
        "<a<operator/>",
        "<></>",
        "< operator><managed>true</managed></ operator>",
        "<a b=\"c/><operator><managed>true</managed></operator>\"/>",
        "<a b=\"c><operator><managed>true</managed></operator>\"></a>",
        "&amp;",
        "<!DOCTYPE a>",
        "<?xml version=\"1.0\"?>",
        "<imageId>a</imageId><imageId>b</imageId>",
        "<tagSet/><tagSet><item><key>a</key></item></tagSet>",
        "<tagSet><entry><key>a</key></entry></tagSet>",
        "<tagSet><item a=\"b\"><key>a</key></item></tagSet>",
        "<<groupSet></groupSet>",
        "<<groupSet a=\"b\"/>",
        "<a b=\"&c;\"/>",
        "<a:operator><managed>true</managed></a:operator>",
    ] {
        assert_eq!(read(&with(xml)), None, "{xml}");
    }
}

#[test]
fn what_nobody_asks_for_spoils_no_page() {
    for xml in [
        "<new-element a=\"b\">c</new-element>",
        "<a:b/>",
        "<new-element a=\"b\"/>",
        "<new-element />",
        "<new-element\n></new-element >",
        "<new_one><item/><instanceId>i-2</instanceId></new_one>",
        "<new-one>a > \"b\"<new-one>\n <b/>\n c</new-one></new-one>",
        "<new-one><b c=\"/>\"/></new-one>",
        "<new-one><b c='>'>d</b></new-one>",
        "<new-one><!-- </new-one> <b> --><![CDATA[</new-one>]]><?b </new-one>?></new-one>",
    ] {
        assert_eq!(read(&with(xml)), read(&with("")), "{xml}");
    }
}

#[test]
fn what_a_word_of_an_instance_leaves_open_spares_it() {
    let one = |xml: &str| read(&with(xml)).unwrap().remove(0);
    let reserved = "<capacityBlockId/><capacityReservationId>cr-1</capacityReservationId>";
    assert_eq!(one(reserved).reservation.as_deref(), Some("cr-1"));
    for (operator, manages) in [
        ("<principal>eks.amazonaws.com</principal>", Some("eks.amazonaws.com")),
        ("<managed>true</managed>", Some("")),
        ("<managed>false</managed><principal>eks.amazonaws.com</principal>", None),
        ("", None),
    ] {
        assert_eq!(one(&nested("operator", operator)).operator.as_deref(), manages, "{operator}");
    }
    let product = one("<productCodes><item><type>marketplace</type></item></productCodes>");
    assert_eq!(product.product_codes.iter().map(|code| &**code).collect::<Vec<_>>(), ["unnamed"]);
}
