#!/usr/bin/env bash
# Builds the library and writes the Swift sources that belong to it.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
cargo xtask bindings swift "$here/generated"
cp "$here/generated/Reefknot.swift" "$here/Sources/Reefknot/"
cp "$here/generated/ReefknotFFI.h" "$here/Sources/ReefknotFFI/"
