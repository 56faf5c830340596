//! `[links]`: which templates are accepted, and where they lead.

use idle_reaper::engine::model::{ReportOnly, ResourceId, Target, UnusedId};
use proptest::prelude::*;

use super::{SETTINGS, said};
use crate::fake::{at, settings};
use crate::laws::arbitrary::for_all;

const CONSOLE: &str = "https://d-1.awsapps.com/start/#/console?account_id={account}&destination={url}";
const BUCKET: &str = "idle-reaper-111111111111-ap-northeast-1";

/// The settings with a record in a bucket, and links.
fn linked(bucket: &str, more: &str) -> idle_reaper::engine::config::Settings {
    let record = format!("[run]\nrecord = \"s3://{bucket}/record\"\n");
    let text = SETTINGS.lines().filter(|line| !line.starts_with("record")).collect::<Vec<_>>().join("\n");
    settings(&format!("{}\n[links]\nconsole = \"{CONSOLE}\"\n{more}", text.replacen("[run]\n", &record, 1)))
}

fn instance(region: &str, id: &str) -> ResourceId {
    ResourceId::instance(Target::new("222222222222", region), id)
}

/// What a browser makes of a value after `destination=`.
fn destination(link: &str) -> String {
    let value = link.split_once("destination=").expect("a destination").1;
    percent_encoding::percent_decode_str(value).decode_utf8().expect("text").into_owned()
}

