//! Answers and errors, in the format of each protocol.

use crate::cloudwatch_cbor;
use crate::request::{Call, Protocol};

/// An answer, before it is put on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self::of("text/xml;charset=UTF-8", body)
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::of("application/x-amz-json-1.1", body.to_string())
    }

    /// An answer of the EC2 protocol.
    pub(crate) fn ec2(action: &str, inner: &str) -> Self {
        Self::xml(format!(
            "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>simulated</requestId>{inner}</{action}Response>"
        ))
    }

    /// An answer of the query protocol.
    pub(crate) fn query(action: &str, inner: &str) -> Self {
        Self::xml(format!(
            "<{action}Response><{action}Result>{inner}</{action}Result><ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></{action}Response>"
        ))
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A refusal: its code, its message, its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: u16,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status }
    }
}

/// The refusal in the format of the call's protocol.
pub(crate) fn refuse(call: &Call, refusal: &Refusal) -> Answer {
    let Refusal { code, message, status } = refusal;
    let head = format!("<Code>{}</Code><Message>{}</Message>", escape(code), escape(message));
    let answer = match call.protocol {
        Protocol::Ec2 => Answer::xml(format!(
            "<Response><Errors><Error>{head}</Error></Errors><RequestID>simulated</RequestID></Response>"
        )),
        Protocol::Query => Answer::xml(format!(
            "<ErrorResponse><Error><Type>Sender</Type>{head}</Error><RequestId>simulated</RequestId></ErrorResponse>"
        )),
        Protocol::RestXml => Answer::xml(format!("<Error>{head}<RequestId>simulated</RequestId></Error>")),
        Protocol::Json => Answer::json(&serde_json::json!({"__type": code, "message": message})),
        Protocol::RestJson => {
            Answer::json(&serde_json::json!({"message": message})).with("x-amzn-errortype", code.clone())
        }
        Protocol::Cbor => cloudwatch_cbor::error(code, message),
    };
    Answer { status: *status, ..answer }
}

/// A text inside XML.
pub(crate) fn escape(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(['<', '>', '&', '"']) {
        return text.into();
    }
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").into()
}
