#!/usr/bin/env bash
# Builds the library for each ABI that Android has, into src/main/jniLibs. Needs the NDK, `cargo install cargo-ndk`, and
# `rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android i686-linux-android`.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../../.."
cargo ndk --platform 26 \
    --target arm64-v8a --target armeabi-v7a --target x86_64 --target x86 \
    --output-dir "$here/src/main/jniLibs" \
    build --release -p reefknot-ffi