#[test]
fn a_link_leads_through_the_sign_in_of_the_readers_to_the_page_of_the_resource_in_its_partition() {
    let links = linked(BUCKET, "").links.expect("links");
    let link = links.resource(&instance("ap-northeast-1", "i-0123456789abcdef0")).expect("a link");
    assert_eq!(
        link,
        "https://d-1.awsapps.com/start/#/console?account_id=222222222222&destination=\
         https%3A%2F%2Fap-northeast-1.console.aws.amazon.com%2Fec2%2Fhome%3Fregion%3Dap-northeast-1\
         %23InstanceDetails%3AinstanceId%3Di-0123456789abcdef0"
    );
    for (region, host) in [
        ("us-east-1", "us-east-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ] {
        let url = destination(&links.resource(&instance(region, "i-1")).expect("a link"));
        assert_eq!(url, format!("https://{host}/ec2/home?region={region}#InstanceDetails:instanceId=i-1"));
    }
    let place = std::sync::Arc::new(Target::new("222222222222", "eu-west-1"));
    for (kind, id, page) in [
        (ReportOnly::Volume, "vol-1", "VolumeDetails:volumeId=vol-1"),
        (ReportOnly::Address, "eipalloc-1", "ElasticIpDetails:AllocationId=eipalloc-1"),
        (ReportOnly::Address, "192.0.2.1", "Addresses:search=192.0.2.1"),
        (ReportOnly::NatGateway, "nat-1", "NatGatewayDetails:natGatewayId=nat-1"),
        (ReportOnly::LoadBalancer, "shop", "LoadBalancers:search=shop"),
        (ReportOnly::LoadBalancer, "app/shop/50dc6c495c0c9188", "LoadBalancers:search=shop"),
        (ReportOnly::EksCluster, "shop", "/clusters/shop"),
    ] {
        let id = UnusedId { place: place.clone(), kind, id: id.into() };
        assert!(destination(&links.reported(&id).expect("a link")).ends_with(&format!("#{page}")), "{page}");
    }
}

#[test]
fn a_run_leads_to_its_report_in_the_bucket_by_the_account_that_has_it() {
    let run =
        |bucket: &str, more: &str| linked(bucket, more).links.expect("links").run("r1", at("2026-11-25T12:30:00Z"));
    let link = run(BUCKET, "").expect("a link");
    assert!(link.contains("account_id=111111111111&"), "{link}");
    let page = "https://ap-northeast-1.console.aws.amazon.com/s3/object/idle-reaper-111111111111-ap-northeast-1?region=ap-northeast-1&prefix=";
    let key = "record%2Fruns%2Fdate%3D2026-11-25%2Fr1%2Freport.json.gz";
    assert_eq!(destination(&link), format!("{page}{key}"));
    assert_eq!(run("shop-records", ""), None, "nobody knows the account");
    let named = run("shop-records", "record-account = \"333333333333\"\n").expect("a link");
    assert!(named.contains("account_id=333333333333&"), "{named}");
    assert_eq!(destination(&named), format!("https://console.aws.amazon.com/s3/object/shop-records?prefix={key}"));
    let doubt = linked("shop-records", "");
    let said: Vec<String> = doubt.warnings(at("2026-11-25T12:30:00Z")).iter().map(|one| one.message.clone()).collect();
    assert!(said.iter().any(|said| said.contains("does not tell its account")), "{said:?}");
}

#[test]
fn a_template_that_cannot_be_filled_in_is_refused_with_a_hint() {
    for (console, what) in [
        ("http://a.example/?a={account}&u={url}", "does not begin with `https://`"),
        ("javascript:{url}{account}", "does not begin with `https://`"),
        ("https://a.example/?u={url}", "the link lacks `{account}`"),
        ("https://a.example/?a={account}", "the link lacks `{url}`"),
        ("https://a.example/?a={account}&u={url}&r={role}", "`{role}` is not filled in"),
        ("https://a.example/?a={account}&u={url}&r={}", "`{}` is not filled in"),
        ("https://a.example/?a={account}&u={url}{", "`{` is not filled in"),
        ("https://a.example/?a={account}&u={url}}", "`}` is not filled in"),
        ("https://a.example/?a={{account}}&u={url}", "is not filled in"),
        ("https://a.example/?a={ACCOUNT}&u={url}", "`{ACCOUNT}` is not filled in"),
        ("https://a.example/?a={account}&u={url}|x", "`|` cannot stand in a link; write `%7C`"),
        ("https://a.example/?a={account}&u={url}>", "write `%3E`"),
        ("https://a.example/?a={account}&u={url})", "write `%29`"),
        ("https://a.example/ ?a={account}&u={url}", "write `%20`"),
        ("https://例え.example/?a={account}&u={url}", "`例` cannot stand in a link"),
        ("https://{url}/{account}", "`{url}` is not the host of an address"),
        ("https://a.example@evil.example/{account}{url}", "is not the host of an address"),
        ("https:///{account}{url}", "`` is not the host of an address"),
    ] {
        let words = said("version = 1\n", &format!("version = 1\nlinks = {{ console = '{console}' }}\n"));
        assert!(words.contains(what) && words.contains("; "), "{console}: {words}");
    }
    let long = format!("https://a.example/{}{{account}}{{url}}", "x".repeat(300));
    assert!(said("version = 1\n", &format!("version = 1\nlinks.console = '{long}'\n")).contains("may have 300"));
    assert!(said("version = 1\n", "version = 1\nlinks = {}\n").contains("`[links]` has no `console`"));
    let account = format!("version = 1\nlinks = {{ console = '{CONSOLE}', record-account = '12' }}\n");
    assert!(said("version = 1\n", &account).contains("`12` is not an account id"));
}

#[test]
fn no_id_and_no_region_leads_out_of_the_link() {
    let links = linked(BUCKET, "").links.expect("links");
    let text =
        prop_oneof![any::<String>(), "[a-z0-9./:@#?&=%{}|<>()-]{0,40}", "us-east-[0-9]{1,3}", "i-[0-9a-f]{1,20}"];
    let account = prop_oneof![any::<String>(), Just("222222222222".to_owned()), "[0-9]{11,13}"];
    for_all(2_000, (account, text.clone(), text), |(account, region, id)| {
        let resource = ResourceId::instance(Target::new(&*account, &*region), &*id);
        let Some(link) = links.resource(&resource) else { return };
        let before = format!("https://d-1.awsapps.com/start/#/console?account_id={account}&destination=");
        assert!(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "{link}");
        let rest = link.strip_prefix(&*before);
        let rest = rest.expect("the sign-in of the settings, and a known account");
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{link}");
        let host = format!("https://{region}.console.");
        assert!(
            destination(&link).starts_with(&host)
                && region.bytes().all(|byte| b"-".contains(&byte) || byte.is_ascii_alphanumeric())
        );
    });
}
