//! Reads what `reduce` uses out of a page of `DescribeInstances`, and walks past the rest.
//!
//! The SDK's own reader compares the name of each element with every name that may stand there, and keeps some seventy
//! fields of an instance; that was four fifths of the instructions of a run over many instances (`docs/benchmarks.md`).
//! Here an element that nobody asks for is not even looked into. The names are those of the EC2 API reference.

use std::borrow::Cow;

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::{
    CpuOptions, DeviceType, EbsInstanceBlockDevice, HibernationOptions, IamInstanceProfile, Instance,
    InstanceBlockDeviceMapping, InstanceLifecycleType, InstanceNetworkInterface, InstanceNetworkInterfaceAttachment,
    InstanceState, InstanceStateName, InstanceType, OperatorResponse, Placement, ProductCode, Reservation, Tag,
    Tenancy,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;

/// The page in `body`.
///
/// # Errors
/// Where it is no whole XML, no page, or a value cannot be read: in which byte. The SDK's reader takes some such pages for
/// shorter ones, so it is not asked.
pub(super) fn page(body: &[u8]) -> Result<DescribeInstancesOutput, String> {
    let text = std::str::from_utf8(body).map_err(|error| unread(error.valid_up_to() as u64, body))?;
    let mut xml = Xml(Reader::from_str(text));
    xml.0.config_mut().expand_empty_elements = true;
    // A page without a list is not a page with an empty one.
    document(&mut xml).filter(|page| page.reservations.is_some()).ok_or_else(|| unread(xml.0.buffer_position(), body))
}

fn unread(at: u64, body: &[u8]) -> String {
    format!("the page of instances cannot be read: see its byte {at} of {}", body.len())
}

fn document(xml: &mut Xml<'_>) -> Option<DescribeInstancesOutput> {
    loop {
        match xml.0.read_event().ok()? {
            Event::Start(root) if root.name().0 == "DescribeInstancesResponse" => return Read::read(xml, root.name()),
            Event::Start(_) | Event::End(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// A document that is read once, from its beginning to its end.
struct Xml<'a>(Reader<&'a [u8]>);

impl<'a> Xml<'a> {
    /// Hands each child of the element that has begun to `each`, which reads it to its end.
    fn children(&mut self, mut each: impl FnMut(&mut Self, &BytesStart<'_>) -> Option<()>) -> Option<()> {
        loop {
            match self.0.read_event().ok()? {
                Event::Start(child) => each(self, &child)?,
                Event::End(_) => return Some(()),
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    /// The text of the element `name`, which holds no other.
    fn text(&mut self, name: QName<'_>) -> Option<Cow<'a, str>> {
        let Cow::Borrowed(text) = self.0.read_text(name).ok()?.into_inner() else { return None };
        // A `<` is a child, a comment or a CDATA section: EC2 writes none of them there.
        if text.contains('<') { None } else { unescape(text).ok() }
    }

    /// Walks past a child that nobody asks for. The reader takes some names for such that are none.
    fn skip(&mut self, child: &BytesStart<'_>) -> Option<()> {
        let name = child.name();
        let odd = name.0.contains(['<', '/', '=', '"', '\'']);
        if odd { None } else { self.0.read_to_end(name).ok().map(drop) }
    }
}

/// The name of an element that is read: EC2 writes them without attributes, and nobody knows what one would mean.
fn plain<'a>(child: &'a BytesStart<'_>) -> Option<QName<'a>> {
    child.attributes_raw().is_empty().then(|| child.name())
}

/// What can be read from the element `name`, which has begun, to its end.
trait Read: Sized {
    fn read(xml: &mut Xml<'_>, name: QName<'_>) -> Option<Self>;
}

impl Read for String {
    fn read(xml: &mut Xml<'_>, name: QName<'_>) -> Option<Self> {
        xml.text(name).map(Cow::into_owned)
    }
}

impl Read for DateTime {
    fn read(xml: &mut Xml<'_>, name: QName<'_>) -> Option<Self> {
        Self::from_str(&xml.text(name)?, Format::DateTimeWithOffset).ok()
    }
}

/// A list: its elements are all called `item`. What is called otherwise might be one as well.
impl<T: Read> Read for Vec<T> {
    fn read(xml: &mut Xml<'_>, _: QName<'_>) -> Option<Self> {
        let mut all = Self::new();
        xml.children(|xml, child| {
            let name = plain(child).filter(|name| name.0 == "item")?;
            all.push(T::read(xml, name)?);
            Some(())
        })?;
        Some(all)
    }
}

macro_rules! parsed {
    ($($type:ident),+) => {$(
        impl Read for $type {
            fn read(xml: &mut Xml<'_>, name: QName<'_>) -> Option<Self> {
                xml.text(name)?.parse().ok()
            }
        }
    )+};
}

parsed!(bool, i32);

/// The SDK's enumerations, which keep a word that they do not know.
macro_rules! words {
    ($($type:ident),+) => {$(
        impl Read for $type {
            fn read(xml: &mut Xml<'_>, name: QName<'_>) -> Option<Self> {
                Some(xml.text(name)?.as_ref().into())
            }
        }
    )+};
}

words!(DeviceType, InstanceLifecycleType, InstanceStateName, InstanceType, Tenancy);

/// An element with others in it: which of them are read, and into which field. One that comes twice is none that EC2
/// writes, and which of them holds nobody knows.
macro_rules! element {
    ($type:ident { $($name:literal => $field:ident),+ $(,)? }) => {
        impl Read for $type {
            fn read(xml: &mut Xml<'_>, _: QName<'_>) -> Option<Self> {
                // Set in place: a builder is moved by each of its setters, and that of an instance is kilobytes large.
                let mut one = Self::builder().build();
                xml.children(|xml, child| {
                    let again = match child.name().0 {
                        $($name => one.$field.replace(Read::read(xml, plain(child)?)?).is_some(),)+
                        _ => return xml.skip(child),
                    };
                    (!again).then_some(())
                })?;
                Some(one)
            }
        }
    };
}

element!(DescribeInstancesOutput { "nextToken" => next_token, "reservationSet" => reservations });
element!(Reservation { "instancesSet" => instances });
element!(Instance {
    "instanceId" => instance_id,
    "instanceState" => state,
    "instanceType" => instance_type,
    "launchTime" => launch_time,
    "reason" => state_transition_reason,
    "tagSet" => tags,
    "instanceLifecycle" => instance_lifecycle,
    "rootDeviceType" => root_device_type,
    "blockDeviceMapping" => block_device_mappings,
    "networkInterfaceSet" => network_interfaces,
    "placement" => placement,
    "capacityBlockId" => capacity_block_id,
    "capacityReservationId" => capacity_reservation_id,
    "sourceDestCheck" => source_dest_check,
    "productCodes" => product_codes,
    "operator" => operator,
    "hibernationOptions" => hibernation_options,
    "cpuOptions" => cpu_options,
    "iamInstanceProfile" => iam_instance_profile,
    "imageId" => image_id,
    "platformDetails" => platform_details,
    "usageOperation" => usage_operation,
});
element!(InstanceState { "name" => name });
element!(Tag { "key" => key, "value" => value });
element!(InstanceBlockDeviceMapping { "ebs" => ebs });
element!(EbsInstanceBlockDevice { "volumeId" => volume_id });
element!(InstanceNetworkInterface { "sourceDestCheck" => source_dest_check, "attachment" => attachment });
element!(InstanceNetworkInterfaceAttachment { "deviceIndex" => device_index, "attachTime" => attach_time });
element!(Placement { "tenancy" => tenancy, "hostId" => host_id });
element!(ProductCode { "productCode" => product_code_id });
element!(OperatorResponse { "managed" => managed, "principal" => principal });
element!(HibernationOptions { "configured" => configured });
element!(CpuOptions { "coreCount" => core_count, "threadsPerCore" => threads_per_core });
element!(IamInstanceProfile { "arn" => arn });

#[cfg(test)]
mod tests;
