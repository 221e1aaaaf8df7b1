pub(crate) mod itip;
