//! Stores a measured figure as text in a file. JSON has no NaN and no infinities, and one of them must not make the
//! whole file unreadable. A number could also change slightly when it is read back.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serializer};

/// Writes the shortest text that reads back as exactly the same figure.
pub(crate) fn serialize<S: Serializer>(figure: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(figure)
}

/// Reads a figure.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// An optional figure.
pub(crate) mod perhaps {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the figure, or null.
    pub(crate) fn serialize<S: Serializer>(figure: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match figure {
            Some(figure) => serializer.collect_str(figure),
            None => serializer.serialize_none(),
        }
    }

    /// Reads the figure.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        let word: Option<String> = Option::deserialize(deserializer)?;
        word.map(|word| word.parse()).transpose().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Measured {
        #[serde(with = "super")]
        figure: f64,
        #[serde(with = "super::perhaps")]
        perhaps: Option<f64>,
    }

    #[test]
    fn every_figure_comes_back_as_it_was() {
        for figure in [0.1 + 0.2, 1.0 / 3.0, 0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324] {
            for perhaps in [Some(figure), None] {
                let text = serde_json::to_string(&Measured { figure, perhaps }).unwrap();
                let back: Measured = serde_json::from_str(&text).unwrap();
                assert_eq!(back.figure.to_bits(), figure.to_bits(), "{text}");
                assert_eq!(back.perhaps.map(f64::to_bits), perhaps.map(f64::to_bits), "{text}");
            }
        }
        assert!(serde_json::from_str::<Measured>(r#"{"figure":"much","perhaps":null}"#).is_err());
    }
}
