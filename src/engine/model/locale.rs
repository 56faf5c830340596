//! The languages of text for readers. Values for machines are never translated.

use crate::engine::model::named;

named! {
    /// A language of reports and explanations.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    enum Locale {
        /// English.
        #[default]
        En = "en",
        /// Japanese.
        Ja = "ja",
    }
}
