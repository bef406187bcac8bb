import Platform
import Runs

extension RowFile {
    /// Writes a file of rows, part by part; it appears whole or not at all.
    ///
    /// - Parameters:
    ///   - path: What stood there before is replaced.
    ///   - features: Numbers of a row.
    ///   - isWeighted: Whether rows weigh differently in the loss.
    ///   - append: Is given what it appends rows to. What it throws is thrown, and no file is left.
    /// - Throws: where the file cannot be written, rows cannot be, or there is none.
    /// - Complexity: 4 bytes a row in memory, or 8 with weights.
    public static func write(
        to path: String, features: Int, isWeighted: Bool = false,
        _ append: (inout Writer) throws -> Void
    ) throws -> RowFile {
        guard features > 0 else {
            throw NetworkError(
                writing, at: path, "rows of \(features) numbers cannot be",
                nextStep: "Give the numbers of a row, at least 1.")
        }
        var writer = try Writer(path, features: features, isWeighted: isWeighted)
        try append(&writer)
        try writer.finish(path)
        return try RowFile(contentsOf: path)
    }

    /// Takes the rows of a file that is being written.
    public struct Writer: ~Copyable {
        private let features: Int
        private let isWeighted: Bool
        private var stream: RowStream

        /// Rows that were appended so far.
        public var rows: Int { stream.rows }

        fileprivate init(
            _ path: String, features: Int, isWeighted: Bool
        ) throws(NetworkError) {
            do {
                stream = try RowStream(path, features: features, isWeighted: isWeighted)
            } catch { throw NetworkError(error) }
            self.features = features
            self.isWeighted = isWeighted
        }

        /// Adds rows, which are written at once: some thousands a call are fast.
        ///
        /// - Parameters:
        ///   - features: `[rows, features]`, one row after the other; finite.
        ///   - labels: The class of each row, from 0.
        ///   - weights: One a row, finite and ≥ 0; `nil` for ones.
        /// - Throws: where a number cannot be, or the disk takes no more.
        public mutating func append(
            features numbers: [Float], labels classes: [Int], weights own: [Float]? = nil
        ) throws(NetworkError) {
            func wrong(_ row: Int?, _ problem: String, _ nextStep: String) -> NetworkError {
                NetworkError(
                    RowFile.writing, at: row.map { "row \(rows + $0)" } ?? "the arrays", problem,
                    nextStep: nextStep)
            }
            guard numbers.count == classes.count * features,
                own.map({ $0.count == classes.count }) ?? true
            else {
                throw wrong(
                    nil,
                    "there are \(numbers.count) numbers"
                        + (own.map { " and \($0.count) weights" } ?? "")
                        + " for \(classes.count) labels, and a row has \(features) numbers",
                    "Give as many rows in each.")
            }
            guard isWeighted || own == nil else {
                throw wrong(
                    nil, "weights are given, and the file was said to have none",
                    "Write it with isWeighted: true.")
            }
            if let place = numbers.firstIndex(where: { !$0.isFinite }) {
                throw wrong(
                    place / features, "number \(place % features) is \(numbers[place])",
                    "Leave the row out, or put a number in place.")
            }
            if let row = classes.firstIndex(where: { $0 < 0 || $0 > Int32.max }) {
                throw wrong(row, "its class is \(classes[row])", "Number classes from 0.")
            }
            if let row = own?.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
                throw wrong(row, "its weight cannot be", "Give a number of at least 0.")
            }
            do {
                try stream.append(numbers, classes: classes, weights: own)
            } catch { throw NetworkError(error) }
        }

        fileprivate mutating func finish(_ path: String) throws(NetworkError) {
            guard rows > 0 else {
                throw NetworkError(
                    RowFile.writing, at: path, "no row was appended",
                    nextStep: "Append at least one.")
            }
            do { try stream.finish() } catch { throw NetworkError(error) }
        }
    }
}
