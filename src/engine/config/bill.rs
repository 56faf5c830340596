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
const VIEW: Form = Form::Like("^arn:aws.*:billing::.*:billingview/.+$");

pub(crate) fn read(section: &Section<'_>) -> BillSettings {
    let hint = "write it as AWS shows it, such as \"arn:aws:billing::111111111111:billingview/custom-…\"";
    let view =
        section.parsed("view", VIEW, |text| is_view(text).then(|| text.to_owned()), "is not a billing view", hint);
    BillSettings { view }
}

/// AWS checks the rest: names of partitions and views are its own.
fn is_view(arn: &str) -> bool {
    arn.starts_with("arn:aws") && arn.contains(":billing::") && arn.contains(":billingview/") && !arn.ends_with('/')
}
