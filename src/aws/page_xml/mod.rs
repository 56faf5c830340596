//! Reads what is used out of a page of `DescribeInstances`, and walks past the rest.
//!
//! The SDK's own reader compares the name of each element with every name that may stand there, and keeps some seventy
//! fields of an instance; that was four fifths of the instructions of a run over many instances (`docs/benchmarks.md`).
//! Here an element that nobody asks for is not even looked into, the words of an instance are not copied before it is
//! reduced, and of a page no more is kept than what is reduced. The names are those of the EC2 API reference.

mod plain;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::aws::instance::reduce;
use crate::aws::page_xml::walk::Walk;
use crate::engine::model::{Instance, Target};

/// A page of instances.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    /// What to ask for the next one with.
    pub(crate) next_token: Option<String>,
    /// In the order of the page.
    pub(crate) instances: Vec<Instance>,
    /// An owner of reservations on the page, where it is not the account that was asked for.
    pub(crate) foreign_owner: Option<String>,
}

/// The page in `body`, of instances in `place`.
///
/// # Errors
/// Where it is no whole XML, no page, or a value cannot be read: in which byte. The SDK's reader takes some such pages for
/// shorter ones, so it is not asked.
pub(crate) fn page(place: &Arc<Target>, body: &[u8]) -> Result<Page, String> {
    let text = std::str::from_utf8(body).map_err(|error| unread(error.valid_up_to(), body))?;
    let mut xml = Xml { place, walk: Walk::new(text), instances: Vec::new() };
    let (next_token, foreign_owner) = document(&mut xml).ok_or_else(|| unread(xml.walk.at(), body))?;
    Ok(Page { next_token, instances: xml.instances, foreign_owner })
}

fn unread(at: usize, body: &[u8]) -> String {
    format!("the page of instances cannot be read: see its byte {at} of {}", body.len())
}

/// The token of the next page, and an owner of reservations who is not the account that was asked for, if there is one.
fn document(xml: &mut Xml<'_>) -> Option<(Option<String>, Option<String>)> {
    xml.walk.enter("DescribeInstancesResponse")?;
    let RawPage { next_token, reservations } = RawPage::read(xml)?;
    xml.walk.leave()?;
    // A page or a reservation without a list is not one with an empty list.
    let reservations = reservations?;
    let listed = reservations.iter().all(|reservation| reservation.instances.is_some());
    let mut owners = reservations.into_iter().filter_map(|reservation| reservation.owner);
    let foreign = owners.find(|owner| **owner != *xml.place.account).map(Cow::into_owned);
    listed.then(|| (next_token.map(Cow::into_owned), foreign))
}

/// A document, and what is found in it.
struct Xml<'a> {
    place: &'a Arc<Target>,
    walk: Walk<'a>,
    /// One list for the page: one for each reservation would have room for four.
    instances: Vec<Instance>,
}

/// What can be read of an element that has begun, to its end.
trait Read<'a>: Sized {
    fn read(xml: &mut Xml<'a>) -> Option<Self>;
}

impl<'a> Read<'a> for Cow<'a, str> {
    fn read(xml: &mut Xml<'a>) -> Option<Self> {
        xml.walk.text()
    }
}

impl Read<'_> for DateTime<Utc> {
    fn read(xml: &mut Xml<'_>) -> Option<Self> {
        DateTime::parse_from_rfc3339(&xml.walk.text()?).ok().map(|time| time.to_utc())
    }
}

/// A list: its elements are all called `item`. What is called otherwise might be one as well.
impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    fn read(xml: &mut Xml<'a>) -> Option<Self> {
        let mut all = Self::new();
        while let Some(name) = xml.walk.child(|name| Some(if name == "item" { "item" } else { "" }))? {
            all.push((name == "item").then(|| T::read(xml))??);
        }
        Some(all)
    }
}

macro_rules! parsed {
    ($($type:ident),+) => {$(
        impl Read<'_> for $type {
            fn read(xml: &mut Xml<'_>) -> Option<Self> {
                xml.walk.text()?.parse().ok()
            }
        }
    )+};
}

parsed!(bool, i32);

/// An instance that was found: it is reduced as soon as it is read.
pub(crate) struct Found;

