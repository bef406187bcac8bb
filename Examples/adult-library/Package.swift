// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that it sees of Vouch what its users see: the public library. The repository's
/// `make test` builds the same source as its target `TableExample`.
let package = Package(
    name: "adult-library",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "vouch", path: "../..")],
    targets: [
        .executableTarget(
            name: "adult-library", dependencies: [.product(name: "Vouch", package: "vouch")])
    ],
    swiftLanguageModes: [.v6]
)
