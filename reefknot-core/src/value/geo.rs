//! The value of GEO: a place on earth (RFC 5545 §3.8.1.6).

use super::Float;
use super::scan::{serde_as_text, shown};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A place as degrees of latitude and longitude.
///
/// ```
/// use reefknot_core::value::Geo;
/// let place: Geo = "37.386013;-122.082932".parse()?;
/// assert_eq!((place.latitude(), place.longitude()), (37.386013, -122.082932));
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geo {
    latitude: Float,
    longitude: Float,
}

impl Geo {
    /// A place, `None` outside ±90 degrees of latitude or ±180 of longitude.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let within = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        let (latitude, longitude) = (Float::new(latitude)?, Float::new(longitude)?);
        within.then_some(Self { latitude, longitude })
    }

    /// Degrees north of the equator (south, if negative), -90 to 90.
    #[must_use]
    pub const fn latitude(self) -> f64 {
        self.latitude.get()
    }

    /// Degrees east of the prime meridian (west, if negative), -180 to 180.
    #[must_use]
    pub const fn longitude(self) -> f64 {
        self.longitude.get()
    }
}

impl FromStr for Geo {
    type Err = Error;

    /// Reads `latitude;longitude`.
    ///
    /// # Errors
    /// A syntax error where either is no FLOAT or no such place exists.
    fn from_str(text: &str) -> Result<Self> {
        let place = || {
            let (latitude, longitude) = text.split_once(';')?;
            let degrees = |text: &str| text.parse::<Float>().ok().map(Float::get);
            Self::new(degrees(latitude)?, degrees(longitude)?)
        };
        place().ok_or_else(|| {
            Error::syntax(format!(
                "“{}” is not a latitude within ±90 and a longitude within ±180; \
                 write it as 37.386013;-122.082932 (RFC 5545 §3.8.1.6)",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for Geo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.latitude, self.longitude)
    }
}

serde_as_text!(Geo, "a place such as 37.386013;-122.082932");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_other_texts() {
        for text in ["", "48.2", "48.2,16.4", "90.1;0", "0;180.5", "48.2;16.4;2", "48.2; 16.4", "48,2;16,4"] {
            let error = text.parse::<Geo>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("“{text}” is not a latitude within ±90")), "{error}");
        }
    }

    proptest! {
        #[test]
        fn places_round_trip(latitude in -90.0..=90.0f64, longitude in -180.0..=180.0f64) {
            let place = Geo::new(latitude, longitude).unwrap();
            prop_assert_eq!(place.to_string().parse::<Geo>().unwrap(), place);
        }
    }
}
