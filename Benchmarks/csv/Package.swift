// swift-tools-version: 6.2
import PackageDescription

/// The folders beside `csv-read` are links to the targets they name: symbols of `package` access,
/// which is all that reading a table needs, are seen within one package only.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "csv-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-numerics.git", exact: "1.1.1")
    ],
    targets: [
        .target(name: "CPlatform"),
        .target(name: "Platform", dependencies: ["CPlatform"], swiftSettings: strict),
        .target(name: "TensorCore", swiftSettings: strict),
        .target(
            name: "Tables",
            dependencies: [
                "Platform", "TensorCore",
                .product(name: "RealModule", package: "swift-numerics"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "csv-read", dependencies: ["Tables", "Platform"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
