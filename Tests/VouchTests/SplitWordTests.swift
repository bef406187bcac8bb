import Foundation
import Platform
import Prediction
import Runs
import Studies
import Testing

/// The texts of the program's own files.
enum SourceText {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// Swift files below a folder of the repository, by path.
    static func files(below folder: String) throws -> [(path: String, text: String)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map {
            ($0, String(decoding: try Files.read(root + "/" + folder + "/" + $0), as: UTF8.self))
        }
    }

    /// The targets that put everything together, the lowest first.
    static let assembly = ["Runs", "Documents", "Studies", "Vouch"]

    /// Their files, by path below `Sources`.
    static func assembled() throws -> [(path: String, text: String)] {
        try assembly.flatMap { target in
            try files(below: "Sources/" + target).map { (target + "/" + $0.path, $0.text) }
        }
    }
}

/// Splits are cases of `RowSplit`, and held-out rows have one door: what the compiler cannot see.
@Suite struct SplitWordTests {
    /// Run folders, reports and ledgers hold these words.
    @Test func theWordsStay() {
        let splits: [RowSplit] = [.training, .validation, .calibration, .test]
        #expect(splits.map(\.rawValue) == ["train", "validation", "calibration", "test"])
        #expect(splits.map(\.word) == ["training", "validation", "calibration", "test"])
        #expect((splits + [.named("a.csv")]).allSatisfy { RowSplit(rawValue: $0.rawValue) == $0 })
        #expect(
            ["test", "b", "validation", "train"].map(RowSplit.init).sorted().map(\.rawValue)
                == ["train", "validation", "test", "b"])
    }

    /// What is written like a split and is none.
    private static let others = [
        "commandName: \"train\"", "arguments.first == \"train\"", "[\"train\"] + given",
        "\"vouch\", \"train\"", "[[\"train\"], ",  // the command
        "\"training\", PlanText",  // a part of a plan
        "CounterRandom(seed: 0, name: \"calibration\")",  // a stream of random numbers
        "hash(\"test\")",  // a key of the configuration
        "\"train\", \"training\", \"test\", \"testing\"",  // cells of columns that tell splits
        "case \"train\", \"training\":", "\"valid\", \"validation\", \"dev\":", "case \"test\", \"testing\":",  // names of folders
        "purpose: \"training\"",  // what a ledger's run was for
        "name: \"validation\").permutation",  // a stream of random numbers
        "trainings == 1 ?",  // a count of them
    ]

    @Test func noSplitIsALiteral() throws {
        let word = #/"(train|training|validation|calibration|test)"/#
        for (path, text) in try SourceText.files(below: "Sources")
        where path != "Prediction/RowSplit.swift" {
            for line in text.split(separator: "\n") where line.contains(word) {
                #expect(Self.others.contains { line.contains($0) }, "\(path): \(line)")
            }
        }
    }

    /// Looks are recorded, and files of a run's rows are read, behind the door alone; a charge is no look.
    @Test func thereIsOneDoor() throws {
        let allowed = [
            "Ledger.append(": ["Runs/Folder/HeldOutRows.swift", "Runs/Folder/RunCharge.swift"],
            // A mitigation reads its own file, and seals what it reads.
            "PredictionFile.decode(": [
                "Runs/Folder/HeldOutRows.swift", "Studies/Mitigation/MitigationRows.swift",
            ],
        ]
        let files = try SourceText.assembled()
        for (call, places) in allowed {
            #expect(files.filter { $0.text.contains(call) }.map(\.path) == places, "\(call)")
        }
    }
}
