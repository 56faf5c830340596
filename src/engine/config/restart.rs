//! `[restart]`: the KMS keys and licence configurations that the acting role may use when it starts an instance.

use wildmatch::WildMatch;

use crate::engine::config::reader::Section;
use crate::engine::config::shape::Form;

/// The format that [`arns`] accepts; it also allows other services.
const ARN: Form = Form::Like("^arn:");

/// `[restart]`. Without it, no customer-managed key and no licence configuration can be used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restart {
    kms_keys: Vec<WildMatch>,
    license_configurations: Vec<WildMatch>,
}

impl Restart {
    /// Whether the acting role may create grants on the customer-managed key with this ARN.
    pub fn may_use_key(&self, arn: &str) -> bool {
        self.kms_keys.iter().any(|pattern| pattern.matches(arn))
    }

    /// Whether the acting role may start instances that use the licence configuration with this ARN.
    pub fn may_use_license(&self, arn: &str) -> bool {
        self.license_configurations.iter().any(|pattern| pattern.matches(arn))
    }
}

pub(crate) fn read(section: &Section<'_>) -> Restart {
    let license = "arn:aws:license-manager:*:222222222222:license-configuration:*";
    Restart {
        kms_keys: arns(section, "kms-keys", ":key/", "arn:aws:kms:*:222222222222:key/*"),
        license_configurations: arns(section, "license-configurations", ":license-configuration:", license),
    }
}

/// Patterns over ARNs that contain `part`. An alias, an id alone or another service's ARN would never match a key.
fn arns(section: &Section<'_>, key: &'static str, part: &str, example: &str) -> Vec<WildMatch> {
    let hint = format!("write an ARN, such as `{example}`; `*` stands for any text and `?` for any character");
    let (is_not, words) = (format!("cannot be in `{key}`"), section.texts_like(key, ARN).unwrap_or_default());
    let parse = |text: &str| (text.starts_with("arn:") && text.contains(part)).then(|| WildMatch::new(text));
    words.iter().filter_map(|word| section.parse(word, parse, &is_not, &hint)).collect()
}
