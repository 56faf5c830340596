//! Zones as other tools name them.

use chrono_tz::{TZ_VARIANTS, Tz};

/// The abbreviations of Cloud Custodian. Each is a place, so that clocks change with it. `ist` is Dublin.
const ALIASES: [(&str, Tz); 27] = [
    ("aet", Tz::Australia__Sydney),
    ("ast", Tz::America__Phoenix),
    ("at", Tz::America__Phoenix),
    ("brt", Tz::America__Sao_Paulo),
    ("bst", Tz::Europe__London),
    ("cdt", Tz::America__Chicago),
    ("cet", Tz::Europe__Berlin),
    ("cst", Tz::America__Chicago),
    ("ct", Tz::America__Chicago),
    ("edt", Tz::America__New_York),
    ("est", Tz::America__New_York),
    ("et", Tz::America__New_York),
    ("gmt", Tz::Etc__GMT),
    ("gt", Tz::Etc__GMT),
    ("ist", Tz::Europe__Dublin),
    ("it", Tz::Asia__Kolkata),
    ("jst", Tz::Asia__Tokyo),
    ("kst", Tz::Asia__Seoul),
    ("mdt", Tz::America__Denver),
    ("mst", Tz::America__Denver),
    ("mt", Tz::America__Denver),
    ("nzst", Tz::Pacific__Auckland),
    ("pdt", Tz::America__Los_Angeles),
    ("pst", Tz::America__Los_Angeles),
    ("pt", Tz::America__Los_Angeles),
    ("sgt", Tz::Asia__Singapore),
    ("utc", Tz::Etc__UTC),
];

/// A zone of a Cloud Custodian tag or policy: an abbreviation, or an IANA name in any case.
pub(super) fn c7n(text: &str) -> Option<Tz> {
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(text)).map(|(_, zone)| *zone);
    alias.or_else(|| TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(text)).copied())
}

/// Old names of zones in the IANA database that templates of AWS like, and today's names.
const OLD_NAMES: [(Tz, Tz); 12] = [
    (Tz::GB, Tz::Europe__London),
    (Tz::Hongkong, Tz::Asia__Hong_Kong),
    (Tz::Japan, Tz::Asia__Tokyo),
    (Tz::ROK, Tz::Asia__Seoul),
    (Tz::Singapore, Tz::Asia__Singapore),
    (Tz::US__Alaska, Tz::America__Anchorage),
    (Tz::US__Arizona, Tz::America__Phoenix),
    (Tz::US__Central, Tz::America__Chicago),
    (Tz::US__Eastern, Tz::America__New_York),
    (Tz::US__Hawaii, Tz::Pacific__Honolulu),
    (Tz::US__Mountain, Tz::America__Denver),
    (Tz::US__Pacific, Tz::America__Los_Angeles),
];

/// A zone by its exact IANA name, under today's name where that is well known.
pub fn canonical(text: &str) -> Option<Tz> {
    let zone: Tz = text.parse().ok()?;
    Some(OLD_NAMES.iter().find(|(old, _)| *old == zone).map_or(zone, |(_, now)| *now))
}
