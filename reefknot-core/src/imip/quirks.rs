//! What mails do that the standards do not say, in one table: each with where it was seen.

/// One habit of a mail program or service, and what is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// The code that a [`Note`](super::Note) about it carries.
    pub code: &'static str,
    /// Who writes such mail.
    pub seen_from: &'static str,
    /// What is done about it, in words for a log or a status line.
    pub answer: &'static str,
}

/// Every habit the reader knows.
pub const QUIRKS: &[Quirk] = &[
    Quirk {
        code: "same-calendar-twice",
        seen_from: "Gmail, Fastmail, Outlook.com: text/calendar beside an attached invite.ics",
        answer: "the same calendar is in the mail more than once; it counts once",
    },
    Quirk {
        code: "attachment-only",
        seen_from: "Apple Mail and booking sites: the calendar is only an attached application/ics",
        answer: "the calendar is an attachment without a text/calendar part; it is read all the same",
    },
    Quirk {
        code: "method-param-missing",
        seen_from: "Apple Mail and ticket shops: text/calendar without a method parameter",
        answer: "the part does not name its method (RFC 6047 §2.4); the METHOD inside counts",
    },
    Quirk {
        code: "method-mismatch",
        seen_from: "relays and list servers that rewrite parts; Exchange on forwarding",
        answer: "the part names another method than the calendar (RFC 6047 §2.4); the METHOD inside counts",
    },
    Quirk {
        code: "method-property-missing",
        seen_from: "Exchange published calendars; exports attached by hand",
        answer: "the calendar has no METHOD; it is data and no scheduling message (RFC 5546 §1.4)",
    },
    Quirk {
        code: "charset-label-wrong",
        seen_from: "older Exchange and mail gateways: us-ascii or iso-8859-1 over UTF-8 text",
        answer: "the part is UTF-8, which its character set label denies; it is read as UTF-8",
    },
    Quirk {
        code: "charset-converted",
        seen_from: "Outlook before 2007 and groupware servers: windows-125x or iso-8859 calendars",
        answer: "the calendar is not UTF-8 (RFC 5545 §3.1.4); it is converted by its label",
    },
    Quirk {
        code: "charset-unknown",
        seen_from: "broken gateways",
        answer: "the calendar is neither UTF-8 nor in a character set known here; unreadable characters are replaced",
    },
    Quirk {
        code: "encoding-broken",
        seen_from: "mail cut off on the way; gateways that double-encode",
        answer: "the transfer encoding of a part cannot be undone; the part is read as it stands",
    },
    Quirk {
        code: "winmail-dat",
        seen_from: "Outlook sending rich text through Exchange: application/ms-tnef",
        answer: "the invitation is in winmail.dat, which cannot be read here; ask the sender to send it as iCalendar",
    },
    Quirk {
        code: "type-is-not-calendar",
        seen_from: "webmail and phone gateways: an .ics file as application/octet-stream",
        answer: "a file is named .ics but not declared as a calendar; it is not read (RFC 6047 §2.6)",
    },
    Quirk {
        code: "forwarded",
        seen_from: "Outlook, Apple Mail and Thunderbird: an invitation forwarded as an attached message",
        answer: "the calendar is in a forwarded message; who sent this mail is not who speaks in it",
    },
    Quirk {
        code: "sender-is-not-from",
        seen_from: "Google Calendar, iCloud and Exchange delegates: a Sender other than From",
        answer: "somebody else sent the mail on behalf of its From address",
    },
    Quirk {
        code: "list-mail",
        seen_from: "mailing lists (Mailman, Google Groups)",
        answer: "the mail came through a list, which may have changed it or its From address",
    },
    Quirk {
        code: "several-from",
        seen_from: "hand-made and forged mail",
        answer: "the mail names several authors; none of them is taken as the sender",
    },
    Quirk {
        code: "signed",
        seen_from: "S/MIME and OpenPGP users",
        answer: "the mail is signed; the signature is not checked here",
    },
    Quirk {
        code: "encrypted",
        seen_from: "S/MIME and OpenPGP users",
        answer: "the mail is encrypted and cannot be read here; decrypt it first",
    },
    Quirk {
        code: "no-calendar-inside",
        seen_from: "empty and truncated attachments",
        answer: "a part is declared as a calendar but holds none",
    },
    Quirk {
        code: "too-deep",
        seen_from: "mail forwarded many times; hostile mail",
        answer: "some parts lie too deep inside each other and were not opened",
    },
];

/// The quirk of that code.
pub(super) fn quirk(code: &str) -> Option<&'static Quirk> {
    QUIRKS.iter().find(|quirk| quirk.code == code)
}
