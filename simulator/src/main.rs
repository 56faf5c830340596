//! The simulated AWS as a process: `simulator [--port N] [--spec FILE]`. It prints one line of JSON with its endpoint and
//! runs until its standard input closes.

use std::io::Read;
use std::process::ExitCode;

use idle_reaper_simulator::Simulator;
use serde_json::{Value, json};

fn main() -> ExitCode {
    match begin() {
        Ok(simulator) => {
            println!("{}", json!({"endpoint": simulator.endpoint(), "control": simulator.endpoint() + "/_simulator"}));
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn begin() -> Result<Simulator, String> {
    let (mut port, mut spec) = (0, json!({}));
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        match name.as_str() {
            "--port" => port = value.parse().map_err(|error| format!("`{value}` is no port: {error}"))?,
            "--spec" => {
                let text =
                    std::fs::read_to_string(&value).map_err(|error| format!("cannot read `{value}`: {error}"))?;
                spec =
                    serde_json::from_str::<Value>(&text).map_err(|error| format!("`{value}` is no JSON: {error}"))?;
            }
            _ => return Err(format!("there is no option `{name}`")),
        }
    }
    Simulator::start_on(&spec, port)
}
