import Foundation
import Platform
import Prediction
import Runs

/// A folder of one test, removed when it ends.
final class Scratch {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-tests-" + UUID().uuidString).path
        try Files.makeFolder(path)
    }

    deinit { try? Files.remove(path) }

    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try AtomicFile.write(bytes, to: path + "/" + name)
        return path + "/" + name
    }

    /// Everything in the folder, hidden files too.
    var names: [String] { get throws { try Files.names(in: path) } }
}

/// What the command line says of an error: settings are called by their options.
func asTyped(_ error: (any Error)?) -> String {
    guard let error else { return "" }
    return (error as? any PlainError)?.text { "--" + $0 } ?? "\(error)"
}

/// The bundled Adult data.
enum Adult {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Examples/adult").path
    static let train = folder + "/adult_train.csv"
    static let test = folder + "/adult_test.csv"

    /// The header and the first rows.
    static func lines(_ count: Int) throws -> [String] {
        let text = String(decoding: try Files.read(train), as: UTF8.self)
        return text.split(separator: "\n").prefix(count + 1).map(String.init)
    }

    static func csv(_ rows: Int) throws -> String { try lines(rows).joined(separator: "\n") + "\n" }
}

/// Rows of a run as it keeps them; a test looks at them through the door, as anybody does.
func storedRows(_ run: String, _ split: RowSplit) throws -> LabelledPredictions {
    var door = HeldOutRows(of: run, for: "a test of this program")
    return try door.open(split)
}

/// A quick training on a file, without the probes that train again.
func quick(
    _ data: String, target: String = "class", out: String,
    _ change: (inout TrainConfiguration) -> Void = { _ in }
) -> TrainConfiguration {
    var configuration = TrainConfiguration(data: data, output: out)
    configuration.columns.target = target
    configuration.model.width = 32
    configuration.learning.epochs = 2
    configuration.evidence.probeSeconds = 0
    change(&configuration)
    return configuration
}
