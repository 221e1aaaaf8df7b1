//! Work that may panic or never end.

use std::any::Any;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// With the panic's message.
    Panicked(String),
    Hung,
}

/// Does the work in a thread of its own, which is left behind if it does not end in time.
pub(crate) fn guarded<T: Send + 'static>(
    time: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        // Nobody listens any more once the time is over.
        let _ = sender.send(work());
    });
    match receiver.recv_timeout(time) {
        Ok(done) => Ok(done),
        Err(RecvTimeoutError::Timeout) => Err(Failure::Hung),
        Err(RecvTimeoutError::Disconnected) => {
            let message = thread.join().err().as_deref().and_then(message);
            Err(Failure::Panicked(message.unwrap_or_else(|| String::from("without a message"))))
        }
    }
}

fn message(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}
