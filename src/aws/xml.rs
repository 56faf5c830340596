//! Whether an XML answer is complete, and can be read in one way only.
//!
//! The SDK reads leniently: it accepts a page that ends in the middle as a shorter page, stops without an error at a
//! tag that it cannot read, and ignores text where a list should be. This check uses the same tokenizer as the SDK, so
//! both stop at the same input.

#[cfg(test)]
mod tests;

use xmlparser::{ElementEnd, StrSpan, Token, Tokenizer};

/// The allowed content of an element. Only `DescribeInstances` is checked by name; for other answers only the form is.
enum Content {
    /// Anything. It is not read.
    Any,
    /// Only text.
    Text,
    /// Only elements named `item`, each with this content.
    List(&'static Content),
    /// Elements. The reader uses those that are named here, and each of them occurs at most once. The first ones, as
    /// many as the number, are always present.
    Fields(usize, &'static [(&'static str, Content)]),
}

use Content::{Any, Fields, List, Text};

/// The elements of a page of instances that `instance` reads.
static PAGE: Content = Fields(1, &[("reservationSet", List(&RESERVATION)), ("nextToken", Text)]);
static RESERVATION: Content = Fields(1, &[("instancesSet", List(&INSTANCE)), ("ownerId", Text)]);
static INSTANCE: Content = Fields(
    0,
    &[
        ("instanceId", Text),
        ("instanceState", Fields(0, &[("name", Text)])),
        ("instanceType", Text),
        ("launchTime", Text),
        ("reason", Text),
        // A tag without a key might be any tag, including one that protects the instance.
        ("tagSet", List(&Fields(1, &[("key", Text), ("value", Text)]))),
        ("instanceLifecycle", Text),
        ("rootDeviceType", Text),
        ("blockDeviceMapping", List(&Fields(0, &[("ebs", Fields(0, &[("volumeId", Text)]))]))),
        ("networkInterfaceSet", List(&INTERFACE)),
        ("placement", Fields(0, &[("availabilityZone", Text), ("tenancy", Text), ("hostId", Text)])),
        ("outpostArn", Text),
        ("capacityBlockId", Text),
        ("capacityReservationId", Text),
        ("sourceDestCheck", Text),
        ("productCodes", List(&Fields(0, &[("productCode", Text)]))),
        ("operator", Fields(0, &[("managed", Text), ("principal", Text)])),
        ("hibernationOptions", Fields(0, &[("configured", Text)])),
        ("cpuOptions", Fields(0, &[("coreCount", Text), ("threadsPerCore", Text)])),
        ("iamInstanceProfile", Fields(0, &[("arn", Text)])),
        ("imageId", Text),
        ("platformDetails", Text),
        ("usageOperation", Text),
        ("licenseSet", List(&Fields(0, &[("licenseConfigurationArn", Text)]))),
    ],
);
static INTERFACE: Content =
    Fields(0, &[("sourceDestCheck", Text), ("attachment", Fields(0, &[("deviceIndex", Text), ("attachTime", Text)]))]);

/// # Errors
/// Where the document is incomplete, or might be read in two ways: why, and at which byte.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let (mut open, mut read, mut began) = (Vec::new(), 0, false);
    let refused = |why: &str, at: usize| format!("{why}: see its byte {at} of {}", text.len());
    for token in Tokenizer::from(text) {
        let token = token.map_err(|_| refused(NOT_WHOLE, read))?;
        allowed(&mut open, &token).ok_or_else(|| refused("it may be read in two ways", read))?;
        read = token.span().end();
        began |= !open.is_empty();
    }
    if began && open.is_empty() { Ok(()) } else { Err(refused(NOT_WHOLE, read)) }
}

const NOT_WHOLE: &str = "it is no whole document";

/// An open element.
struct Open<'a> {
    prefix: &'a str,
    name: &'a str,
    content: &'static Content,
    /// Which of its fields have occurred, one bit each.
    seen: u32,
}

/// Accepts a token; `None` where it is not allowed.
fn allowed<'a>(open: &mut Vec<Open<'a>>, token: &Token<'a>) -> Option<()> {
    let content = open.last().map(|open| open.content);
    match token {
        Token::ElementStart { prefix, local, span: _ } => {
            let element = enter(open.last_mut(), prefix.as_str(), local.as_str())?;
            open.push(element);
            Some(())
        }
        // EC2 writes no attributes, so their meaning is unknown; the root's attribute is its namespace. The SDK would
        // stop reading at a reference that it does not know.
        Token::Attribute { value, .. } => {
            ((open.len() == 1 || matches!(content, Some(Any))) && !value.as_str().contains('&')).then_some(())
        }
        Token::ElementEnd { end: ElementEnd::Open, .. } => Some(()),
        Token::ElementEnd { end: ElementEnd::Empty, .. } => leave(&open.pop()?),
        Token::ElementEnd { end: ElementEnd::Close(prefix, local), .. } => {
            let ended = open.pop()?;
            (ended.prefix == prefix.as_str() && ended.name == local.as_str()).then(|| leave(&ended))?
        }
        Token::Text { text } => (is_blank(text) || matches!(content, Some(Any | Text))).then_some(()),
        // If a comment or a CDATA section divides a text, the SDK reads only the first part.
        Token::Cdata { .. } => matches!(content, Some(Any)).then_some(()),
        Token::Comment { .. } | Token::ProcessingInstruction { .. } => (!matches!(content, Some(Text))).then_some(()),
        Token::Declaration { .. } => Some(()),
        Token::DtdStart { .. } | Token::EmptyDtd { .. } | Token::EntityDeclaration { .. } | Token::DtdEnd { .. } => {
            None
        }
    }
}

fn is_blank(text: &StrSpan<'_>) -> bool {
    text.as_str().trim_ascii().is_empty()
}

/// An element that begins in `parent`, if it is allowed there. The SDK ignores prefixes, so an element that it would
/// read must have none.
fn enter<'a>(parent: Option<&mut Open<'_>>, prefix: &'a str, name: &'a str) -> Option<Open<'a>> {
    let content = match parent {
        None if name == "DescribeInstancesResponse" => Some(&PAGE),
        None => None,
        Some(parent) => match parent.content {
            Any => None,
            Text => return None,
            List(item) => Some((name == "item").then_some(*item)?),
            Fields(_, fields) => {
                let found = fields.iter().enumerate().find(|(_, (field, _))| *field == name);
                let bit = found.map_or(0, |(at, _)| 1 << at);
                if parent.seen & bit != 0 {
                    return None;
                }
                parent.seen |= bit;
                found.map(|(_, (_, content))| content)
            }
        },
    };
    (content.is_none() || prefix.is_empty()).then(|| Open { prefix, name, content: content.unwrap_or(&Any), seen: 0 })
}

/// Whether all required fields of an element have occurred.
fn leave(ended: &Open<'_>) -> Option<()> {
    match ended.content {
        Fields(needed, _) => (ended.seen.trailing_ones() as usize >= *needed).then_some(()),
        Any | Text | List(_) => Some(()),
    }
}
