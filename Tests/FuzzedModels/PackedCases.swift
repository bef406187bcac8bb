package import Foundation

/// Models with inputs and outputs in one file: a line of JSON that lists them, and after it the bytes that it points into.
/// `Tests/ONNXTests/Reference/learning.py` writes it.
package struct PackedCases {
    package struct Case: Decodable {
        package var name: String
        /// Offset and length, as all of them.
        package var model: [Int]
        package var inputs: [[Int]]
        package var outputs: [[Int]]
    }

    private struct Index: Decodable { var cases: [Case] }

    package let cases: [Case]
    private let bytes: Data

    package init(_ file: URL) throws {
        let data = try Data(contentsOf: file)
        let end = try Self.unwrapped(data.firstIndex(of: UInt8(ascii: "\n")))
        cases = try JSONDecoder().decode(Index.self, from: data[..<end]).cases
        bytes = Data(data[(end + 1)...])
    }

    private struct Missing: Error {}

    private static func unwrapped<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    package func part(_ place: [Int]) -> Data { Data(bytes[place[0]..<place[0] + place[1]]) }
}

/// Models with inputs and outputs as one JSON object. `Tests/ONNXTests/Reference/moves.py` writes it.
package struct ListedCases: Decodable {
    package struct Case: Decodable {
        package var name: String
        package var model: Data
        package var inputs: [String: Data]
        package var outputs: [String: Data]
    }

    package var cases: [Case]

    package static func read(_ file: URL) throws -> ListedCases {
        try JSONDecoder().decode(ListedCases.self, from: Data(contentsOf: file))
    }
}
