//! Components to bytes: folded at 75 octets on a character boundary, ended by CRLF.

use super::Component;
use super::component::Entry;

/// Octets of a physical line, its end not counted (RFC 5545 §3.1).
const LINE: usize = 75;

/// Appends one unfolded line, folding it.
pub(super) fn line(out: &mut Vec<u8>, mut rest: &[u8]) {
    let mut room = LINE;
    while rest.len() > room {
        let cut = boundary(rest, room);
        out.extend_from_slice(&rest[..cut]);
        out.extend_from_slice(b"\r\n ");
        rest = &rest[cut..];
        room = LINE - 1;
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(b"\r\n");
}

/// The last place at or before `room` that is not inside a UTF-8 character.
fn boundary(rest: &[u8], room: usize) -> usize {
    // A character is at most four octets; what has no start within that is not UTF-8.
    (room - 3..=room).rev().find(|&at| rest[at] & 0xC0 != 0x80).unwrap_or(room)
}

/// Prints a component and everything in it; a nameless one prints only what it holds.
pub(super) fn component(out: &mut Vec<u8>, top: &Component) {
    let mut walk = vec![(top, top.entries().iter())];
    top.print_begin(out);
    while let Some((component, entries)) = walk.last_mut() {
        match entries.next() {
            Some(Entry::Property(text)) => line(out, &text.unfolded(component.source())),
            Some(Entry::Unreadable(span)) => {
                line(out, &super::source::unfold(component.source().slice(*span)));
            }
            Some(Entry::Component(inner)) => {
                inner.print_begin(out);
                walk.push((inner, inner.entries().iter()));
            }
            None => {
                component.print_end(out);
                walk.pop();
            }
        }
    }
}
