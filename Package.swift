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

let real: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")

/// One idea a target; imports point upward only (see Documentation/Architecture.md).
func idea(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// - Parameter computes: Whether the tests themselves compute much, as twins and simulations do. Where they do not, they
///   are not optimised: VouchTests alone then takes half a minute of a build instead of three. Nobody waits for a module of
///   tests, so that it is not made in a further pass before the objects, which took a sixth of the time. An unsafe flag keeps
///   others from depending on a product whose targets have it; no product has a target of tests.
func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = [],
    exclude: [String] = [], computes: Bool = true
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources,
        swiftSettings: strict
            + (computes ? [] : [.unsafeFlags(["-Onone", "-no-emit-module-separately-wmo"])]))
}

let package = Package(
    name: "vouch",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "vouch", targets: ["VouchCLI"]),
        .library(name: "Vouch", targets: ["Vouch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-numerics.git", exact: "1.1.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-protobuf.git", exact: "1.39.0"),
    ],
    targets: [
        // numbers
        .target(
            name: "CVouchKernels",
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp")]),
        .target(name: "CPlatform"),
        // SHA-256 of Linux; macOS has its own
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        idea("Platform", ["CPlatform"]),
        idea("TensorCore"),
        idea(
            "Kernels",
            [
                "CVouchKernels", "TensorCore",
                real,
            ]),
        // graph
        idea("GraphIR", ["TensorCore"]),
        idea("Autodiff", ["GraphIR", "TensorCore"]),
        idea("CPURuntime", ["GraphIR", "Autodiff", "Kernels", "TensorCore"]),
        // learning
        idea("NN", ["GraphIR", "TensorCore", real]),
        idea(
            "Optim",
            [
                "CPURuntime", "GraphIR", "Kernels", "TensorCore",
                real,
            ]),
        idea(
            "Tables",
            [
                "Platform", "TensorCore",
                real,
            ]),
        idea(
            "Training",
            [
                "Autodiff", "CPURuntime", "GraphIR", "Kernels", "Optim", "Platform", "Tables",
                "TensorCore",
                real,
            ]),
        idea("Statistics", ["TensorCore", real]),
        idea("Prediction", ["Statistics", "Tables", "TensorCore", real]),
        idea(
            "Models",
            [
                "CPURuntime", "GraphIR", "Kernels", "NN", "Prediction", "Statistics", "Tables",
                "TensorCore", "Training", real,
            ]),
        // Others' models: the generated code of the format, then what reads and runs it.
        .target(
            name: "ONNXProto",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["onnx.proto", "onnx-data.proto"]),
        idea(
            "ONNX",
            [
                "GraphIR", "ONNXProto", "TensorCore", real,
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
        // runs them: what can be a graph as one of ours
        idea("Imports", ["CPURuntime", "GraphIR", "Kernels", "ONNX", "TensorCore"]),
        // an imported model and the rows that it takes
        idea("Adoption", ["Models", "ONNX", "Prediction", "Statistics", "Tables", real]),
        idea("Figures"),
        idea("Evidence", ["Figures", "Kernels", "Models", "Prediction", "Statistics", "Tables"]),
        // the six drawbacks
        idea(
            "Cost",
            [
                "Evidence", "Figures", "Kernels", "Models", "NN", "Platform", "Prediction",
                "Statistics", "Tables", real,
            ],
            // Power of processors and carbon of grids are dated data files, kept in the program.
            resources: [
                .embedInCode("Bill/Data/grids.json"), .embedInCode("Bill/Data/processors.json"),
                .embedInCode("Plans/plan-prior.json"),
            ]),
        idea(
            "DataEfficiency",
            [
                "Evidence", "Figures", "Prediction", "Statistics", "Tables", "TensorCore", real,
            ]),
        idea(
            "Explanation",
            [
                "Autodiff", "CPURuntime", "Evidence", "Figures", "GraphIR", "Kernels", "Models", "NN",
                "Prediction", "Statistics", "Tables", "TensorCore", real,
            ]),
        idea(
            "Generalization",
            [
                "Evidence", "Figures", "Kernels", "Models", "Prediction", "Statistics", "Tables",
                "TensorCore",
                real,
            ]),
        // The search space and what tables taught are dated data files, kept in the program.
        idea(
            "Tuning", ["Evidence", "Figures", "Prediction", "Statistics", "TensorCore", real],
            resources: [
                .embedInCode("Search/portfolio.json"), .embedInCode("Search/search-space.json"),
            ]),
        // Rules are dated data files, kept in the program.
        idea(
            "Fairness", ["Evidence", "Figures", "Prediction", "Statistics", real],
            resources: [
                .embedInCode("Rules/nyc-ll144.json"), .embedInCode("Rules/four-fifths.json"),
                .embedInCode("Rules/eu-annex-iv.json"),
            ]),
        // telling
        // The schema is a link to the file in Documentation.
        idea(
            "Reporting", ["Evidence", "Figures", "Statistics"],
            resources: [.embedInCode("report.schema.json")]),
        idea(
            "RunStore",
            [
                "Platform", .target(name: "COpenSSL", condition: .when(platforms: [.linux])),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        // assembly
        // a run: what is asked, its rows, its trainings, its folder
        idea(
            "Runs",
            [
                "Adoption", "Autodiff", "CPURuntime", "Cost", "DataEfficiency", "Evidence", "Explanation",
                "Fairness", "Figures", "Generalization", "GraphIR", "Kernels", "Models", "NN",
                "ONNX", "Optim", "Platform",
                "Prediction", "Reporting", "RunStore", "Statistics", "Tables", "TensorCore",
                "Training", "Tuning", real,
                .product(name: "Yams", package: "Yams"),
            ]),
        // what is told of a run
        idea(
            "Documents",
            [
                "Adoption", "Cost", "DataEfficiency", "Evidence", "Explanation", "Fairness", "Figures",
                "Generalization", "Kernels", "Models", "NN", "Optim", "Platform", "Prediction", "Reporting",
                "RunStore", "Runs", "Statistics", "Tables", "Training", "Tuning",
                .product(name: "Yams", package: "Yams"),
            ]),
        // what a command does with runs, tables and predictions
        idea(
            "Studies",
            [
                "Adoption", "CPURuntime", "Cost", "DataEfficiency", "Documents", "Evidence", "Explanation",
                "Fairness", "Figures", "Generalization", "GraphIR", "Kernels", "Models", "NN", "ONNX",
                "Optim", "Platform", "Prediction", "Reporting", "RunStore", "Runs", "Statistics", "Tables",
                "TensorCore", "Training", "Tuning",
                real,
            ]),
        // the library
        idea(
            "Vouch",
            [
                "CPURuntime", "Documents", "Evidence", "Explanation", "Figures", "GraphIR",
                "Kernels", "Models", "NN", "Optim", "Platform", "Prediction", "Reporting",
                "RunStore", "Runs", "Statistics", "Studies", "Tables", "TensorCore", "Training",
            ]),
        .executableTarget(
            name: "VouchCLI",
            dependencies: [
                "Cost", "Documents", "Evidence", "Explanation", "Fairness", "Figures", "Kernels", "NN", "Optim",
                "Platform", "Reporting", "Runs", "Studies", "Tables", "Training", "Vouch",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: strict),
        // tests
        tests(
            "ExplanationTests",
            [
                "Autodiff", "CPURuntime", "Evidence", "Explanation", "GraphIR", "Kernels", "Models", "NN",
                "Platform", "Prediction", "Statistics", "Tables", "TensorCore", real,
            ], resources: [.copy("Reference")], exclude: ["Verified"]),
        tests(
            "CostTests",
            [
                "CPURuntime", "Cost", "Evidence", "Figures", "GraphIR", "Kernels", "Models", "NN", "Platform", "Prediction",
                "Statistics", "Tables", "TensorCore", real,
            ], computes: false),
        tests(
            "TuningTests", ["Evidence", "Prediction", "Statistics", "TensorCore", "Tuning", real],
            exclude: ["Reference", "Verified"]),
        tests(
            "FairnessTests",
            ["Evidence", "Fairness", "Prediction", "Statistics", "TensorCore", real],
            resources: [
                .copy("Reference/compas_gaps.json"), .copy("Reference/compas_holistic.json"),
                .copy("Reference/compas_predictions.csv"),
                .copy("Reference/consistency.json"), .copy("Reference/gaps.json"),
                .copy("Reference/holistic.json"), .copy("Reference/predictions.csv"),
                .copy("Reference/thresholds.json"),
            ],
            exclude: [
                "Reference/consistency.py", "Reference/gaps.py", "Reference/holistic.py",
                "Reference/thresholds.py", "Verified",
            ]),
        tests("TensorCoreTests", ["TensorCore"]),
        tests(
            "ONNXTests",
            ["ONNX", "ONNXProto", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            resources: [.copy("Reference")], computes: false),
        tests(
            "EngineTests",
            ["Autodiff", "CPURuntime", "GraphIR", "Int8Helper", "Kernels", "NN", "TensorCore"],
            exclude: ["Goldens", "Torch", "Verified"]),
        tests(
            "TablesTests",
            [
                "Tables", "Platform", "TensorCore",
                real,
            ], resources: [.copy("Reference/group_repair.json")],
            exclude: ["Reference/group_repair.py"], computes: false),
        tests(
            "TrainingTests",
            [
                "Training", "NN", "GraphIR", "Kernels", "Optim", "CPURuntime", "Platform",
                "TensorCore", real,
                "AllocationHelper",
            ], computes: false),
        tests(
            "TorchReferenceTests",
            ["Autodiff", "CPURuntime", "GraphIR", "Kernels", "NN", "Optim", "TensorCore"],
            resources: [.copy("Reference")], computes: false),
        tests("PlatformTests", ["Platform", "RunStoreKillHelper"]),
        tests(
            "EvidenceTests",
            [
                "DataEfficiency", "Evidence", "Prediction", "Statistics", "Tables", "TensorCore",
                "Tuning",
                real,
            ], resources: [.copy("Reference")], computes: false),
        tests(
            "GeneralizationTests",
            [
                "Evidence", "Generalization", "Kernels", "Models", "Prediction", "Statistics", "Tables",
                "TensorCore",
                real,
            ], resources: [.copy("Reference")], exclude: ["Verified"], computes: false),
        tests(
            "RunStoreTests", ["RunStore", "Platform", "RunStoreKillHelper", "TensorCore"],
            computes: false),
        tests(
            "VouchTests",
            [
                "Adoption", "ONNX", "Runs", "Documents", "Studies", "VouchCLI", "Cost", "DataEfficiency", "Evidence",
                "Explanation", "Fairness", "Figures", "FuzzedTables", "Generalization", "GraphIR",
                "Kernels", "Models", "NN", "Optim", "Platform", "Prediction", "Reporting", "RunStore",
                "SchemaValidation", "Statistics", "Tables", "TensorCore", "Training", "Tuning", real,
            ], exclude: ["Adopted", "Verified", "ReadersQuestions.json"], computes: false),
        // the library as its users see it
        tests(
            "LibraryTests", ["Vouch", "RunStore", "TableExample", "TensorCore"], computes: false),
        .executableTarget(
            name: "TableExample", dependencies: ["Vouch"],
            path: "Examples/adult-library/Sources/adult-library", swiftSettings: strict),
        // training from more rows than memory holds, measured
        .executableTarget(
            name: "RowsOnDisk", dependencies: ["Platform", "TensorCore", "Vouch"],
            path: "Benchmarks/rows", exclude: ["README.md"], swiftSettings: strict),
        tests(
            "ReportingTests",
            ["Reporting", "Figures", "Evidence", "SchemaValidation", "Statistics", "TensorCore"],
            exclude: ["Snapshots"], computes: false),
        tests(
            "StatisticsTests",
            [
                "Statistics", "TensorCore",
                real,
            ], resources: [.copy("Reference")], exclude: ["Verified"]),
        // a validator of the part of JSON Schema that the report's schema uses
        .target(
            name: "SchemaValidation", path: "Tests/SchemaValidation", swiftSettings: strict),
        // a process that writes run folders, or records looks, until it is killed
        .executableTarget(
            name: "RunStoreKillHelper", dependencies: ["Platform", "RunStore"],
            path: "Tests/RunStoreKillHelper", swiftSettings: strict),
        // made-up tables on their way through the program
        .target(
            name: "FuzzedTables",
            dependencies: [
                "Evidence", "Platform", "Prediction", "Reporting", "RunStore", "Runs", "Statistics",
                "Studies", "Tables", "TensorCore", "Training",
            ], path: "Tests/FuzzedTables", swiftSettings: strict),
        .executableTarget(
            name: "TableFuzz", dependencies: ["FuzzedTables", "Platform"],
            path: "Tests/TableFuzz", swiftSettings: strict),
        // a process whose products of whole numbers may use some of the processor's instructions
        .executableTarget(
            name: "Int8Helper", dependencies: ["CPURuntime", "GraphIR", "Kernels", "TensorCore"],
            path: "Tests/Int8Helper", swiftSettings: strict),
        // a process that trains under a malloc that counts
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .executableTarget(
            name: "AllocationHelper",
            dependencies: [
                "CAllocations", "GraphIR", "Kernels", "NN", "Optim", "TensorCore", "Training",
                "Vouch",
            ], path: "Tests/AllocationHelper", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// `make sanitize` builds the engine and training alone: built for a sanitizer, all else takes most of an hour.
if Context.environment["VOUCH_ENGINE_ALONE"] != nil {
    let kept: Set = [
        "CVouchKernels", "CPlatform", "Platform", "TensorCore", "Kernels", "GraphIR", "Autodiff",
        "CPURuntime", "NN", "Optim", "Tables", "Training", "EngineTests", "TrainingTests",
        "Int8Helper",
    ]
    package.products = []
    package.dependencies = Array(package.dependencies.prefix(1))
    package.targets = package.targets.filter { kept.contains($0.name) }
    for target in package.targets {
        target.dependencies.removeAll {
            if case .byNameItem("AllocationHelper", _) = $0 { true } else { false }
        }
    }
}
