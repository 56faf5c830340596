//! Idle instances that are never stopped as idle, because their work does not show in metrics, or because other
//! systems depend on them.

use crate::engine::config::Idle;
use crate::engine::model::instance_store::instance_store;
use crate::engine::model::{Instance, WhyReportOnly};

/// Beside the name, this tag often contains a role.
const ROLE: &str = "Role";

/// Why an idle instance is only reported, as far as the instance itself shows it. Load balancers are queried
/// separately.
pub fn why_report_only(instance: &Instance, settings: &Idle) -> Option<WhyReportOnly> {
    if instance.forwards {
        return Some(WhyReportOnly::Forwards);
    }
    if instance.details.interfaces > 1 {
        return Some(WhyReportOnly::Interfaces(instance.details.interfaces));
    }
    if let Some(code) = instance.product_codes.first() {
        return Some(WhyReportOnly::Product(code.to_string()));
    }
    if let Some(word) = telling_word(instance, settings) {
        return Some(WhyReportOnly::Word(word));
    }
    if settings.report_only_types.iter().any(|glob| glob.matches(&instance.kind)) {
        return Some(WhyReportOnly::Type(instance.kind.to_string()));
    }
    instance_store(instance).map(WhyReportOnly::InstanceStore)
}

pub(crate) fn telling_word(instance: &Instance, settings: &Idle) -> Option<String> {
    let role = instance.tags.any_case(ROLE).map(|(_, value)| value);
    let name = instance.tags.any_case("Name").map(|(_, value)| value);
    let all = name.chain(role).chain(instance.details.profile.as_deref());
    let mut words = all.flat_map(words);
    words.find(|word| settings.report_only_names.iter().any(|glob| glob.matches(word)))
}

/// The words of a name: runs of letters; `NatGateway` is two words. `road` does not contain `ad`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (n, letter) in letters.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| letters.get(n));
        let lower = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_lowercase());
        let hump = letter.is_uppercase() && (lower(before) || before.is_some() && lower(letters.get(n + 1)));
        if hump || !letter.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphabetic()) {
            word.push(*letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("prod-nat_01.eu"), ["prod", "nat", "eu"]);
        assert_eq!(words("NatGateway"), ["Nat", "Gateway"]);
        assert_eq!(words("myADServer2"), ["my", "AD", "Server"]);
        assert_eq!(words("road"), ["road"]);
        assert_eq!(words("--"), Vec::<String>::new());
    }
}
