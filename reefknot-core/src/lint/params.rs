//! Parameters: their grammar, and the values that RFC 5545 §3.2 closes.

use std::collections::BTreeSet;

use super::{Findings, syntax};
use crate::ical::{Param, Property};

/// Looks at each parameter of a property.
pub(super) fn check(findings: &mut Findings, property: &Property<'_>) {
    let mut seen = BTreeSet::new();
    for param in property.params() {
        let name = param.name().to_ascii_uppercase();
        if !is_token(&name) {
            let message = format!("{} has a parameter named `{name}`", property.name());
            let suggestion = "name it with letters, digits and hyphens";
            findings.say("param-name", "RFC 5545 §3.1", property.line(), message, suggestion);
            continue;
        }
        if param.values().next().is_none() {
            let message = format!("the parameter {name} of {} has no value", property.name());
            findings.say("param-no-value", "RFC 5545 §3.1", property.line(), message, "write NAME=value");
            continue;
        }
        if !name.starts_with("X-") && !seen.insert(name.clone()) {
            let message = format!("{} has the parameter {name} twice", property.name());
            findings.say("param-repeated", "RFC 5545 §3.2", property.line(), message, "keep one");
        }
        quotes(findings, property, param, &name);
        closed(findings, property, param, &name);
    }
}

/// Whether a name is made of what RFC 5545 §3.1 allows.
pub(super) fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A value is quoted as a whole or not at all, and addresses and URIs always are.
fn quotes(findings: &mut Findings, property: &Property<'_>, param: Param<'_>, name: &str) {
    let raw = param.raw_value();
    // Commas in quotes do not separate; toggling at each quote finds the others.
    let mut quoted = false;
    let values = raw.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let must_be_quoted =
        ["ALTREP", "DELEGATED-FROM", "DELEGATED-TO", "DIR", "MEMBER", "SENT-BY"].contains(&name);
    for value in values {
        let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        if inner.unwrap_or(value).contains('"') {
            let message = format!("the parameter {name} of {} has a quote inside", property.name());
            let suggestion = "write ^' for a quote (RFC 6868)";
            findings.say("param-quote", "RFC 5545 §3.1", property.line(), message, suggestion);
            return;
        }
        if !must_be_quoted {
            continue;
        }
        let Some(inner) = inner else {
            let message = format!("the parameter {name} of {} is not quoted", property.name());
            let suggestion = format!("write {name}=\"…\"");
            findings.say("param-not-quoted", "RFC 5545 §3.2", property.line(), message, suggestion);
            return;
        };
        if !syntax::is_uri(inner) {
            let message = format!("the parameter {name} of {} is not a URI", property.name());
            let suggestion = "write a URI such as mailto:b@foo.com";
            findings.say("param-value", "RFC 5545 §3.2", property.line(), message, suggestion);
            return;
        }
    }
}

/// The few parameters whose values nobody may add to.
fn closed(findings: &mut Findings, property: &Property<'_>, param: Param<'_>, name: &str) {
    let (allowed, section): (&[&str], _) = match name {
        "ENCODING" => (&["8BIT", "BASE64"], "RFC 5545 §3.2.7"),
        "RANGE" => (&["THISANDFUTURE"], "RFC 5545 §3.2.13"),
        "RELATED" => (&["START", "END"], "RFC 5545 §3.2.14"),
        "RSVP" => (&["TRUE", "FALSE"], "RFC 5545 §3.2.17"),
        _ => return,
    };
    let value = param.value();
    if !allowed.iter().any(|allowed| value.eq_ignore_ascii_case(allowed)) {
        let message = format!("the parameter {name} of {} is `{value}`", property.name());
        let suggestion = format!("write {}", allowed.join(" or "));
        findings.say("param-value", section, property.line(), message, suggestion);
    }
}
