//! How far the sender of a mail may be believed: `Authentication-Results` (RFC 8601).
//!
//! The field is believed only where the caller names the server that writes it, by its
//! authserv-id, and that server must remove such fields from the mail it takes in
//! (RFC 8601 §5): anybody can write one. A check speaks for the domain of the From address,
//! not for the mailbox, and so does the answer given here.

use crate::itip::Authentication;

/// What a trusted server found out, and why it counts as it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) authentication: Authentication,
    pub(super) because: String,
}

/// One method's result, such as `dkim=pass header.d=foo.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MethodResult {
    method: String,
    result: String,
    /// `header.d` → `foo.com`, names in lower case.
    properties: Vec<(String, String)>,
}

/// Judges the From domain by the `Authentication-Results` fields, the topmost first.
///
/// A failed DMARC anywhere outweighs everything; a pass counts only for the same domain.
pub(super) fn judge(fields: &[String], trusted: Option<&str>, from_domain: Option<&str>) -> Verdict {
    let claimed =
        |because: &str| Verdict { authentication: Authentication::Claimed, because: because.to_owned() };
    let Some(trusted) = trusted else {
        return claimed("no mail server is trusted to have checked the sender");
    };
    let Some(domain) = from_domain.map(str::to_ascii_lowercase) else {
        return claimed("the mail does not say who it is from");
    };
    let results: Vec<MethodResult> = fields
        .iter()
        .filter_map(|field| parse(field))
        .filter(|(server, _)| server.eq_ignore_ascii_case(trusted))
        .flat_map(|(_, results)| results)
        .collect();
    if results.is_empty() {
        return claimed("the trusted mail server says nothing about the sender");
    }
    let dmarc = || results.iter().filter(|result| result.method == "dmarc");
    if dmarc().any(|result| result.result == "fail") {
        return Verdict {
            authentication: Authentication::Failed,
            because: format!("DMARC failed for {domain}"),
        };
    }
    match results.iter().find(|result| speaks_for(result, &domain)) {
        Some(result) => Verdict {
            authentication: Authentication::Authenticated,
            because: format!("{} passed for {domain}", result.method.to_ascii_uppercase()),
        },
        None => claimed("no check by the trusted mail server passed for the sender's domain"),
    }
}

/// Whether a result is a pass for that From domain.
///
/// DMARC has done its own alignment (RFC 7489 §3.1). Without it, a signature or an envelope
/// sender counts only for its own domain, and a signature also for what lies below it.
fn speaks_for(result: &MethodResult, domain: &str) -> bool {
    if result.result != "pass" {
        return false;
    }
    let found = |name: &str| {
        let value = result.properties.iter().find(|(key, _)| key == name)?.1.to_ascii_lowercase();
        Some(value.rsplit('@').next().unwrap_or_default().to_owned())
    };
    match result.method.as_str() {
        "dmarc" => found("header.from").is_none_or(|from| from == domain),
        "dkim" => found("header.d").or_else(|| found("header.i")).is_some_and(|signer| {
            signer == domain || (signer.contains('.') && domain.ends_with(&format!(".{signer}")))
        }),
        "spf" => found("smtp.mailfrom").is_some_and(|sender| sender == domain),
        _ => false,
    }
}

/// Reads one field (RFC 8601 §2.2): the authserv-id and the results.
///
/// Some servers write no authserv-id at all; such a field names nobody and is not read.
fn parse(field: &str) -> Option<(String, Vec<MethodResult>)> {
    let plain = without_comments(field);
    let mut segments = split_unquoted(&plain, ';').into_iter();
    let head = segments.next()?;
    let server = head.split_whitespace().next().filter(|server| !server.contains('='))?;
    let results = segments.filter_map(|segment| method_result(&segment)).collect();
    Some((server.trim_matches('"').to_owned(), results))
}

fn method_result(segment: &str) -> Option<MethodResult> {
    let spaced = close_up(segment);
    let mut words = split_unquoted(&spaced, ' ').into_iter().filter(|word| !word.is_empty());
    let first = words.next()?;
    let (method, result) = first.split_once('=')?;
    let method = method.split('/').next()?.to_ascii_lowercase();
    let properties = words
        .filter_map(|word| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_ascii_lowercase(), value.trim_matches('"').to_owned()))
        })
        .collect();
    Some(MethodResult { method, result: result.to_ascii_lowercase(), properties })
}

/// Takes the spaces away that may stand around `=`, `/` and between words more than once.
fn close_up(segment: &str) -> String {
    let mut out = String::with_capacity(segment.len());
    for word in segment.split_whitespace() {
        let joins = out.is_empty() || out.ends_with(['=', '/']) || word.starts_with(['=', '/']);
        if !joins {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The text without its comments, which nest (RFC 5322 §3.2.2), and without line breaks.
fn without_comments(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let (mut depth, mut quoted) = (0u32, false);
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if depth > 0 => drop(chars.next()),
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            '\r' | '\n' | '\t' => out.push(' '),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn split_unquoted(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        if c == separator && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(field: &str) -> Authentication {
        judge(&[field.to_owned()], Some("mx.foo.com"), Some("bar.com")).authentication
    }

    #[test]
    fn what_counts_and_what_does_not() {
        use Authentication::{Authenticated, Claimed, Failed};
        let cases = [
            ("mx.foo.com; dmarc=pass header.from=bar.com", Authenticated),
            ("MX.foo.com 1; dmarc = pass (p=none) header.from=BAR.com", Authenticated),
            ("mx.foo.com; dmarc=pass header.from=evil.example", Claimed),
            ("mx.foo.com; dkim=pass header.d=bar.com", Authenticated),
            ("mx.foo.com; dkim=pass header.i=@bar.com header.s=\"a;b\"", Authenticated),
            ("mx.foo.com; dkim=pass header.d=sub.bar.com", Claimed),
            ("mx.foo.com; dkim=pass header.d=com", Claimed),
            ("mx.foo.com; dkim=fail header.d=bar.com", Claimed),
            ("mx.foo.com; spf=pass smtp.mailfrom=c@bar.com", Authenticated),
            ("mx.foo.com; spf=pass smtp.mailfrom=bounce.evil.example", Claimed),
            ("mx.foo.com; dkim=pass header.d=bar.com; dmarc=fail header.from=bar.com", Failed),
            ("mx.foo.com; dmarc=none; spf=softfail smtp.mailfrom=bar.com", Claimed),
            ("mx.foo.com; none", Claimed),
            ("mx.evil.example; dmarc=pass header.from=bar.com", Claimed),
            ("mx.evil.example (mx.foo.com; dmarc=pass); dmarc=pass header.from=bar.com", Claimed),
            ("dmarc=pass header.from=bar.com", Claimed),
            ("", Claimed),
        ];
        for (field, expected) in cases {
            assert_eq!(told(field), expected, "{field}");
        }
    }

    #[test]
    fn a_forged_pass_below_does_not_outweigh_a_failure_above() {
        let fields =
            ["mx.foo.com; dmarc=fail header.from=bar.com", "mx.foo.com; dmarc=pass header.from=bar.com"];
        let fields = fields.map(str::to_owned);
        assert_eq!(
            judge(&fields, Some("mx.foo.com"), Some("bar.com")).authentication,
            Authentication::Failed
        );
    }

    #[test]
    fn nobody_is_believed_unasked() {
        let fields = ["mx.foo.com; dmarc=pass header.from=bar.com".to_owned()];
        assert_eq!(judge(&fields, None, Some("bar.com")).authentication, Authentication::Claimed);
        assert_eq!(judge(&fields, Some("mx.foo.com"), None).authentication, Authentication::Claimed);
    }
}
