//! Against real parts: the simulated AWS, the local Lambda, the real binary. Loopback only.

mod busy;
mod deadline;
mod doctor;
mod estate;
mod events;
mod faults;
mod killed;
mod lambda;
mod main_job;
mod nights;
mod opt_in;
mod parity;
mod prices;
mod restarting;
mod runtime;
mod scale;
mod secrecy;
mod short;
mod shown;
mod simulated;
mod sudden;
mod survived;
mod tell;
mod undo;
mod weeks;
mod world;
