//! What `cargo xtask layers` enforces, as data: the order of the layers, and what the core may not touch.

/// The layers of `reefknot-core`, lowest first. Each is one top-level module and uses only those before it.
pub(super) const LAYERS: &[&str] = &[
    "error",
    "value",
    "ical",
    "registry",
    "time",
    "recurrence",
    "lint",
    "scheduling",
    "itip",
    "freebusy",
    "policy",
    "routing",
    "words",
    "imip",
    "engine",
    "host",
];

/// How much of a path a [`ForbiddenPath`] describes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The path begins so; whatever follows is forbidden too.
    Prefix,
    /// The path is exactly this one; naming something inside it may be fine.
    Whole,
    /// These segments, next to each other, anywhere in the path.
    Within,
}

/// A path that the core's code may not name.
pub(super) struct ForbiddenPath {
    pub(super) segments: &'static [&'static str],
    pub(super) extent: Extent,
    pub(super) because: &'static str,
}

const fn forbidden(
    extent: Extent,
    segments: &'static [&'static str],
    because: &'static str,
) -> ForbiddenPath {
    ForbiddenPath { segments, extent, because }
}

const CLOCK: &str = "time is an argument";
const RANDOM: &str = "randomness comes from the host";
const HIDES: &str = "it hides what is used: name the items";

/// The paths that the core's code may not name, tests apart.
pub(super) const FORBIDDEN_PATHS: &[ForbiddenPath] = &[
    forbidden(Extent::Prefix, &["std", "fs"], "files belong to the host"),
    forbidden(Extent::Prefix, &["std", "net"], "sockets belong to the host"),
    forbidden(Extent::Prefix, &["std", "os"], "the core runs the same everywhere"),
    forbidden(Extent::Prefix, &["std", "thread"], "threads belong to the host"),
    forbidden(Extent::Prefix, &["std", "process"], "processes belong to the host"),
    forbidden(Extent::Prefix, &["std", "env"], "the environment belongs to the host"),
    forbidden(Extent::Prefix, &["std", "backtrace"], "capturing one asks the environment"),
    forbidden(Extent::Within, &["io", "stdin"], "terminals belong to the host"),
    forbidden(Extent::Within, &["io", "stdout"], "terminals belong to the host"),
    forbidden(Extent::Within, &["io", "stderr"], "terminals belong to the host"),
    forbidden(Extent::Prefix, &["std", "time", "SystemTime"], CLOCK),
    forbidden(Extent::Prefix, &["std", "time", "Instant"], CLOCK),
    forbidden(Extent::Prefix, &["std", "time", "*"], HIDES),
    forbidden(Extent::Whole, &["std", "time"], HIDES),
    forbidden(Extent::Whole, &["std", "io", "*"], HIDES),
    forbidden(Extent::Whole, &["std", "*"], HIDES),
    forbidden(Extent::Whole, &["std"], HIDES),
    forbidden(Extent::Prefix, &["chrono", "Local"], CLOCK),
    forbidden(Extent::Within, &["SystemTime", "now"], CLOCK),
    forbidden(Extent::Within, &["Instant", "now"], CLOCK),
    forbidden(Extent::Within, &["Utc", "now"], CLOCK),
    forbidden(Extent::Within, &["Local", "now"], CLOCK),
    forbidden(Extent::Within, &["Date", "now"], CLOCK),
    forbidden(Extent::Within, &["make_boundary"], CLOCK),
    forbidden(Extent::Within, &["RandomState"], RANDOM),
    forbidden(Extent::Prefix, &["rand"], RANDOM),
    forbidden(Extent::Prefix, &["getrandom"], RANDOM),
    forbidden(Extent::Prefix, &["fastrand"], RANDOM),
];

/// Macros that the core's code may not call, tests apart.
pub(super) const FORBIDDEN_MACROS: &[(&str, &str)] = &[
    ("print", "the core answers with values"),
    ("println", "the core answers with values"),
    ("eprint", "the core answers with values"),
    ("eprintln", "the core answers with values"),
    ("dbg", "the core answers with values"),
    ("include", "it hides code from this check: make it a module"),
];

/// Keywords that the core's code may not use, tests apart.
pub(super) const FORBIDDEN_WORDS: &[(&str, &str)] = &[
    ("async", "the core computes; hosts wait"),
    ("await", "the core computes; hosts wait"),
    ("unsafe", "the core is safe code only"),
];

/// The crates reviewed for the core's default features, each with what it is there for.
///
/// To review one is to read what it does at run time: no file, socket, clock, randomness, environment or thread.
pub(super) const ALLOWED_CRATES: &[(&str, &str)] = &[
    ("reefknot-core", "the core itself"),
    ("chrono", "civil dates and their arithmetic, without its `clock` and `now` features"),
    ("chrono-tz", "the IANA time zones as tables"),
    ("num-traits", "chrono's number traits"),
    ("phf", "chrono-tz's table of zone names, fixed at compile time"),
    ("phf_shared", "hashing for phf"),
    ("siphasher", "hashing for phf with a fixed key"),
    ("memchr", "finds line ends and delimiters"),
    ("serde", "scheduling state and outcomes as data"),
    ("serde_core", "serde's traits"),
    ("serde_derive", "serde's derive; runs at compile time"),
    ("thiserror", "the error type"),
    ("thiserror-impl", "thiserror's derive; runs at compile time"),
    ("mail-parser", "reads mail; borrows from the bytes it is given"),
    (
        "mail-builder",
        "writes mail; takes the clock only where no boundary, Date or Message-ID is given: give them",
    ),
    ("hashify", "mail-parser's keyword tables; runs at compile time"),
    ("indexmap", "used by hashify; runs at compile time"),
    ("hashbrown", "used by indexmap; runs at compile time"),
    ("equivalent", "used by indexmap; runs at compile time"),
    ("proc-macro2", "what derives are made of; runs at compile time"),
    ("quote", "what derives are made of; runs at compile time"),
    ("syn", "what derives are made of; runs at compile time"),
    ("unicode-ident", "what derives are made of; runs at compile time"),
];

/// Crates that will not pass a review, with what each would bring in.
pub(super) const FORBIDDEN_CRATES: &[(&str, &str)] = &[
    ("async-std", "an async runtime"),
    ("fastrand", "randomness"),
    ("gethostname", "the machine's name"),
    ("getrandom", "randomness"),
    ("hostname", "the machine's name"),
    ("iana-time-zone", "the machine's time zone"),
    ("icalendar", "a clock and random UIDs; it belongs behind the feature `icalendar`"),
    ("lettre", "sockets"),
    ("libc", "system calls"),
    ("localzone", "the machine's time zone"),
    ("mio", "sockets"),
    ("rand", "randomness"),
    ("rand_core", "randomness"),
    ("rayon", "threads"),
    ("reqwest", "sockets"),
    ("rusqlite", "files"),
    ("smol", "an async runtime"),
    ("socket2", "sockets"),
    ("tempfile", "files"),
    ("tokio", "an async runtime"),
    ("ureq", "sockets"),
    ("uuid", "randomness and a clock"),
    ("walkdir", "files"),
    ("windows-sys", "system calls"),
];

/// Features of allowed crates that would bring a clock or the machine's settings back in.
pub(super) const FORBIDDEN_FEATURES: &[(&str, &str, &str)] = &[
    ("chrono", "clock", "a clock and the machine's time zone"),
    ("chrono", "now", "a clock"),
    ("chrono", "wasmbind", "the browser's clock"),
    ("mail-builder", "gethostname", "the machine's name"),
];
