//! Converts Smithy's RPC v2 with CBOR, the protocol of the AWS SDK for Rust for CloudWatch, to JSON and back.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Value};

use crate::answer::Answer;

/// The maximum nesting of a request.
const DEEPEST: usize = 16;

/// A request as JSON. A timestamp becomes its seconds.
pub(crate) fn read(body: &[u8]) -> Option<Value> {
    value(&mut Decoder::new(body), DEEPEST)
}

fn value(from: &mut Decoder<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match from.datatype().ok()? {
        Type::Map | Type::MapIndef => {
            let (mut map, known) = (Map::new(), from.map().ok()?);
            for n in 0.. {
                if known == Some(n) || (known.is_none() && ended(from)) {
                    break;
                }
                let key = text(from)?;
                map.insert(key, value(from, depth)?);
            }
            Some(Value::Object(map))
        }
        Type::Array | Type::ArrayIndef => {
            let (mut list, known) = (Vec::new(), from.array().ok()?);
            for n in 0.. {
                if known == Some(n) || (known.is_none() && ended(from)) {
                    break;
                }
                list.push(value(from, depth)?);
            }
            Some(Value::Array(list))
        }
        Type::String | Type::StringIndef => text(from).map(Value::String),
        Type::Bool => from.bool().ok().map(Value::Bool),
        Type::F16 => from.f16().ok().map(|n| f64::from(n).into()),
        Type::F32 => from.f32().ok().map(|n| f64::from(n).into()),
        Type::F64 => from.f64().ok().map(Into::into),
        Type::Tag => {
            from.tag().ok()?;
            value(from, depth)
        }
        Type::Null | Type::Undefined => from.skip().ok().map(|()| Value::Null),
        _ => from.i64().ok().map(Into::into),
    }
}

fn text(from: &mut Decoder<'_>) -> Option<String> {
    from.str_iter().ok()?.collect::<Result<String, _>>().ok()
}

/// Whether a map or list of unknown length ends here. If so, the end is consumed.
fn ended(from: &mut Decoder<'_>) -> bool {
    matches!(from.datatype(), Ok(Type::Break)) && from.skip().is_ok() || from.position() >= from.input().len()
}

type Buffer = Encoder<Vec<u8>>;

/// Writing cannot fail, because it goes to memory.
fn put(to: &mut Buffer, value: &Value) -> Option<()> {
    match value {
        Value::Null => to.null().ok().map(|_| ()),
        Value::Bool(yes) => to.bool(*yes).ok().map(|_| ()),
        Value::Number(n) => match n.as_i64() {
            Some(n) => to.i64(n).ok().map(|_| ()),
            None => to.f64(n.as_f64()?).ok().map(|_| ()),
        },
        Value::String(text) => to.str(text).ok().map(|_| ()),
        Value::Array(list) => {
            to.array(list.len() as u64).ok()?;
            list.iter().try_for_each(|one| put(to, one))
        }
        Value::Object(map) => {
            to.map(map.len() as u64).ok()?;
            for (key, value) in map {
                to.str(key).ok()?;
                if key == "Timestamps" {
                    times(to, value)?;
                } else {
                    put(to, value)?;
                }
            }
            Some(())
        }
    }
}

/// Tag 1 is a time in seconds.
fn times(to: &mut Buffer, value: &Value) -> Option<()> {
    let list = value.as_array()?;
    to.array(list.len() as u64).ok()?;
    for time in list {
        to.tag(minicbor::data::Tag::new(1)).ok()?.f64(time.as_f64()?).ok()?;
    }
    Some(())
}

pub(crate) fn answer(body: &Value) -> Answer {
    let mut to = Encoder::new(Vec::new());
    let _ = put(&mut to, body);
    Answer::of("application/cbor", to.into_writer()).with("smithy-protocol", "rpc-v2-cbor".to_owned())
}

pub(crate) fn error(code: &str, message: &str) -> Answer {
    answer(&serde_json::json!({"__type": code, "message": message}))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let body =
            json!({"Id": "m0", "Values": [1, 2.5, -3], "Deep": {"Yes": true, "None": null}, "Timestamps": [5.0]});
        assert_eq!(read(&answer(&body).body), Some(body));
    }

    #[test]
    fn lists_of_unknown_length_are_read_and_nonsense_is_not() {
        assert_eq!(read(&[0xbf, 0x61, b'a', 0x9f, 0x01, 0x02, 0xff, 0xff]), Some(json!({"a": [1, 2]})));
        assert_eq!(read(&[0x81; 64]), None);
        assert_eq!(read(&[]), None);
    }
}
