//! The bindings generator of the version of uniffi that `reefknot-ffi` is built with.
//!
//! It reads the built library: `uniffi-bindgen generate target/debug/libreefknot_ffi.so --language kotlin --out-dir DIR`.
#![forbid(unsafe_code)]

fn main() {
    uniffi::uniffi_bindgen_main();
}
