//! Builds the C shim of libical where its headers are installed, and says so where they are not.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(libical)");
    println!("cargo::rerun-if-changed=src/libical.c");
    match pkg_config::Config::new().cargo_metadata(false).probe("libical") {
        Ok(library) => {
            cc::Build::new()
                .file("src/libical.c")
                .includes(&library.include_paths)
                .compile("reefknot_libical");
            for path in &library.link_paths {
                println!("cargo::rustc-link-search=native={}", path.display());
            }
            println!("cargo::rustc-link-lib=ical");
            println!("cargo::rustc-cfg=libical");
        }
        Err(_) => {
            println!(
                "cargo::warning=libical is left out: its headers are not installed (Debian: apt-get install libical-dev pkg-config)"
            );
        }
    }
}
