//! A simulated AWS at scale, for the tests and benchmarks of `idle-reaper` only: it speaks the wire protocols of the
//! calls that the product makes, over a seeded organisation of any size, with the documented request limits, a meter,
//! and faults on demand. Loopback only; no AWS account is needed. `README.md` has the whole story.
//!
//! ```no_run
//! let simulator = idle_reaper_simulator::Simulator::start(&serde_json::json!({"ssm": {"/pause": "off"}})).unwrap();
//! assert!(simulator.endpoint().starts_with("http://127.0.0.1:"));
//! ```

#![warn(missing_docs)]

mod answer;
mod calls;
mod cloudwatch;
mod cloudwatch_cbor;
mod control;
mod costs;
mod database;
mod database_fields;
mod dice;
mod ec2;
mod ec2_act;
mod ec2_xml;
mod ecs;
mod faults;
mod fleet;
mod http;
mod hub;
mod instance;
mod limits;
mod meter;
mod organizations;
mod page;
mod pricing;
mod rds;
mod rds_act;
mod request;
mod s3;
mod service;
mod service_fields;
mod spec;
mod sts;
mod unused;
mod volumes;
mod world;

use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::{Notify, oneshot};

pub use faults::{Fault, Mode};
pub use instance::{Instance, State};
pub use meter::Meter;
pub use world::World;

/// The state that the server and its owner share.
struct Shared {
    world: Mutex<World>,
    /// Signals that faults were cleared, so that hanging calls end.
    cleared: Notify,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running simulated AWS. It ends when this value is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    port: u16,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts on a free loopback port, with the organisation that `spec` describes.
    ///
    /// # Errors
    /// What is wrong with the spec, or why no port is available.
    pub fn start(spec: &Value) -> Result<Self, String> {
        Self::start_on(spec, 0)
    }

    /// The same on a given port; 0 is a free one.
    ///
    /// # Errors
    /// As [`Simulator::start`].
    pub fn start_on(spec: &Value, port: u16) -> Result<Self, String> {
        let shared = Arc::new(Shared { world: Mutex::new(World::of(spec)?), cleared: Notify::new() });
        let listener = TcpListener::bind(("127.0.0.1", port)).map_err(|error| format!("no port: {error}"))?;
        listener.set_nonblocking(true).map_err(|error| error.to_string())?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let (end, ended) = oneshot::channel();
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name("simulated-aws".to_owned())
            .spawn(move || http::serve(listener, &of_thread, ended))
            .map_err(|error| error.to_string())?;
        Ok(Self { shared, port, end: Some(end), thread: Some(thread) })
    }

    /// `AWS_ENDPOINT_URL` for every service.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Gives access to the world, to read or to change it. No call is answered meanwhile.
    pub fn world<T>(&self, with: impl FnOnce(&mut World) -> T) -> T {
        with(&mut self.shared.world())
    }

    /// Makes one request of the control API (`README.md`), without a socket.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        control::answer(&self.shared, method, path, body)
    }

    /// Waits until the process is asked to end.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        self.shared.cleared.notify_waiters();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
