//! The store in memory passes.

use reefknot_core::host::MemoryStore;

reefknot_store_conformance::store_tests!(|| Box::new(MemoryStore::new()));
