//! Seven conversations, played by small hosts around the engine.
//!
//! Nothing here decides anything about scheduling: programs load, ask the engine, commit and deliver. What people do is
//! scripted in `play`; what has to come out of it is computed from the databases in `check`.

mod check;
mod client;
mod edit;
mod line;
mod log;
mod mail;
mod play;
mod server;

pub(crate) use play::play;
