import Foundation
import Platform
import Testing

/// Every command of Documentation/Guides, in order, on a small sample of Adult.
@Suite struct GuideTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// Those that others build on come first.
    private static let guides = [
        "GettingStarted", "Cost", "DataHunger", "Opacity", "Overfitting", "HyperParameters", "Tuning",
        "Bias", "Adopting",
    ]

    /// The lines of a guide's `sh` blocks that start with `vouch`, with those that go on after a backslash.
    private static func commands(of guide: String) throws -> [String] {
        let file = root.appending(path: "Documentation/Guides/\(guide).md")
        let text = try String(contentsOf: file, encoding: .utf8)
        var isInside = false
        var lines: [String] = []
        var begun = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInside = line == "```sh"
                continue
            }
            guard isInside else { continue }
            begun += line.trimmingPrefix { $0 == " " }
            if begun.hasSuffix("\\") {
                begun.removeLast()
            } else {
                if !begun.isEmpty { lines.append(begun) }
                begun = ""
            }
        }
        return lines
    }

    @Test func everyGuideIsRun() throws {
        let folder = Self.root.appending(path: "Documentation/Guides")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
            .filter { $0.hasSuffix(".md") && $0 != "Library.md" }
        #expect(Set(files) == Set(Self.guides.map { $0 + ".md" }))
        for guide in Self.guides {
            let lines = try Self.commands(of: guide)
            #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("vouch ") }, "\(guide)")
        }
    }

    /// Links of the guides lead to files.
    @Test func linksLeadSomewhere() throws {
        for guide in Self.guides + ["Library"] {
            let folder = Self.root.appending(path: "Documentation/Guides")
            let text = try String(
                contentsOf: folder.appending(path: guide + ".md"), encoding: .utf8)
            for match in text.matches(of: /\]\(([^)#]+)\)/) {
                let target = String(match.1).replacing(/\s+/, with: "")
                guard !target.hasPrefix("http") else { continue }
                let path = folder.appending(path: target).standardized.path()
                #expect(FileManager.default.fileExists(atPath: path), "\(guide): \(target)")
            }
        }
    }

    @Test func commandsOfTheGuidesWork() throws {
        let scratch = try Scratch()
        try Self.prepare(scratch)
        for guide in Self.guides {
            for command in try Self.commands(of: guide) {
                let (status, text) = try Self.run(command, in: scratch.path)
                #expect(status == 0, "\(guide): \(command)\n\(text.suffix(600))")
            }
        }
    }

    /// The files that the guides name.
    private static func prepare(_ scratch: Scratch) throws {
        let lines = try Adult.lines(2700)
        func write(_ name: String, _ rows: some Sequence<String>) throws {
            _ = try scratch.write(
                ([lines[0]] + rows).joined(separator: "\n") + "\n", to: name)
        }
        try write("adult_train.csv", lines[1...1500])
        try write("adult_test.csv", lines[1501...2100])
        try write("new_rows.csv", lines[2101...2400])
        try write("labelled_rows.csv", lines[2401...2700])
        try write("labelled.csv", lines[1...200])
        let cut = ([lines[0]] + lines[201...400]).map { $0[..<($0.lastIndex(of: ",") ?? $0.endIndex)] }
        _ = try scratch.write(cut.joined(separator: "\n") + "\n", to: "pool.csv")
        try write(
            "partly_labelled.csv",
            lines[1...400].enumerated().map { place, line in
                guard place >= 150, let comma = line.lastIndex(of: ",") else { return line }
                return String(line[...comma])
            })
        _ = try scratch.write(
            Files.read(AdoptedModels.path("adult_linear.onnx")), to: "model.onnx")
        let rules = try Files.read(root.path() + "/Benchmarks/data/rules/adult.yaml")
        _ = try scratch.write(rules, to: "rules.yaml")
        _ = try scratch.write(
            "learning-rate: {from: 0.0005, to: 0.02, scale: log}\ndropout: [0, 0.1, 0.2, 0.4]\n",
            to: "space.yaml")
        _ = try scratch.write(
            "data: adult_train.csv\ntarget: class\nprotected: [sex, race]\nmodel: mlp\nwidth: 32\nepochs: 2\n",
            to: "train.yaml")
    }

    /// A command as a person would start it in a shell; trainings are short and networks narrow.
    private static func run(_ command: String, in folder: String) throws -> (Int32, String) {
        var command = command
        if command.hasPrefix("vouch train ") {
            let has = { command.contains("--" + $0) }
            if !has("config") {
                command += has("model") ? "" : " --model mlp"
                command += " --epochs 2"
                // The other kinds have no such layers.
                let isNetwork = ["mlp", "ensemble"].contains { command.contains("--model " + $0) }
                command += isNetwork ? " --width 32" : ""
            }
            command += has("probe-budget") ? "" : " --probe-budget 0s"
            command += " --quiet --overwrite"
        }
        if command.hasPrefix("vouch tune adult") {
            command = command.replacing("--budget 10m", with: "--trials 2")
            command += " --model mlp --epochs 2 --width 32 --quiet"
        }
        if command.hasPrefix("vouch tune --resume") {
            command = command.replacing("--budget 5m", with: "--trials 3") + " --quiet"
        }
        if command.hasPrefix("vouch audit predictions.csv") {
            try predictions(in: folder)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = URL(filePath: folder)
        let programs = CommandTests.program.deletingLastPathComponent().path()
        let environment = ProcessInfo.processInfo.environment
        process.environment = environment.merging([
            "PATH": programs + ":" + (environment["PATH"] ?? "/usr/bin:/bin"),
            "VOUCH_HOME": folder + "/home",
        ]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    /// Somebody's predictions: an answer, a probability and groups.
    private static func predictions(in folder: String) throws {
        var text = "y,p,sex,race,age\n"
        for row in 0..<800 {
            let isPositive = (row * 37) % 100 < 30
            let score = (isPositive ? 55 : 30) + (row * 53) % 40
            let sex = (row * 13) % 3 == 0 ? "Female" : "Male"
            let race = ["White", "Black", "Other"][(row * 7) % 10 < 6 ? 0 : (row * 7) % 10 < 8 ? 1 : 2]
            text += "\(isPositive ? 1 : 0),0.\(score),\(sex),\(race),\(18 + (row * 11) % 60)\n"
        }
        try Data(text.utf8).write(to: URL(filePath: folder + "/predictions.csv"))
    }
}
