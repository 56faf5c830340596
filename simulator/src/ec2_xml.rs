//! An instance as DescribeInstances shows it, with every element that AWS sends for an ordinary one, so that an answer
//! has the same length as AWS's.

use std::fmt::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::answer::escape;
use crate::instance::{Build, Instance, Life};

/// One reservation with one instance in it.
pub(crate) fn reservation(xml: &mut String, account: &str, region: &str, instance: &Instance, past: bool) {
    let life = instance.before.as_deref().filter(|_| past).unwrap_or(&instance.life);
    let tail = &instance.id[2..];
    let _ = write!(
        xml,
        "<item><reservationId>r-{tail}</reservationId><ownerId>{account}</ownerId><groupSet/><instancesSet><item>"
    );
    whole(xml, account, region, instance, life, tail);
    xml.push_str("</item></instancesSet></item>");
}

fn whole(xml: &mut String, account: &str, region: &str, instance: &Instance, life: &Life, tail: &str) {
    let build = &*instance.build;
    let Build { kind, .. } = build;
    let (state, code) = (life.state.name(), life.state.code());
    let _ = write!(
        xml,
        "<instanceId>{}</instanceId><imageId>ami-0123456789abcdef0</imageId><instanceState><code>{code}</code>\
         <name>{state}</name></instanceState><privateDnsName>ip-10-0-0-1.{region}.compute.internal</privateDnsName>\
         <dnsName/><reason>{}</reason><keyName>default</keyName><amiLaunchIndex>0</amiLaunchIndex>",
        instance.id, life.reason
    );
    xml.push_str("<productCodes>");
    for code in &build.product_codes {
        let _ = write!(xml, "<item><productCode>{code}</productCode><type>marketplace</type></item>");
    }
    let _ = write!(xml, "</productCodes><instanceType>{kind}</instanceType><launchTime>");
    time(xml, life.launch);
    let _ = write!(xml, "</launchTime><placement><availabilityZone>{region}a</availabilityZone><groupName/><tenancy>");
    xml.push_str(build.tenancy.as_deref().unwrap_or("default"));
    xml.push_str("</tenancy>");
    if let Some(host) = &build.host {
        let _ = write!(xml, "<hostId>{host}</hostId>");
    }
    let _ = write!(
        xml,
        "</placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-{tail}</subnetId>\
         <vpcId>vpc-{tail}</vpcId><privateIpAddress>10.0.0.1</privateIpAddress><sourceDestCheck>{}</sourceDestCheck>\
         <groupSet><item><groupId>sg-{tail}</groupId><groupName>default</groupName></item></groupSet>\
         <architecture>x86_64</architecture><rootDeviceType>{}</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>",
        !build.forwards,
        build.root.as_deref().unwrap_or("ebs")
    );
    disks_and_tags(xml, instance, life, tail);
    network(xml, account, region, instance, tail);
    rest(xml, build);
}

fn disks_and_tags(xml: &mut String, instance: &Instance, life: &Life, tail: &str) {
    xml.push_str("<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>");
    let _ = write!(xml, "<volumeId>vol-{tail}</volumeId><status>attached</status><attachTime>");
    time(xml, instance.created);
    xml.push_str(
        "</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
         <virtualizationType>hvm</virtualizationType><clientToken/><tagSet>",
    );
    for (key, value) in &life.tags {
        let _ = write!(xml, "<item><key>{}</key><value>{}</value></item>", escape(key), escape(value));
    }
    xml.push_str("</tagSet><hypervisor>xen</hypervisor>");
}

fn network(xml: &mut String, account: &str, region: &str, instance: &Instance, tail: &str) {
    let check = !instance.build.forwards;
    let _ = write!(
        xml,
        "<networkInterfaceSet><item><networkInterfaceId>eni-{tail}</networkInterfaceId><subnetId>subnet-{tail}</subnetId>\
         <vpcId>vpc-{tail}</vpcId><description/><ownerId>{account}</ownerId><status>in-use</status>\
         <macAddress>02:00:00:00:00:01</macAddress><privateIpAddress>10.0.0.1</privateIpAddress>\
         <privateDnsName>ip-10-0-0-1.{region}.compute.internal</privateDnsName><sourceDestCheck>{check}</sourceDestCheck>\
         <groupSet><item><groupId>sg-{tail}</groupId><groupName>default</groupName></item></groupSet><attachment>\
         <attachmentId>eni-attach-{tail}</attachmentId><deviceIndex>0</deviceIndex><status>attached</status><attachTime>"
    );
    time(xml, instance.created);
    let _ = write!(
        xml,
        "</attachTime><deleteOnTermination>true</deleteOnTermination><networkCardIndex>0</networkCardIndex></attachment>\
         <privateIpAddressesSet><item><privateIpAddress>10.0.0.1</privateIpAddress>\
         <privateDnsName>ip-10-0-0-1.{region}.compute.internal</privateDnsName><primary>true</primary></item>\
         </privateIpAddressesSet><ipv6AddressesSet/><interfaceType>interface</interfaceType></item></networkInterfaceSet>"
    );
}

fn rest(xml: &mut String, build: &Build) {
    for (name, value) in [
        ("instanceLifecycle", &build.lifecycle),
        ("capacityReservationId", &build.reservation),
        ("capacityBlockId", &build.block),
    ] {
        if let Some(value) = value {
            let _ = write!(xml, "<{name}>{value}</{name}>");
        }
    }
    let _ = write!(
        xml,
        "<ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport><cpuOptions><coreCount>{}</coreCount>\
         <threadsPerCore>1</threadsPerCore></cpuOptions><capacityReservationSpecification>\
         <capacityReservationPreference>open</capacityReservationPreference></capacityReservationSpecification>\
         <hibernationOptions><configured>{}</configured></hibernationOptions><metadataOptions><state>applied</state>\
         <httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>\
         <httpEndpoint>enabled</httpEndpoint></metadataOptions><enclaveOptions><enabled>false</enabled></enclaveOptions>\
         <bootMode>uefi-preferred</bootMode><platformDetails>Linux/UNIX</platformDetails>\
         <usageOperation>RunInstances</usageOperation><maintenanceOptions><autoRecovery>default</autoRecovery>\
         </maintenanceOptions><currentInstanceBootMode>uefi</currentInstanceBootMode>",
        build.vcpus.unwrap_or(1),
        build.hibernation
    );
    if let Some(license) = &build.license {
        let arn = format!("<licenseConfigurationArn>{license}</licenseConfigurationArn>");
        let _ = write!(xml, "<licenseSet><item>{arn}</item></licenseSet>");
    }
    match &build.operator {
        None => xml.push_str("<operator><managed>false</managed></operator>"),
        Some(None) => xml.push_str("<operator><managed>true</managed></operator>"),
        Some(Some(who)) => {
            let _ = write!(xml, "<operator><managed>true</managed><principal>{who}</principal></operator>");
        }
    }
}

/// Formatted by hand for speed: a page has three thousand times.
fn time(xml: &mut String, at: DateTime<Utc>) {
    let _ = write!(
        xml,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
}
