// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that it sees of Vouch what its users see: the public library.
let package = Package(
    name: "fashion",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "vouch", path: "../..")],
    targets: [
        .executableTarget(
            name: "fashion", dependencies: [.product(name: "Vouch", package: "vouch")]),
        .executableTarget(
            name: "one-row", dependencies: [.product(name: "Vouch", package: "vouch")]),
    ],
    swiftLanguageModes: [.v6]
)
