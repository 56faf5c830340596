//! A measured figure in a file: JSON has no word for what is no number, and one odd answer must not make a whole file
//! unreadable.

use serde::{Deserialize, Deserializer, Serializer};

/// A number; what is none is written as a word.
pub(super) fn serialize<S: Serializer>(figure: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if figure.is_finite() { serializer.serialize_f64(*figure) } else { serializer.serialize_str(&figure.to_string()) }
}

/// Reads either.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Word(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(figure) => Ok(figure),
        Written::Word(word) => word.parse().map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use crate::decide::case::Activity;

    #[test]
    fn every_figure_comes_back_as_it_was() {
        for figure in [0.1 + 0.2, 1.0 / 3.0, 0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            let text = serde_json::to_string(&Activity::Cpu(figure)).unwrap();
            let Activity::Cpu(back) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
            assert_eq!(back.to_bits(), figure.to_bits(), "{text}");
        }
    }
}
