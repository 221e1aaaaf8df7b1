//! Input made to cost more than it weighs. Each kind can be made in any size, so that a bench can double it.

/// A kind of hostile input.
#[derive(Clone, Copy, Debug)]
pub struct Hostile {
    /// What is wrong with it.
    pub name: &'static str,
    /// Makes about that many octets of it.
    pub make: fn(usize) -> Vec<u8>,
}

/// The sizes in octets: each twice the one before.
pub const SIZES: [usize; 4] = [128 << 10, 256 << 10, 512 << 10, 1 << 20];

/// All kinds.
pub const ALL: [Hostile; 12] = [
    Hostile { name: "blank lines", make: |size| repeat("", "\r\n", size, "") },
    Hostile { name: "lone CRs", make: |size| repeat("BEGIN:VCALENDAR\r", "A:b\r", size, "") },
    Hostile { name: "one long line", make: |size| repeat("BEGIN:VCALENDAR\r\nX:", "x", size, "\r\n") },
    Hostile {
        name: "folds of one octet",
        make: |size| repeat("BEGIN:VCALENDAR\r\nX:", "\r\n x", size, "\r\n"),
    },
    Hostile { name: "empty folds", make: |size| repeat("BEGIN:VCALENDAR\r\nX:", "\r\n ", size, "\r\n") },
    Hostile { name: "blank lines in a fold", make: |size| repeat("X:a", "\n", size, " b\nY:c\n") },
    Hostile { name: "parameters", make: |size| repeat("BEGIN:VCALENDAR\r\nX", ";A=\"b\"", size, ":c\r\n") },
    Hostile { name: "open quotes", make: |size| repeat("BEGIN:VCALENDAR\r\n", "X;A=\"b:c\r\n", size, "") },
    Hostile { name: "lines without a colon", make: |size| repeat("BEGIN:VCALENDAR\r\n", "x\r\n", size, "") },
    Hostile { name: "empty components", make: |size| repeat("", "BEGIN:A\r\nEND:A\r\n", size, "") },
    Hostile {
        name: "ends of nothing",
        make: |size| repeat(&"BEGIN:A\r\n".repeat(30), "END:B\r\n", size, ""),
    },
    Hostile {
        name: "ends below a long name",
        make: |size| {
            let mut text = repeat("BEGIN:", "x\r\n ", size / 2, "\r\n");
            text.extend_from_slice(&repeat("", "END:B\r\n", size / 2, ""));
            text
        },
    },
];

fn repeat(before: &str, unit: &str, size: usize, after: &str) -> Vec<u8> {
    format!("{before}{}{after}", unit.repeat(size / unit.len())).into_bytes()
}
