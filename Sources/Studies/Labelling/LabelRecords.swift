/// A row of a pool, by the round that asked for it.
struct AskedKey: Hashable, Codable {
    var round: Int
    /// Of the pool's file, from 1; the header is none.
    var row: Int
}

/// One round: which rows of which pool were asked, by which model, and what that thought of them.
struct AskedRound: Codable {
    struct Row: Codable {
        var row: Int
        /// As they stand in the file; in the order of `columns`.
        var cells: [String?]
        /// Whether it was drawn at random, from all rows that were open.
        var isRandom: Bool
        var why: String
        /// Probabilities of the model's classes, or its number.
        var predicted: [Double]
    }

    var round: Int
    var time: String
    var run: String
    var weightsSHA256: String
    var pool: String
    var poolSHA256: String
    /// Rows of the pool that could be drawn.
    var open: Int
    var strategy: String
    var seed: UInt64
    var classes: [String]
    var columns: [String]
    var rows: [Row]
}

/// What one file of answers brought.
struct GivenAnswers: Codable {
    struct Answer: Codable {
        var key: AskedKey
        /// A class by its name, or a number as it was written.
        var label: String
        /// Of numbers.
        var number: Double?
        var who: String?
        /// Whether it takes the place of another answer of the same row.
        var overrules: Bool
    }

    var time: String
    var file: String
    var sha256: String
    var answers: [Answer]
}

/// A line of the store: one of the two.
struct LabelRecord: Codable {
    var asked: AskedRound?
    var given: GivenAnswers?

    init(_ asked: AskedRound) { self.asked = asked }
    init(_ given: GivenAnswers) { self.given = given }
}
