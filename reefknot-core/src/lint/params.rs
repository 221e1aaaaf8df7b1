//! Parameters: their grammar, their values, and which property has which (RFC 5545 §3.2).

use std::collections::BTreeSet;

use super::{Code, Findings, syntax};
use crate::ical::{Param, Property};
use crate::registry::{self, ParamEntry, ParamForm, PropertyEntry};
use crate::value::{Boolean, Integer, LinkRelation, RelationType, ValueType};

/// Looks at each parameter of a property.
pub(super) fn check(findings: &mut Findings, property: &Property<'_>) {
    let entry = registry::property(property.name());
    let mut seen = BTreeSet::new();
    for param in property.params() {
        let name = param.name().to_ascii_uppercase();
        let mut say = |code, section, what: &str, suggestion: &str| {
            let message = format!("the parameter {name} of {} {what}", property.name());
            findings.say(code, section, property.line(), message, suggestion);
        };
        if !is_token(&name) {
            say(
                Code::ParamName,
                "RFC 5545 §3.1",
                "has a name that is none",
                "name it with letters, digits and hyphens",
            );
            continue;
        }
        if param.values().next().is_none() {
            say(Code::ParamNoValue, "RFC 5545 §3.1", "has no value", "write NAME=value");
            continue;
        }
        if !name.starts_with("X-") && !seen.insert(name.clone()) {
            say(Code::ParamRepeated, "RFC 5545 §3.2", "stands there twice", "keep one");
        }
        let known = registry::parameter(&name);
        if let Some(fault) = value_fault(param, known) {
            say(fault.code, fault.section, &fault.what, &fault.suggestion);
        }
        match (known, entry) {
            (None, _) if !name.starts_with("X-") => {
                let suggestion = "check its spelling; a parameter of one's own begins with X-";
                say(Code::ParamUnknown, "RFC 5545 §3.2", "is in no standard", suggestion);
            }
            (Some(known), Some(entry)) if !may_have(entry, known) => {
                say(Code::ParamMisplaced, known.section, "is made for other properties", "take it out");
            }
            _ => {}
        }
    }
    missing(findings, property, entry, &seen);
}

/// Whether a name is made of what RFC 5545 §3.1 allows.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn may_have(entry: &PropertyEntry, param: &ParamEntry) -> bool {
    // A TZID beside a value in UTC is reported with the value.
    let is_time = entry.types.iter().any(|kind| matches!(kind, ValueType::Date | ValueType::DateTime));
    param.everywhere || entry.params.contains(&param.name) || (param.name == "TZID" && is_time)
}

/// The parameters that a property cannot do without.
fn missing(
    findings: &mut Findings,
    property: &Property<'_>,
    entry: Option<&PropertyEntry>,
    seen: &BTreeSet<String>,
) {
    let Some(entry) = entry else { return };
    // Data inside the property says what it is (RFC 9073 §6.6).
    let is_inline_data = entry.name == "STRUCTURED-DATA" && !property.param_is("VALUE", "URI");
    let of_data: &[&str] = if is_inline_data { &["FMTTYPE", "SCHEMA"] } else { &[] };
    for needed in entry.needs.iter().chain(of_data).filter(|needed| !seen.contains(**needed)) {
        let message = format!("{} has no {needed}", entry.name);
        findings.say(Code::ParamMissing, entry.section, property.line(), message, format!("add {needed}"));
    }
}

/// What is wrong with the values of one parameter.
struct ParamFault {
    code: Code,
    section: &'static str,
    what: String,
    suggestion: String,
}

fn value_fault(param: Param<'_>, entry: Option<&ParamEntry>) -> Option<ParamFault> {
    let raw = param.raw_value();
    // Commas in quotes do not separate; toggling at each quote finds the others.
    let mut quoted = false;
    let values: Vec<&str> = raw
        .split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .collect();
    let unquoted =
        |value: &'_ str| value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).map(str::len);
    let has_quote = |value: &&str| match unquoted(value) {
        Some(length) => value[1..=length].contains('"'),
        None => value.contains('"'),
    };
    if values.iter().any(has_quote) {
        let (what, suggestion) = ("has a quote inside".into(), "write ^' for a quote (RFC 6868)".into());
        return Some(ParamFault { code: Code::ParamQuote, section: "RFC 5545 §3.1", what, suggestion });
    }
    let entry = entry?;
    let fault = |code, what: String, suggestion: String| {
        Some(ParamFault { code, section: entry.section, what, suggestion })
    };
    if !entry.list && values.len() > 1 {
        let suggestion = format!("write {}=\"…\" if the comma is meant", entry.name);
        return fault(Code::ParamValue, "has more than one value".into(), suggestion);
    }
    if must_be_quoted(entry.form, &raw) && values.iter().any(|value| unquoted(value).is_none()) {
        return fault(Code::ParamNotQuoted, "is not quoted".into(), format!("write {}=\"…\"", entry.name));
    }
    let wrong = param.values().find(|value| !fits(entry.form, value))?;
    fault(Code::ParamValue, format!("is `{}`", crate::value::scan::shown(&wrong)), example(entry.form))
}

/// URIs hold colons, and colons stand in quotes.
fn must_be_quoted(form: ParamForm, raw: &str) -> bool {
    match form {
        ParamForm::Uri | ParamForm::CalAddress => true,
        ParamForm::LinkRelation => raw.contains(':'),
        _ => false,
    }
}

fn fits(form: ParamForm, value: &str) -> bool {
    match form {
        ParamForm::Text => true,
        ParamForm::CalAddress | ParamForm::Uri => syntax::is_uri(value),
        ParamForm::Boolean => value.parse::<Boolean>().is_ok(),
        ParamForm::Integer(least) => value.parse().is_ok_and(|Integer(number)| number >= least),
        ParamForm::Duration => syntax::is_duration(value),
        ParamForm::OneOf(allowed) => allowed.iter().any(|one| value.eq_ignore_ascii_case(one)),
        ParamForm::Token => is_token(value),
        ParamForm::MediaType => {
            let is_name = |name: &str| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&.+-^_".contains(&byte))
            };
            // A `;` begins a parameter of the media type, which a quoted value may have.
            let essence = value.split(';').next().unwrap_or_default();
            essence.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
        }
        ParamForm::Language => value.split('-').enumerate().all(|(at, part)| {
            (1..=8).contains(&part.len())
                && part.bytes().all(|byte| {
                    if at == 0 { byte.is_ascii_alphabetic() } else { byte.is_ascii_alphanumeric() }
                })
        }),
        ParamForm::RelationType => value.parse::<RelationType>().is_ok(),
        ParamForm::LinkRelation => value.parse::<LinkRelation>().is_ok(),
    }
}

fn example(form: ParamForm) -> String {
    match form {
        ParamForm::OneOf(allowed) => return format!("write {}", allowed.join(" or ")),
        ParamForm::Integer(least) => return format!("write a whole number from {least} on"),
        ParamForm::Text | ParamForm::Token | ParamForm::RelationType => "write letters, digits and hyphens",
        ParamForm::CalAddress => "write a URI such as mailto:b@foo.com",
        ParamForm::Uri => "write a URI such as https://foo.com/agenda",
        ParamForm::Boolean => "write TRUE or FALSE",
        ParamForm::Duration => "write P1D, PT1H30M or P2W",
        ParamForm::MediaType => "write a media type such as text/plain",
        ParamForm::Language => "write a language tag such as de or pt-BR",
        ParamForm::LinkRelation => "write a registered name such as latest-version, or a URI",
    }
    .to_owned()
}
