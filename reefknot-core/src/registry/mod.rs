//! What the standards say of each name: the registries of RFC 5545 §8.3, as tables.
//!
//! One row for each component, property and parameter of RFC 5545, 6638, 7808, 7953, 7986, 8607,
//! 9073, 9074 and 9253 says where it stands and what values it has. So there is one typed way to
//! a value: [`values`] for a property, [`param_values`] for a parameter; and back, [`property_of_values`]. Names that no
//! table knows belong to extensions; their values are TEXT unless VALUE says otherwise
//! (RFC 5545 §3.8.8.2).

mod components;
mod parameters;
mod properties;
mod read;
mod write;

pub(crate) use components::{ComponentEntry, component, status_values};
pub(crate) use parameters::{ParamEntry, ParamForm, parameter};
pub(crate) use properties::{Bounds, PropertyEntry, Shape, property};
pub(crate) use read::{items, one_of, param_type, takes_any_value};
pub use read::{param_values, values};
pub use write::{default_type, property_of_text, property_of_values};

#[cfg(test)]
mod tests;
