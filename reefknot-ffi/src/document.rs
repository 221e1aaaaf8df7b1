//! Components, properties and parameters as plain values (RFC 5545 §3.1–3.4), with their typed values.

use reefknot_core::ical::{self, PropertyBuf};
use reefknot_core::registry;
use reefknot_core::value::{self, CalendarUserAddress};

use crate::error::Result;
use crate::values::DateTime;

/// A component, such as a VEVENT.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its properties, in order.
    pub properties: Vec<Property>,
    /// The components inside it, in order.
    #[uniffi(default = [])]
    pub components: Vec<Component>,
}

/// A property: one content line.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value as it is written, escapes and all; [`values`](Self::values) gives what it means.
    pub value: String,
    /// Its parameters, in order.
    #[uniffi(default = [])]
    pub params: Vec<Param>,
}

/// A parameter of a property.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its values, without quotes.
    pub values: Vec<String>,
}

/// What a property says, by its type (RFC 5545 §3.3).
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Value {
    /// A text, unescaped; a URI or a UID.
    Text {
        /// The text.
        text: String,
    },
    /// A date or a date-time.
    DateTime {
        /// When.
        value: DateTime,
    },
    /// A span of time.
    Duration {
        /// Its length, a day taken as 24 hours; negative before something.
        seconds: i64,
    },
    /// From one time to another.
    Period {
        /// The value as it is written.
        text: String,
    },
    /// A calendar user.
    Address {
        /// Who.
        address: CalendarUserAddress,
    },
    /// A whole number.
    Integer {
        /// The number.
        value: i32,
    },
    /// A number.
    Float {
        /// The number.
        value: f64,
    },
    /// Yes or no.
    Boolean {
        /// Which.
        value: bool,
    },
    /// A recurrence rule.
    Recur {
        /// The rule as it is written.
        rule: String,
    },
    /// Any other type.
    Other {
        /// The value as it is written.
        text: String,
    },
}

#[uniffi::export]
impl Property {
    /// The value unescaped, as for a SUMMARY (RFC 5545 §3.3.11).
    pub fn text(&self) -> String {
        value::text::unescape(&self.value).into_owned()
    }

    /// The first value of a parameter, by its name in any letter case.
    pub fn param(&self, name: String) -> Option<String> {
        let named = self.params.iter().find(|param| param.name.eq_ignore_ascii_case(&name));
        named.and_then(|param| param.values.first().cloned())
    }

    /// The values by their type, as the property's name and its VALUE and TZID parameters say; most have one.
    ///
    /// # Errors
    /// When the value is not of its type, or the property's name or a parameter's is none.
    pub fn values(&self) -> Result<Vec<Value>> {
        let line = PropertyBuf::try_from(self)?;
        Ok(registry::values(&line.as_property())?.into_iter().map(Value::from).collect())
    }
}

#[uniffi::export]
impl Component {
    /// The first property of that name, in any letter case.
    pub fn property(&self, name: String) -> Option<Property> {
        self.properties.iter().find(|property| property.name.eq_ignore_ascii_case(&name)).cloned()
    }
}

/// A property whose value is a text, which is escaped.
#[uniffi::export]
pub fn text_property(name: String, text: String) -> Property {
    Property { name, value: value::text::escape(&text).into_owned(), params: Vec::new() }
}

/// A property whose value is a date or a date-time, with the parameters that say so.
///
/// # Errors
/// When the name is none.
#[uniffi::export]
pub fn date_time_property(name: String, value: DateTime) -> Result<Property> {
    let value = value::DateTime::from(value);
    let mut line = PropertyBuf::new(&name, &value.value_text())?;
    let said = [("VALUE", value.value_param()), ("TZID", value.tzid())];
    for (param, text) in said.into_iter().filter_map(|(param, text)| Some((param, text?))) {
        line.set_param(param, text)?;
    }
    Ok(Property::from(&line.as_property()))
}

impl From<&ical::Component> for Component {
    fn from(component: &ical::Component) -> Self {
        Self {
            name: component.name().into_owned(),
            properties: component.properties().map(|property| Property::from(&property)).collect(),
            components: component.components().map(Self::from).collect(),
        }
    }
}

impl TryFrom<&Component> for ical::Component {
    type Error = reefknot_core::Error;

    fn try_from(component: &Component) -> reefknot_core::Result<Self> {
        let mut made = Self::new(&component.name)?;
        for property in &component.properties {
            made.push(property.try_into()?);
        }
        for inner in &component.components {
            made.push_component(inner.try_into()?);
        }
        Ok(made)
    }
}

impl From<&ical::Property<'_>> for Property {
    fn from(property: &ical::Property<'_>) -> Self {
        let param = |param: ical::Param<'_>| Param {
            name: param.name().into_owned(),
            values: param.values().map(std::borrow::Cow::into_owned).collect(),
        };
        Self {
            name: property.name().to_owned(),
            value: property.value().into_owned(),
            params: property.params().map(param).collect(),
        }
    }
}

impl TryFrom<&Property> for PropertyBuf {
    type Error = reefknot_core::Error;

    fn try_from(property: &Property) -> reefknot_core::Result<Self> {
        let mut line = Self::new(&property.name, &property.value)?;
        for Param { name, values } in &property.params {
            line.set_params(name, &values.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        Ok(line)
    }
}

impl From<value::Value> for Value {
    fn from(value: value::Value) -> Self {
        use value::Value as Core;
        match value {
            Core::Text(text) | Core::Uid(text) => Self::Text { text },
            Core::Uri(uri) | Core::XmlReference(uri) => Self::Text { text: uri.to_string() },
            Core::DateTime(value) => Self::DateTime { value: value.into() },
            Core::Duration(span) => Self::Duration { seconds: span.nominal_seconds() },
            Core::Period(period) => Self::Period { text: period.to_string() },
            Core::CalAddress(address) => Self::Address { address },
            Core::Integer(number) => Self::Integer { value: number.0 },
            Core::Float(number) => Self::Float { value: number.get() },
            Core::Boolean(yes) => Self::Boolean { value: yes.0 },
            Core::Recur(rule) => Self::Recur { rule: rule.to_string() },
            other @ (Core::Binary(_)
            | Core::Color(_)
            | Core::Geo(_)
            | Core::RequestStatus(_)
            | Core::Time(_)
            | Core::UtcOffset(_)
            | Core::Other(_)) => Self::Other { text: other.to_string() },
        }
    }
}
