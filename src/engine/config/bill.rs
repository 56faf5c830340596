//! `[bill]`: the bill by account and service, from Cost Explorer. Without this section nobody asks for it.

use crate::engine::config::reader::Section;
use crate::engine::config::shape::Form;

/// `[bill]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillSettings {
    /// The ARN of a billing view that is shared with the hub's account. Without it, Cost Explorer shows what the hub's
    /// account may see: in a member account, only its own costs.
    pub view: Option<String>,
}

/// The format that [`is_view`] accepts.
const VIEW: Form = Form::Like("^arn:aws[a-z-]*:billing::[0-9]{12}:billingview/[A-Za-z0-9/:_+=.@-]{1,75}$");

pub(crate) fn read(top: &Section<'_>) -> Option<BillSettings> {
    let section = top.section("bill")?;
    let hint = "write it as AWS shows it, such as \"arn:aws:billing::111111111111:billingview/custom-…\"";
    let view =
        section.parsed("view", VIEW, |text| is_view(text).then(|| text.to_owned()), "is not a billing view", hint);
    section.finish();
    Some(BillSettings { view })
}

fn is_view(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "billing", "", account, name] = parts.as_slice() else { return false };
    let is_partition = *partition == "aws" || partition.strip_prefix("aws-").is_some_and(is_lower);
    let name = name.strip_prefix("billingview/").unwrap_or_default();
    is_partition
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=75).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/:_+=.@-".contains(&byte))
}

fn is_lower(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
