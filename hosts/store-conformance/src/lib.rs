//! The checks that every store for Reefknot has to pass.
//!
//! Each check is a function that panics, with what was wrong, when the store fails it. Three macros make a `#[test]`
//! of each, so that a store's own tests read:
//!
//! ```no_run
//! use reefknot_core::host::MemoryStore;
//!
//! reefknot_store_conformance::store_tests!(|| Box::new(MemoryStore::new()));
//! ```
//!
//! - [`store_tests!`]: what one store on its own must do ([`single`], [`outbox`], [`besides`]).
//! - [`place_tests!`]: those, and several connections to the same data ([`shared`]). Stores that outlive their connection.
//! - [`breakable_tests!`]: a commit that fails half-way ([`broken`]). Stores that a test can break.
//!
//! Which checks apply is the store's type, not a check that passes without looking.
#![forbid(unsafe_code)]

pub mod besides;
pub mod broken;
mod model;
pub mod outbox;
mod sample;
pub mod shared;
pub mod single;

#[doc(no_inline)]
pub use reefknot_core::host::Store;

/// Where the data of a store lies, longer than a connection to it.
///
/// It is empty when it is made. Whatever it needs to clean up, it does when it is dropped.
pub trait Place: Sync {
    /// Connects to it; every call reaches the same data.
    fn open(&self) -> Box<dyn Store>;
}

/// A place in which writing can be made to fail.
pub trait Breakable: Place {
    /// From now on, for every connection opened later, writing the second message of any commit fails.
    fn break_second_message(&self);

    /// Undoes it.
    fn mend(&self);
}

#[doc(hidden)]
#[macro_export]
macro_rules! tests_of {
    (store, $module:ident, $make:expr, [$($check:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $check() {
                let mut store: ::std::boxed::Box<dyn $crate::Store> = ($make)();
                $crate::$module::$check(&mut *store);
            }
        )+
    };
    (opened, $module:ident, $make:expr, [$($check:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $check() {
                let place = ($make)();
                $crate::$module::$check(&mut *$crate::Place::open(&place));
            }
        )+
    };
    (place, $module:ident, $make:expr, [$($check:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $check() {
                $crate::$module::$check(&($make)());
            }
        )+
    };
}
