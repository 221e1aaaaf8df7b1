pub(crate) mod demo;
pub(crate) mod fmt;
pub(crate) mod itip;
pub(crate) mod lint;
pub(crate) mod occurrences;
pub(crate) mod show;
