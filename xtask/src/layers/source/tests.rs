//! What is read from a file, and what is passed over.

use super::*;

fn module(path: &str) -> Vec<String> {
    path.split("::").filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// Every reference as `line path`, local ones with `crate` in front.
fn references(text: &str, path: &str) -> Vec<String> {
    let shown = |reference: Reference| match reference.target {
        Target::Local(path) => format!("{} crate::{}", reference.line, path.join("::")),
        Target::Other(path) => format!("{} {}", reference.line, path.join("::")),
    };
    read(text, &module(path)).references.into_iter().map(shown).collect()
}

#[test]
fn use_trees_are_spread_out() {
    let text = "use crate::{\n  value::{self, date::{Date as D, Time}},\n  engine,\n};\nuse std::{fmt, io::*};\nuse chrono::Utc;";
    let expected = [
        "2 crate::value",
        "2 crate::value::date::Date",
        "2 crate::value::date::Time",
        "3 crate::engine",
        "5 std::fmt",
        "5 std::io::*",
        "6 chrono::Utc",
    ];
    assert_eq!(references(text, "itip"), expected);
    assert_eq!(
        references("use {crate::a, ::std::{fs}, super::{super::b, c}};", "x::y"),
        ["1 crate::a", "1 std::fs", "1 crate::b", "1 crate::x::c"]
    );
}

#[test]
fn a_use_tells_what_it_binds() {
    let source = read("use crate::{a, b as c, d::{self, self as e}, f::*, g as _};", &module("x"));
    let bound: Vec<_> =
        source.references.iter().map(|reference| reference.binds.as_deref().unwrap_or("")).collect();
    assert_eq!(bound, ["a", "c", "d", "e", "*", "_"]);
}

#[test]
fn inline_paths_are_resolved_from_their_module() {
    let text = "
        fn f(x: crate::value::Date) -> super::super::engine::Outcome { self::g(); std::fs::read(x)?; Utc::now() }
        pub(in crate::value) fn h() -> impl Sized + use<'_> { Vec::<u8>::new() }
        mod inner { fn i() { super::super::j(); } }
        fn k() { super::l() }
        macro_rules! m { () => { $crate::host::n!() } }
    ";
    let expected = [
        "2 crate::value::Date",
        "2 crate::engine::Outcome",
        "2 crate::value::date::g",
        "2 std::fs::read",
        "2 Utc::now",
        "3 crate::value",
        "4 crate::value::j",
        "5 crate::value::l",
        "6 crate::host::n",
    ];
    assert_eq!(references(text, "value::date"), expected);
}

#[test]
fn comments_documentation_and_strings_are_no_references() {
    let text = "
        //! See [`crate::engine::Outcome`].
        /// use crate::engine;
        /* crate::engine::a /* crate::engine::b */ crate::engine::c */
        #[doc = \"crate::engine\"]
        fn f() { let _ = (r#\"use crate::engine;\" \"#, b\"std::fs::read\", '\"', \"std::env\"); crate::value::d() }
    ";
    assert_eq!(references(text, "itip"), ["6 crate::value::d"]);
}

#[test]
fn test_code_is_passed_over() {
    let text = "
        #[cfg(test)] use crate::{engine, host};
        #[cfg(test)] const A: [u8; 2] = { crate::engine::a() };
        #[cfg(all(test, feature = \"x\"))] pub(crate) fn f<T, U>(x: [u8; 3]) -> crate::engine::B { crate::engine::b() }
        #[cfg(any(test))] #[derive(Debug)] struct S { c: crate::engine::C }
        #[test] #[should_panic] fn g() { crate::engine::d() }
        #[cfg(test)] mod tests { use crate::engine; mod deeper { use crate::host; } }
        struct T { #[cfg(test)] e: crate::engine::E, f: crate::value::F }
        fn h() { #[cfg(test)] crate::engine::g(); crate::value::h() }
    ";
    assert_eq!(references(text, "value"), ["8 crate::value::F", "9 crate::value::h"]);
    assert!(references("#![cfg(test)]\nuse crate::engine;", "value").is_empty());
}

#[test]
fn what_is_also_compiled_outside_tests_is_read() {
    for attribute in [
        "#[cfg(not(test))]",
        "#[cfg(any(test, feature = \"x\"))]",
        "#[cfg(feature = \"test\")]",
        "#[cfg_attr(test, derive(Debug))]",
        "#[cfg(all(unix, not(test)))]",
        "#[inline]",
    ] {
        let text = format!("{attribute} fn f() {{ crate::engine::a() }}");
        assert_eq!(references(&text, "value"), ["1 crate::engine::a"], "{attribute}");
    }
}

#[test]
fn modules_are_found_with_their_attributes() {
    let text = "pub mod a;\nmod b { mod c; }\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\n#[path = \"d_tests.rs\"]\nmod d;\nmod e {}\nmod f;";
    let found: Vec<_> = read(text, &module("x"))
        .modules
        .into_iter()
        .map(|module| (module.line, module.path.join("::"), module.file, module.inline, module.test))
        .collect();
    let expected = [
        (1, "x::a", None, false, false),
        (2, "x::b", None, true, false),
        (2, "x::b::c", None, false, false),
        (4, "x::tests", None, false, true),
        (7, "x::d", Some("d_tests.rs"), false, true),
        (8, "x::e", None, true, false),
        (9, "x::f", None, false, false),
    ];
    let expected = expected.map(|(line, path, file, inline, test)| {
        (line, path.to_owned(), file.map(str::to_owned), inline, test)
    });
    assert_eq!(found, expected);
}

#[test]
fn macros_and_keywords_are_found() {
    let source =
        read("fn f() { std::println!(\"a\"); dbg![x]; if a != (b) {} x.await; r#await(); }", &module("x"));
    assert_eq!(source.macros, [(1, String::from("println")), (1, String::from("dbg"))]);
    let awaits = source.words.iter().filter(|(_, word)| word == "await").count();
    assert_eq!(awaits, 1);
}

#[test]
fn broken_code_is_read_to_its_end() {
    for text in [
        "use",
        "use crate::{",
        "use crate::{{{",
        "use a as",
        "mod",
        "#[",
        "#[cfg(test)]",
        "}}}",
        "extern crate",
        "a::",
        "use ) ;",
        "#[cfg(test)] pub(",
    ] {
        read(text, &module("x"));
    }
}
