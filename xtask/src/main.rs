//! The developers' commands: `cargo xtask test`, `cargo xtask layers`.

fn main() {}
