//! Whether an answer came to its end.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::byte_stream::error::Error;
use serde::de::IgnoredAny;

use crate::aws::errors::{BrokeOff, chain};

/// The answer, read to its end where it reports success in XML or in the JSON of AWS's services. The SDK takes half a page
/// in XML for a shorter page, and no JSON at all for an answer without a word in it: a list without an account, for one.
/// Half a document in JSON it refuses, but does not ask again. CBOR it reads strictly, and an object of S3 is checked by its
/// checksum (`store`). Where no `document` is due, there may be none.
///
/// # Errors
/// [`BrokeOff`] where the connection does, or the document is not whole. The call is tried again.
pub(crate) async fn whole(mut answer: HttpResponse, document: bool) -> Result<HttpResponse, ConnectorError> {
    let Some(is_whole) = check(&answer) else { return Ok(answer) };
    let broke_off = |why: String| ConnectorError::io(BrokeOff(why).into());
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let body = read(ByteStream::new(body)).await.map_err(|error| broke_off(chain(&error)))?;
    if body.is_empty() && document {
        return Err(broke_off("it is empty".to_owned()));
    }
    if !body.is_empty() && !is_whole(&body) {
        return Err(broke_off("it is no whole document".to_owned()));
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// How many bytes stay in the pieces that they came in, until they are put together.
const PENDING: usize = 1 << 20;

/// The body. A page of megabytes is put together as it comes, so that it does not stand in memory in pieces as well; what is
/// smaller, of which hundreds may be under way, at its end.
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

/// How to see of a body that it is whole, where it can be seen.
fn check(answer: &HttpResponse) -> Option<fn(&[u8]) -> bool> {
    let kind = answer.headers().get("content-type").unwrap_or_default();
    let check: fn(&[u8]) -> bool = match kind.split(';').next().unwrap_or_default().trim() {
        "text/xml" | "application/xml" => is_closed,
        "application/x-amz-json-1.0" | "application/x-amz-json-1.1" => {
            |body| serde_json::from_slice::<IgnoredAny>(body).is_ok()
        }
        _ => return None,
    };
    answer.status().is_success().then_some(check)
}

/// Whether the document ends with the end of its root, which is taken to stand nowhere else.
fn is_closed(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let text = text.trim_ascii_end();
    root(text).is_some_and(|(root, name)| {
        let end = text.strip_suffix('>').map(str::trim_ascii_end).and_then(|text| text.strip_suffix(name));
        end.is_some_and(|text| text.ends_with("</")) || root.ends_with("/>") && !root.contains('<')
    })
}

/// What follows the `<` of the first element, and its name. What begins with `<?` or `<!` is none.
fn root(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        rest = rest.split_once('<')?.1;
        if !rest.starts_with(['?', '!']) {
            break;
        }
    }
    let name = rest.split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).next()?;
    (!name.is_empty()).then_some((rest, name))
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
        let answer = whole(answer(status, kind, body), true).await.ok()?;
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
        for page in [
            "<a/>",
            "<a b=\"c\"/>",
            "<a></a>",
            "<a></a >",
            "<a\nb='c'>d</a\n>",
            "<!DOCTYPE a><a><b/></a>",
            "<?xml version=\"1.0\"?>\n<a/>",
        ] {
            assert!(body(200, Some("text/xml"), page.as_bytes()).await.is_some(), "{page}");
        }
        for page in ["<a><b/>", "<a><a/>", "<a>", "a", "<>", "<?xml?>", "<a></b>"] {
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
            assert!(whole(answer(200, Some(kind), b""), false).await.is_ok(), "{kind}");
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
        for (part, words) in [("<a>", "it is no whole document"), ("", "it is empty")] {
            let error = whole(answer(200, Some("text/xml"), part.as_bytes()), true).await.unwrap_err();
            assert!(error.is_io());
            let cause = std::error::Error::source(&error).unwrap();
            assert!(cause.is::<BrokeOff>() && cause.to_string() == words, "{cause}");
        }
    }
}