impl Read<'_> for Found {
    fn read(xml: &mut Xml<'_>) -> Option<Self> {
        let raw = RawInstance::read(xml)?;
        // A tag without a key might be any, one that protects too.
        raw.tags.iter().flatten().all(|tag| tag.key.is_some()).then_some(())?;
        xml.instances.push(reduce(xml.place, &raw));
        Some(Self)
    }
}

type Word<'a> = Cow<'a, str>;

/// An element with others in it: which of them are read, into which field; the rest is walked past. What is not there is
/// `None`. One that comes twice is none that EC2 writes, and which of them holds nobody knows.
macro_rules! element {
    ($type:ident$(<$life:lifetime>)? { $($name:literal => $field:ident: $value:ty),+ $(,)? }) => {
        #[derive(Default)]
        pub(crate) struct $type$(<$life>)? {
            $(pub(crate) $field: Option<$value>),+
        }

        impl<'a> Read<'a> for $type$(<$life>)? {
            fn read(xml: &mut Xml<'a>) -> Option<Self> {
                let mut one = Self::default();
                let wanted = |name: &str| match name {
                    $($name => Some($name),)+
                    _ => None,
                };
                while let Some(name) = xml.walk.child(wanted)? {
                    let again = match name {
                        $($name => one.$field.replace(Read::read(xml)?).is_some(),)+
                        _ => true,
                    };
                    (!again).then_some(())?;
                }
                Some(one)
            }
        }
    };
}

element!(RawPage<'a> { "nextToken" => next_token: Word<'a>, "reservationSet" => reservations: Vec<Reservation<'a>> });
element!(Reservation<'a> { "ownerId" => owner: Word<'a>, "instancesSet" => instances: Vec<Found> });
element!(RawInstance<'a> {
    "instanceId" => id: Word<'a>,
    "instanceState" => state: RawState<'a>,
    "instanceType" => kind: Word<'a>,
    "launchTime" => launch: DateTime<Utc>,
    "reason" => reason: Word<'a>,
    "tagSet" => tags: Vec<RawTag<'a>>,
    "instanceLifecycle" => lifecycle: Word<'a>,
    "rootDeviceType" => root: Word<'a>,
    "blockDeviceMapping" => devices: Vec<Device<'a>>,
    "networkInterfaceSet" => interfaces: Vec<Interface>,
    "placement" => placement: Placement<'a>,
    "outpostArn" => outpost: Word<'a>,
    "capacityBlockId" => capacity_block: Word<'a>,
    "capacityReservationId" => capacity_reservation: Word<'a>,
    "sourceDestCheck" => source_dest_check: bool,
    "productCodes" => product_codes: Vec<ProductCode<'a>>,
    "operator" => operator: Operator<'a>,
    "hibernationOptions" => hibernation: Hibernation,
    "cpuOptions" => cpu: Cpu,
    "iamInstanceProfile" => profile: Profile<'a>,
    "imageId" => image: Word<'a>,
    "platformDetails" => platform: Word<'a>,
    "usageOperation" => usage: Word<'a>,
    "licenseSet" => licenses: Vec<License<'a>>,
});
element!(RawState<'a> { "name" => name: Word<'a> });
element!(RawTag<'a> { "key" => key: Word<'a>, "value" => value: Word<'a> });
element!(Device<'a> { "ebs" => ebs: Ebs<'a> });
element!(Ebs<'a> { "volumeId" => volume: Word<'a> });
element!(Interface { "sourceDestCheck" => source_dest_check: bool, "attachment" => attachment: Attachment });
element!(Attachment { "deviceIndex" => index: i32, "attachTime" => time: DateTime<Utc> });
element!(Placement<'a> {
    "availabilityZone" => zone: Word<'a>,
    "tenancy" => tenancy: Word<'a>,
    "hostId" => host: Word<'a>,
});
element!(ProductCode<'a> { "productCode" => code: Word<'a> });
element!(Operator<'a> { "managed" => managed: bool, "principal" => principal: Word<'a> });
element!(Hibernation { "configured" => configured: bool });
element!(Cpu { "coreCount" => cores: i32, "threadsPerCore" => threads: i32 });
element!(License<'a> { "licenseConfigurationArn" => arn: Word<'a> });
element!(Profile<'a> { "arn" => arn: Word<'a> });
