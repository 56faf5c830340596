//! Whether an answer came to its end.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// What is said of an answer that did not.
const SHORT: &str = "the answer ends before its time: its XML is not closed";

/// The answer, read to its end where it is one in XML that reports success. Others are checked by who reads them:
/// half a document in JSON or CBOR is none, and an object's bytes are nobody's but ours.
///
/// # Errors
/// Where the connection breaks off, or the XML ends without its root's end: the call may be tried again.
pub(super) async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let kind = answer.headers().get("content-type").unwrap_or_default();
    if !answer.status().is_success() || !kind.split(';').next().is_some_and(|kind| kind.trim().ends_with("/xml")) {
        return Ok(answer);
    }
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    if !body.is_empty() && !is_closed(&body) {
        return Err(ConnectorError::io(SHORT.into()));
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// Whether the document ends with the end of its root, which stands nowhere else.
fn is_closed(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let text = text.trim_ascii_end();
    root(text).is_some_and(|name| {
        let end = text.strip_suffix('>').map(str::trim_ascii_end).and_then(|text| text.strip_suffix(name));
        end.is_some_and(|text| text.ends_with("</")) || text.ends_with("/>") && text.matches('<').count() == 1
    })
}

/// The name of the first element: what begins with `<?` or `<!` is none.
fn root(text: &str) -> Option<&str> {
    let begins = |tag: &&str| !tag.starts_with(['?', '!']);
    let tag = text.split('<').skip(1).find(begins)?;
    tag.split(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).next().filter(|name| !name.is_empty())
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
        let answer = whole(answer(status, kind, body)).await.ok()?;
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
    async fn roots_of_any_form_are_known() {
        for page in ["<a/>", "<a b=\"c\"/>", "<a></a>", "<a></a >", "<a\nb='c'>d</a\n>", "<!DOCTYPE a><a><b/></a>"] {
            assert!(body(200, Some("text/xml"), page.as_bytes()).await.is_some(), "{page}");
        }
        for page in ["<a><b/>", "<a><a/>", "<a>", "a", "<>", "<?xml?>", "<a></b>"] {
            assert!(body(200, Some("text/xml"), page.as_bytes()).await.is_none(), "{page}");
        }
    }

    #[tokio::test]
    async fn a_refusal_an_empty_answer_and_what_is_no_xml_are_handed_on_as_they_are() {
        for (status, kind, part) in [
            (403, Some("text/xml"), "<Response><Err"),
            (200, Some("application/xml"), ""),
            (200, Some("application/json"), "{\"a\":"),
            (200, Some("image/svg+xml"), "<svg>"),
            (200, None, "<a>"),
        ] {
            assert_eq!(body(status, kind, part.as_bytes()).await.as_deref(), Some(part.as_bytes()), "{part}");
        }
    }

    #[tokio::test]
    async fn the_error_says_what_happened_and_the_call_may_be_tried_again() {
        let error = whole(answer(200, Some("text/xml"), b"<a>")).await.unwrap_err();
        assert!(error.is_io());
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("ends before its time"));
    }
}
