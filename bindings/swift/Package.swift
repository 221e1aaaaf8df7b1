// swift-tools-version:5.9
import PackageDescription

// `./generate.sh` comes first; on Apple's systems `./xcframework.sh` too.
#if os(Linux)
let ffi = Target.systemLibrary(name: "ReefknotFFI", path: "Sources/ReefknotFFI")
#else
let ffi = Target.binaryTarget(name: "ReefknotFFI", path: "ReefknotFFI.xcframework")
#endif

let package = Package(
    name: "Reefknot",
    platforms: [.iOS(.v13), .macOS(.v10_15)],
    products: [
        .library(name: "Reefknot", targets: ["Reefknot"]),
        .executable(name: "inbox", targets: ["inbox"]),
    ],
    targets: [
        ffi,
        .target(name: "Reefknot", dependencies: ["ReefknotFFI"]),
        .target(name: "InboxExample", dependencies: ["Reefknot"], path: "Examples/inbox/Inbox"),
        .executableTarget(name: "inbox", dependencies: ["InboxExample"], path: "Examples/inbox/main"),
        .testTarget(name: "ReefknotTests", dependencies: ["Reefknot", "InboxExample"]),
    ]
)
