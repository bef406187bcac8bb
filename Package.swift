// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target of ours: Swift 6 mode, strict memory safety, no warning left standing.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// One idea a target; imports point upward only (see Documentation/Architecture.md).
func idea(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "vouch",
    platforms: [.macOS(.v15)],
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
    ],
    targets: [
        // numbers
        .target(
            name: "CVouchKernels",
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        idea("TensorCore"),
        idea(
            "Kernels",
            [
                "CVouchKernels", "TensorCore",
                .product(name: "RealModule", package: "swift-numerics"),
            ]),
        // graph
        idea("GraphIR", ["TensorCore"]),
        idea("Autodiff", ["GraphIR", "TensorCore"]),
        idea("CPURuntime", ["GraphIR", "Autodiff", "Kernels", "TensorCore"]),
        // learning
        idea(
            "Optim",
            [
                "CPURuntime", "GraphIR", "Kernels", "TensorCore",
                .product(name: "RealModule", package: "swift-numerics"),
            ]),
        idea("Tables", ["TensorCore"]),
        idea("Evidence"),
        // tests
        tests("TensorCoreTests", ["TensorCore"]),
    ],
    swiftLanguageModes: [.v6]
)
