//! Whether an answer is complete.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::byte_stream::error::Error;
use serde::de::IgnoredAny;

use crate::aws::errors::Unusable;
use crate::aws::xml;
use crate::ports::chain;

/// The kind of answer that a call must have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Due {
    /// An XML document, regardless of the answer's content type.
    Xml,
    /// A document.
    Document,
    /// A document, or nothing.
    Anything,
}

/// The answer, read to its end, and checked if it reports success in XML or in the JSON of AWS's services. The SDK
/// accepts half a page of XML as a shorter page, and an empty JSON body as an answer with an empty list, for example an
/// organisation without accounts. It refuses half a document in JSON, but does not retry. It reads CBOR strictly, and
/// `store` checks an object of S3 by its checksum.
///
/// # Errors
/// [`Unusable`] where the connection breaks off, the document is incomplete, or it can be read in two ways. The SDK
/// repeats the call.
pub(crate) async fn whole(mut answer: HttpResponse, due: Due) -> Result<HttpResponse, ConnectorError> {
    let Some(check) = check(&answer, due) else { return Ok(answer) };
    let unusable = |why: String| ConnectorError::io(Unusable(why).into());
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let body = read(ByteStream::new(body)).await.map_err(|error| unusable(chain(&error, ": ")))?;
    if !body.is_empty() {
        check(&body).map_err(unusable)?;
    } else if due != Due::Anything {
        return Err(unusable("it is empty".to_owned()));
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// How many bytes stay in separate chunks before they are joined.
const PENDING: usize = 1 << 20;

/// The body. A page of megabytes is joined while it arrives, so that its chunks do not use memory as well. A smaller
/// body, of which hundreds may be in flight, is joined at its end.
async fn read(mut stream: ByteStream) -> Result<Vec<u8>, Error> {
    let (mut body, mut pieces, mut pending) = (Vec::new(), Vec::new(), 0);
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        pending += piece.len();
        pieces.push(piece);
        if pending > PENDING {
            append(&mut body, &mut pieces);
            pending = 0;
        }
    }
    append(&mut body, &mut pieces);
    Ok(body)
}

fn append(body: &mut Vec<u8>, pieces: &mut Vec<impl AsRef<[u8]>>) {
    body.reserve(pieces.iter().map(|piece| piece.as_ref().len()).sum());
    for piece in pieces.drain(..) {
        body.extend_from_slice(piece.as_ref());
    }
}

type Check = fn(&[u8]) -> Result<(), String>;

/// How to check the body, if possible.
fn check(answer: &HttpResponse, due: Due) -> Option<Check> {
    let kind = answer.headers().get("content-type").unwrap_or_default();
    let check: Check = match kind.split(';').next().unwrap_or_default().trim() {
        _ if due == Due::Xml => in_xml,
        "text/xml" | "application/xml" => in_xml,
        "application/x-amz-json-1.0" | "application/x-amz-json-1.1" => in_json,
        _ => return None,
    };
    answer.status().is_success().then_some(check)
}

fn in_xml(body: &[u8]) -> Result<(), String> {
    xml::check(std::str::from_utf8(body).map_err(|error| format!("it is no text: {error}"))?)
}

fn in_json(body: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<IgnoredAny>(body).map(drop).map_err(|_| "it is no whole document".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- é -->\n<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    <requestId>r-1</requestId>\n<regionInfo><item><regionName>eu-west-1</regionName></item></regionInfo></DescribeRegionsResponse>";

    fn answer(status: u16, kind: Option<&str>, body: &[u8]) -> HttpResponse {
        let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_vec()));
        if let Some(kind) = kind {
            answer.headers_mut().insert("content-type", kind.to_owned());
        }
        answer
    }

    async fn body(status: u16, kind: Option<&str>, body: &[u8]) -> Option<Vec<u8>> {
        let answer = whole(answer(status, kind, body), Due::Document).await.ok()?;
        Some(answer.body().bytes().expect("it can be read again where the call is tried again").to_vec())
    }

    #[tokio::test]
    async fn an_answer_in_xml_is_whole_or_an_error() {
        let page = PAGE.as_bytes();
        for kind in ["text/xml", "text/xml;charset=UTF-8", "application/xml"] {
            for length in 1..page.len() {
                assert_eq!(body(200, Some(kind), &page[..length]).await, None, "{:?}", &PAGE.get(..length));
            }
            for end in ["", "\n", " \r\n"] {
                let page = [page, end.as_bytes()].concat();
                assert_eq!(body(200, Some(kind), &page).await, Some(page));
            }
        }
    }

    #[tokio::test]
    async fn a_page_of_megabytes_is_put_together_as_it_came() {
        let page = format!("<a>{}</a>", "0123456789".repeat(PENDING / 4));
        let read = body(200, Some("text/xml"), page.as_bytes()).await;
        assert!(read.as_deref() == Some(page.as_bytes()));
        let (mut whole, mut pieces) = (b"<a>".to_vec(), vec!["b", "c"]);
        append(&mut whole, &mut pieces);
        append(&mut whole, &mut pieces);
        assert_eq!(whole, b"<a>bc");
    }

    #[tokio::test]
    async fn roots_of_any_form_are_known() {
        for page in
            ["<a/>", "<a b=\"c\"/>", "<a></a>", "<a></a >", "<a\nb='c'>d</a\n>", "<?xml version=\"1.0\"?>\n<a/>"]
        {
            assert!(body(200, Some("text/xml"), page.as_bytes()).await.is_some(), "{page}");
        }
        for page in [
            "<a><b/>",
            "<a><a/>",
            "<a>",
            "a",
            "<>",
            "<?xml?>",
            "<a></b>",
            "<a></a>b",
            "a<a/>",
            "<a/><a/>",
            "<a><b></a></b>",
            "<a b/>",
            "<a b=\"&c;\"/>",
            "<!DOCTYPE a><a/>",
        ] {
            assert!(body(200, Some("text/xml"), page.as_bytes()).await.is_none(), "{page}");
        }
    }

    #[tokio::test]
    async fn a_refusal_and_what_others_check_are_handed_on_as_they_are() {
        for (status, kind, part) in [
            (403, Some("text/xml"), "<Response><Err"),
            (500, Some("application/x-amz-json-1.1"), ""),
            (200, Some("application/json"), ""),
            (200, Some("image/svg+xml"), "<svg>"),
            (200, None, "<a>"),
        ] {
            assert_eq!(body(status, kind, part.as_bytes()).await.as_deref(), Some(part.as_bytes()), "{part}");
        }
    }

    #[tokio::test]
    async fn nothing_at_all_is_no_answer_without_a_word_in_it() {
        for kind in ["text/xml", "application/x-amz-json-1.0", "application/x-amz-json-1.1"] {
            assert_eq!(body(200, Some(kind), b"").await, None, "{kind}");
            assert!(whole(answer(200, Some(kind), b""), Due::Anything).await.is_ok(), "{kind}");
        }
    }

    #[tokio::test]
    async fn an_answer_in_json_is_whole_or_an_error() {
        let page = br#"{"Accounts": [{"Id": "111111111111", "Name": "a}"}]}"#;
        for length in 1..page.len() {
            assert_eq!(body(200, Some("application/x-amz-json-1.1"), &page[..length]).await, None, "{length}");
        }
        for page in [&page[..], b"{}", b" {} "] {
            assert_eq!(body(200, Some("application/x-amz-json-1.1"), page).await.as_deref(), Some(page));
        }
    }

    #[tokio::test]
    async fn the_error_says_what_happened_and_the_call_may_be_tried_again() {
        for (part, words) in [("<a>", "it is no whole document: see its byte 3 of 3"), ("", "it is empty")] {
            let error = whole(answer(200, Some("text/xml"), part.as_bytes()), Due::Document).await.unwrap_err();
            assert!(error.is_io());
            let cause = std::error::Error::source(&error).unwrap();
            assert!(cause.is::<Unusable>() && cause.to_string() == words, "{cause}");
        }
    }
}
