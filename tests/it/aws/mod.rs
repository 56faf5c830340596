//! Against real parts: the simulated AWS, the local Lambda, the real binary. Loopback only.

mod faults;
mod lambda;
mod main_job;
mod nights;
mod sudden;
mod world;
