//! The runtime API of Lambda, as far as one invocation needs it, with any deadline: the local emulator tells durations
//! where Lambda tells instants. <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::simulated::Simulated;
use super::world::EVENING;

/// What the function answered, and everything that it wrote.
pub struct Answer {
    /// How much time was left before the deadline.
    pub left: Option<Duration>,
    /// Whether it answered with an error.
    pub failed: bool,
    pub body: Value,
    pub log: String,
}

/// The real binary as a function, asked once.
pub fn invoke(world: &Simulated, settings: &std::path::Path, event: &str, lasts: Duration) -> Answer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = listener.local_addr().unwrap().to_string();
    let deadline = Instant::now() + lasts;
    let millis = (SystemTime::now() + lasts).duration_since(UNIX_EPOCH).unwrap().as_millis();
    let next = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: 8476a536\r\n\
         Lambda-Runtime-Deadline-Ms: {millis}\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:ap-northeast-1:0:function:f\r\n\
         Content-Length: {}\r\n\r\n{event}",
        event.len()
    );
    let (heard, hear) = channel();
    // It ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (heard, next) = (heard.clone(), next.clone());
            std::thread::spawn(move || serve(stream, &heard, &next));
        }
    });
    let path = world.folder.path().join("function.log");
    let log = std::fs::File::create(&path).unwrap();
    let mut child = world
        .binary(settings)
        .env("AWS_LAMBDA_RUNTIME_API", &api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "f")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("IDLE_REAPER_AT", EVENING)
        .env("AWS_SESSION_TOKEN", SESSION)
        .env("AWS_SECRET_ACCESS_KEY", KEY)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let answered = await_answer(&hear, lasts + Duration::from_secs(20));
    let _ = child.kill();
    let _ = child.wait();
    let (when, path_of, body) = answered.expect("the function never answered");
    Answer {
        left: deadline.checked_duration_since(when),
        failed: path_of.ends_with("/error"),
        body: serde_json::from_str(&body).unwrap_or_else(|error| panic!("no JSON ({error}): {body}")),
        log: std::fs::read_to_string(path).unwrap(),
    }
}

/// A session's token, which is as secret as its key.
pub const SESSION: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";
pub const KEY: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

type Heard = (Instant, String, String);

fn await_answer(hear: &Receiver<Heard>, longest: Duration) -> Option<Heard> {
    hear.recv_timeout(longest).ok()
}

/// One connection: the event once, then silence; answers are handed on.
fn serve(mut stream: TcpStream, heard: &Sender<Heard>, next: &str) {
    let mut given = false;
    while let Some((path, body)) = read(&mut stream) {
        if !path.ends_with("/next") {
            let _ = heard.send((Instant::now(), path, body));
            let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        } else if !std::mem::replace(&mut given, true) {
            let _ = stream.write_all(next.as_bytes());
        } else {
            std::thread::sleep(Duration::from_secs(600));
        }
    }
}

/// A request's path and body.
fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                head.lines()
                    .find_map(|line| line.to_lowercase().strip_prefix(name).map(|value| value.trim().to_owned()))
            };
            let path = head.split(' ').nth(1)?.to_owned();
            let chunked = header("transfer-encoding:").is_some_and(|value| value == "chunked");
            let length = header("content-length:").and_then(|value| value.parse().ok()).unwrap_or(0);
            if chunked && text.ends_with("0\r\n\r\n") {
                let whole = body.split("\r\n").filter(|line| usize::from_str_radix(line, 16).is_err());
                return Some((path, whole.collect()));
            }
            if !chunked && body.len() >= length {
                return Some((path, body.to_owned()));
            }
        }
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
    }
}
