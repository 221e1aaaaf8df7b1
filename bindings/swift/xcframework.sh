#!/usr/bin/env bash
# Builds ReefknotFFI.xcframework for iOS, its simulator and macOS. Needs Xcode, `./generate.sh`, and
# `rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin`.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
target="${CARGO_TARGET_DIR:-target}"
for triple in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin; do
    cargo rustc --release -p reefknot-ffi --lib --crate-type staticlib --target "$triple"
done

# One library for each system, with both processors where there are two.
built="$here/generated/apple"
rm -rf "$built" "$here/ReefknotFFI.xcframework"
mkdir -p "$built/headers" "$built/simulator" "$built/macos"
cp "$here/generated/ReefknotFFI.h" "$here/apple/module.modulemap" "$built/headers/"
library=libreefknot_ffi.a
lipo -create "$target/aarch64-apple-ios-sim/release/$library" "$target/x86_64-apple-ios/release/$library" \
    -output "$built/simulator/$library"
lipo -create "$target/aarch64-apple-darwin/release/$library" "$target/x86_64-apple-darwin/release/$library" \
    -output "$built/macos/$library"
xcodebuild -create-xcframework \
    -library "$target/aarch64-apple-ios/release/$library" -headers "$built/headers" \
    -library "$built/simulator/$library" -headers "$built/headers" \
    -library "$built/macos/$library" -headers "$built/headers" \
    -output "$here/ReefknotFFI.xcframework"
