// swift-tools-version: 6.2
import PackageDescription

/// The folders beside `engine-step` are links to the targets they name: symbols of `package` access
/// are seen within one package only.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let real: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")

func idea(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "engine-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-numerics.git", exact: "1.1.1")
    ],
    targets: [
        .target(
            name: "CVouchKernels",
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        .target(name: "CPlatform"),
        idea("Platform", ["CPlatform"]),
        idea("TensorCore"),
        idea("Tables", ["Platform", "TensorCore", real]),
        idea("Kernels", ["CVouchKernels", "TensorCore", real]),
        idea("GraphIR", ["TensorCore"]),
        idea("Autodiff", ["GraphIR", "TensorCore"]),
        idea("CPURuntime", ["GraphIR", "Autodiff", "Kernels", "TensorCore"]),
        idea("NN", ["GraphIR", "TensorCore"]),
        idea("Optim", ["CPURuntime", "GraphIR", "Kernels", "TensorCore", real]),
        idea(
            "Training",
            [
                "Autodiff", "CPURuntime", "GraphIR", "Kernels", "Optim", "Platform", "Tables",
                "TensorCore", real,
            ]),
        .executableTarget(
            name: "engine-step",
            dependencies: [
                "Autodiff", "CPURuntime", "GraphIR", "Kernels", "NN", "Optim", "Platform",
                "TensorCore", "Training",
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
