//! HTTP/1.1 over loopback, as far as the SDKs use it: kept connections, bodies of known length or in chunks. Written by
//! hand, so that a connection can be cut and a body truncated, and for the reason in `Cargo.toml`.

use std::collections::HashMap;
use std::net::TcpListener as Listener;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::answer::Answer;
use crate::calls::Reply;
use crate::request::{Call, Request};
use crate::{Shared, control};

/// The longest head and the longest body that are read.
const HEAD: usize = 64 * 1024;
const BODY: usize = 64 * 1024 * 1024;

/// Serves until the other end of `ended` signals the end.
pub(crate) fn serve(listener: Listener, shared: &Arc<Shared>, ended: oneshot::Receiver<()>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok(listener) = TcpListener::from_std(listener) else { return };
        let mut ended = std::pin::pin!(ended);
        loop {
            tokio::select! {
                _ = &mut ended => return,
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        let shared = shared.clone();
                        tokio::spawn(async move { converse(stream, &shared).await });
                    }
                }
            }
        }
    });
    runtime.shutdown_background();
}

/// Serves one connection, until either side closes it.
async fn converse(mut stream: TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(8192);
    while let Some(request) = read(&mut stream, &mut buffer).await {
        let head_only = request.method == "HEAD";
        let close = request.header("connection").eq_ignore_ascii_case("close");
        let (answer, truncate) = match reply(request, shared).await {
            Some(Reply::Answer(answer) | Reply::Hang(_, answer)) => (answer, false),
            Some(Reply::Truncate(answer)) => (answer, true),
            Some(Reply::Cut) | None => return,
        };
        if write(&mut stream, answer, head_only, truncate).await.is_none() || truncate || close {
            return;
        }
    }
}

/// The reply, after its delay.
async fn reply(request: Request, shared: &Shared) -> Option<Reply> {
    if let Some(path) = request.path.strip_prefix(control::PREFIX) {
        return Some(Reply::Answer(controlled(shared, &request, path)));
    }
    let latency = {
        let mut world = shared.world();
        world.meter.begin(request.body.len());
        world.latency()
    };
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let reply = Call::read(request).map(|call| shared.world().take(call));
    if let Some(Reply::Hang(time, _)) = &reply {
        hang(shared, *time).await;
    }
    let bytes = match &reply {
        Some(Reply::Answer(answer) | Reply::Hang(_, answer) | Reply::Truncate(answer)) => answer.body.len(),
        Some(Reply::Cut) | None => 0,
    };
    shared.world().meter.end(bytes);
    reply
}

async fn hang(shared: &Shared, time: Duration) {
    tokio::select! {
        () = shared.cleared.notified() => {}
        () = tokio::time::sleep(time) => {}
    }
}

fn controlled(shared: &Shared, request: &Request, path: &str) -> Answer {
    let body = if request.body.is_empty() { b"{}" } else { &request.body[..] };
    let done = serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"));
    match done.and_then(|body| control::answer(shared, &request.method, path, &body)) {
        Ok(body) => Answer::of("application/json", body.to_string()),
        Err(error) => {
            Answer { status: 400, ..Answer::of("application/json", serde_json::json!({"error": error}).to_string()) }
        }
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    (stream.read_buf(buffer).await.ok()? > 0).then_some(())
}

/// The next request; `None` if there is none.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let (mut request, end) = loop {
        if let Some(found) = head(buffer)? {
            break found;
        }
        more(stream, buffer).await?;
    };
    buffer.drain(..end);
    if request.header("expect").eq_ignore_ascii_case("100-continue") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.ok()?;
    }
    request.body = if request.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
        chunks(stream, buffer).await?
    } else {
        let length: usize = request.header("content-length").parse().unwrap_or(0);
        exactly(stream, buffer, length).await?
    };
    Some(request)
}

/// The head of a request and where it ends; `Some(None)` while it is incomplete, `None` if it is invalid.
#[allow(clippy::option_option)]
fn head(buffer: &[u8]) -> Option<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(end) = parsed.parse(buffer).ok()? else {
        // A long body may have arrived with its head. Only a head of this length is invalid.
        return (buffer.len() <= HEAD).then_some(None);
    };
    let target = parsed.path?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers: HashMap<String, String> =
        parsed.headers.iter().map(|header| (header.name.to_lowercase(), text(header.value))).collect();
    let method = parsed.method?.to_owned();
    Some(Some((Request { method, path: path.to_owned(), query: query.to_owned(), headers, body: Vec::new() }, end)))
}

async fn exactly(stream: &mut TcpStream, buffer: &mut Vec<u8>, length: usize) -> Option<Vec<u8>> {
    if length > BODY {
        return None;
    }
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    Some(buffer.drain(..length).collect())
}

async fn chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(2).position(|two| two == b"\r\n") {
                break end;
            }
            more(stream, buffer).await?;
        };
        let size = std::str::from_utf8(&buffer[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        buffer.drain(..end + 2);
        if size == 0 && buffer.starts_with(b"\r\n") {
            buffer.drain(..2);
            return Some(whole);
        }
        let part = exactly(stream, buffer, size + 2).await?;
        if size == 0 || whole.len() + size > BODY {
            return Some(whole);
        }
        whole.extend_from_slice(&part[..size]);
    }
}

async fn write(stream: &mut TcpStream, answer: Answer, head_only: bool, truncate: bool) -> Option<()> {
    let Answer { status, kind, headers, body } = answer;
    let mut head = format!("HTTP/1.1 {status} simulated\r\n");
    if status != 204 {
        head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "x-amzn-requestid: simulated\r\nx-amz-request-id: simulated\r\n\r\n";
    stream.write_all(head.as_bytes()).await.ok()?;
    let body = if head_only || status == 204 { &[][..] } else { &body };
    let body = if truncate { &body[..body.len() / 2] } else { body };
    stream.write_all(body).await.ok()
}
