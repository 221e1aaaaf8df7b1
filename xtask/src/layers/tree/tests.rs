//! Small crates that keep to the rules, and small crates that do not.

use super::*;

fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
    check(&files).iter().map(ToString::to_string).collect()
}

/// What is found in `value.rs` of a crate with a few layers.
fn in_value(text: &str) -> Vec<String> {
    let root = "mod error; pub mod value; pub mod engine;\npub use engine::{Outcome, decide as go};\npub use error::Error; pub use chrono;";
    findings(&[
        ("lib.rs", root),
        ("error.rs", ""),
        ("value.rs", text),
        ("engine.rs", "use crate::{error, value::*};"),
    ])
}

#[test]
fn downward_and_sideways_imports_pass() {
    let text = "use crate::{error::Error, value::date, Error as E, chrono::Utc};\nuse super::error;\nmod date { use super::super::error; }\nfn f() { self::g(); crate::chrono::x() }";
    assert_eq!(in_value(text), Vec::<String>::new());
}

#[test]
fn upward_imports_are_found_in_every_shape() {
    let upward = "layer `value` uses `engine`, which is above it";
    for text in [
        "use crate::engine;",
        "use crate::engine::*;",
        "use crate::{error, engine::Outcome};",
        "use crate::{error::{Error}, value::{self, date}, engine::{a::{b, c as d}}};",
        "use super::engine as e;",
        "use {super::{engine::{self}}};",
        "use crate::Outcome;",
        "use super::go;",
        "pub(crate) use crate::engine;",
        "fn f() { crate::engine::decide() }",
        "fn f(x: super::engine::Outcome) {}",
        "mod date { fn f() -> super::super::engine::Outcome {} }",
        "macro_rules! m { () => { $crate::engine::n() } }",
        "#[cfg(not(test))] use crate::engine;",
        "#[cfg(test)] mod t { } use crate::engine;",
    ] {
        let expected = format!("value.rs:1: {upward}");
        assert!(!in_value(text).is_empty(), "{text}");
        assert!(in_value(text).iter().all(|found| *found == expected), "{text}: {:?}", in_value(text));
    }
}

#[test]
fn the_line_is_that_of_the_name() {
    assert_eq!(
        in_value("\n\nuse crate::{\n    error,\n    engine::{\n        Outcome,\n    },\n};"),
        ["value.rs:6: layer `value` uses `engine`, which is above it"]
    );
}

#[test]
fn text_about_a_layer_is_not_a_use_of_it() {
    let text = "//! [`crate::engine`]\n/* use crate::engine; std::fs::read */\nconst A: &str = \"crate::engine\";\nconst B: &str = r#\"\n\"use crate::engine;\" println!() \"#;\nconst C: char = '\"';";
    assert_eq!(in_value(text), Vec::<String>::new());
}

#[test]
fn the_root_cannot_be_imported_whole() {
    for text in ["use crate::*;", "use super::*;", "use crate::{self as root};", "use super as root;"] {
        let found = in_value(text);
        assert!(found.len() == 1 && found[0].contains("imports the crate's root"), "{text}: {found:?}");
    }
}

#[test]
fn names_of_the_root_must_come_from_a_layer() {
    let found = in_value("use crate::helper;");
    assert_eq!(
        found,
        ["value.rs:1: layer `value` uses `crate::helper`, which belongs to no layer: move it into one"]
    );
    let found = findings(&[("lib.rs", "mod value; pub use value::*;"), ("value.rs", "")]);
    assert_eq!(found, ["lib.rs:1: a glob at the root hides which layer a name comes from: name the items"]);
}

#[test]
fn a_module_outside_the_list_is_found() {
    let found = findings(&[
        ("lib.rs", "mod value;\nmod helpers;\nmod more {}"),
        ("value.rs", ""),
        ("helpers.rs", ""),
    ]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("lib.rs:2: `helpers` is not a layer"), "{found:?}");
    assert!(found[1].starts_with("lib.rs:3: `more` is not a layer"), "{found:?}");
}

