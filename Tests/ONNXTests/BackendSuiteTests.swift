import Foundation
import ONNX
import Testing

/// The node tests of the ONNX backend suite, from the package `onnx` that `Scripts/onnx-suite` unpacks.
///
/// `VOUCH_ONNX_SUITE` names its folder; `make verify` sets it, and writes `Verified/backend-suite.md`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["VOUCH_ONNX_SUITE"] != nil))
struct BackendSuiteTests {
    /// Why tests are not counted among those that have to pass, by what their refusal or name holds. What is in none of
    /// these has to pass.
    private static let excluded: [(words: [String], reason: String)] = [
        (["float8", "FLOAT8", "f8"], "floats of 8 bits are not held"),
        (["int4", "INT4"], "whole numbers of 4 bits are not held"),
        (["version 6 of the operators", "version 1 of the operators"], "opsets before 7"),
        (["(Bernoulli)", "(RandomUniformLike)", "drops at random"], "random results"),
        (["ai.onnx.preview.training"], "optimizers are no part of a model"),
        (["(ImageDecoder)"], "pictures in files are decoded elsewhere"),
        (["FLOAT_to_BFLOAT16"], "the suite's data cuts a float to a bfloat16; ONNX rounds to the nearest"),
        (
            ["test_qlinearmatmul_2D_int8", "test_qlinearmatmul_3D_int8"],
            "the suite's data wraps a sum beyond int8; ONNX saturates"
        ),
        (
            ["averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True"],
            "the suite's data counts places beyond the padding; ONNX Runtime gives our number"
        ),
    ]

    @Test func nodeTestsPass() throws {
        let root = URL(
            fileURLWithPath: ProcessInfo.processInfo.environment["VOUCH_ONNX_SUITE"] ?? "")
        var lines = [
            "# The backend suite of ONNX", "",
            "Written by `BackendSuiteTests` (`make verify`): tests of the package `onnx` as files, at the suite's own "
                + "tolerances.", "",
            "| folder | tests | passed | not counted |", "|---|---:|---:|---:|",
        ]
        var reasons: [String: Int] = [:]
        var passedNodes = 0
        for folder in ["node", "simple", "pytorch-operator", "pytorch-converted"] {
            let place = root.appending(path: folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
            var passed = 0
            var left = 0
            for name in names {
                let told: String
                switch NodeCase(folder: place.appending(path: name)).run() {
                case .passed:
                    passed += 1
                    continue
                case .refused(let why), .failed(let why): told = "\(name): \(why)"
                }
                let reason = Self.excluded.first { $0.words.contains { told.contains($0) } }?.reason
                if let reason { reasons[reason, default: 0] += 1 }
                left += reason == nil ? 0 : 1
                #expect(reason != nil, "\(told)")
            }
            if folder == "node" { passedNodes = passed }
            lines.append("| \(folder) | \(names.count) | \(passed) | \(left) |")
        }
        #expect(passedNodes >= 1_000)
        lines += ["", "| not counted | tests |", "|---|---:|"]
        lines += reasons.sorted { $0.key < $1.key }.map { "| \($0.key) | \($0.value) |" }
        let text = lines.joined(separator: "\n") + "\n"
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/backend-suite.md")
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
}