#[test]
fn modules_are_followed_into_their_folders() {
    let found = findings(&[
        ("lib.rs", "mod value; mod itip;"),
        ("value/mod.rs", "mod date; mod inline { mod deep; }"),
        ("value/date.rs", "mod parts;"),
        ("value/date/parts.rs", "use crate::itip;"),
        ("value/inline/deep.rs", "use super::super::super::itip;"),
        ("itip.rs", "mod gone;"),
        ("itip/left.rs", ""),
    ]);
    assert_eq!(
        found,
        [
            "itip/left.rs:1: no `mod` declares this file: declare it or delete it",
            "itip.rs:1: `mod gone` has no file",
            "value/date/parts.rs:1: layer `value` uses `itip`, which is above it",
            "value/inline/deep.rs:1: layer `value` uses `itip`, which is above it",
        ]
    );
}

#[test]
fn tests_may_look_anywhere() {
    let found = findings(&[
        ("lib.rs", "mod value; mod engine; #[cfg(test)] mod world;"),
        (
            "value.rs",
            "#[cfg(test)] mod tests;\n#[cfg(test)] #[path = \"value_tests.rs\"] mod more;\n#[cfg(test)] mod inline { mod deep; }",
        ),
        ("value/tests.rs", "use crate::engine; fn f() { std::fs::read(x); println!() }"),
        ("value/tests/table.rs", "use crate::engine;"),
        ("value/inline/deep.rs", "use crate::engine;"),
        ("value_tests.rs", "use crate::engine;"),
        ("world/mod.rs", "use crate::engine;"),
        ("world/bag.rs", "use crate::engine;"),
        ("engine.rs", ""),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_tests_file_compiled_outside_tests_is_code() {
    let found =
        findings(&[("lib.rs", "mod value;"), ("value.rs", "mod tests;"), ("value/tests.rs", "use std::fs;")]);
    assert_eq!(found, ["value/tests.rs:1: `std::fs` is forbidden: files belong to the host"]);
}

#[test]
fn forbidden_calls_are_found() {
    for text in [
        "use std::fs;",
        "use std::fs::File;",
        "use std::{fmt, net::{TcpStream}};",
        "fn f() { ::std::thread::sleep(x) }",
        "fn f() { std::env::var(x) }",
        "use std::process::Command;",
        "use std::time::{Duration, SystemTime};",
        "use std::time::{self, Duration};",
        "use std::time::Instant as Clock;",
        "use std::time::*;",
        "use std::*;",
        "use std as s;",
        "extern crate std as s;",
        "fn f() { std::io::stdin() }",
        "use std::io; fn f() { io::stderr() }",
        "use std::{io::{Read, stdout}};",
        "fn f() { std::backtrace::Backtrace::capture() }",
        "fn f() { Utc::now() }",
        "fn f() { chrono::Utc::now() }",
        "fn f() { chrono::offset::Local::now() }",
        "use chrono::Local;",
        "fn f() { Date::now() }",
        "use mail_builder::mime::make_boundary;",
        "fn f() { rand::random() }",
        "use std::hash::RandomState;",
        "use std::collections::hash_map::RandomState;",
        "fn f() { println!(\"a\") }",
        "fn f() { std::eprintln!(\"a\") }",
        "fn f() { dbg!(x) }",
        "include!(\"other.rs\");",
        "async fn f() {}",
        "fn f() { unsafe { g() } }",
    ] {
        let found = in_value(text);
        assert!(found.len() == 1 && found[0].contains("forbidden"), "{text}: {found:?}");
    }
}

#[test]
fn allowed_neighbours_of_the_forbidden_pass() {
    for text in [
        "use std::{fmt, io::{self, Read}, time::Duration, sync::OnceLock};",
        "use chrono::{DateTime, NaiveDate, Utc};",
        "fn f() { crate::value::std::fs(); self::rand::x(); now(); println; x != (y) }",
        "struct Instant; fn f(local: Local) { include_str!(\"zones.txt\"); env!(\"CARGO_PKG_VERSION\") }",
        "#![forbid(unsafe_code)]",
    ] {
        assert_eq!(in_value(text), Vec::<String>::new(), "{text}");
    }
}
