import RealModule
import Tables
import Testing

@Suite struct EncoderTests {
    private static func encoder(_ table: Table, rows: [Int]? = nil) throws -> Encoder {
        let entries = table.columns.map {
            Schema.Entry(name: $0.name, kind: $0.kind, role: .feature)
        }
        return try Encoder.fit(
            table, Schema(columns: entries), rows: rows ?? Array(0..<table.rowCount))
    }

    private static func squash(_ x: Double) -> Float {
        Float(x / (1 + (x / 3) * (x / 3)).squareRoot())
    }

    @Test func numbersAreScaledByTrainingRowsOnly() throws {
        let table = table([numbers("a", [1, 2, 4, 8, 16, 1e6, nil])])
        let encoder = try Self.encoder(table, rows: [0, 1, 2, 3, 4])
        // Median 4, quartiles 2 and 8; a cell missing elsewhere is not marked.
        #expect(encoder.numbers.map(\.center) == [4])
        #expect(encoder.numbers.map(\.scale) == [6])
        let encoded = try encoder.encode(table)
        #expect(encoded.rows == 7)
        #expect(encoded.numericWidth == 1)
        #expect(encoded.numeric[0] == Self.squash(-0.5))
        #expect(encoded.numeric[4] == Self.squash(2))
        #expect(encoded.numeric[5] > 2.99 && encoded.numeric[5] <= 3)
        #expect(encoded.numeric[6] == 0)
    }

    @Test func scalesThatWouldBeZero() throws {
        let table = table([
            numbers("few", [0, 0, 0, 0, 0, 0, 0, 4]), numbers("one", [5, 5, 5, 5, 5, 5, 5, 5]),
            numbers("none", [nil, nil, nil, nil, nil, nil, nil, nil]),
        ])
        let encoder = try Self.encoder(table)
        #expect(abs(encoder.numbers[0].scale - 1.75.squareRoot()) < 1e-12)
        #expect(encoder.numbers[1].scale == 1)
        #expect(encoder.numbers[2].center == 0)
        #expect(encoder.numbers[2].scale == 1)
        #expect(encoder.numericNames.contains("none is missing"))
        let encoded = try encoder.encode(table)
        #expect(encoded.numeric.allSatisfy { $0.isFinite })
    }

    @Test func missingNumbersAreMarked() throws {
        let table = table([numbers("a", [1, nil, 3]), numbers("b", [1, 2, 3])])
        let encoder = try Self.encoder(table)
        // The marks stand behind all numbers.
        #expect(encoder.numericNames == ["a", "b", "a is missing"])
        #expect(encoder.numericParents.map(\.column) == ["a", "b", "a"])
        let encoded = try encoder.encode(table)
        #expect(encoded.numericWidth == 3)
        #expect(
            encoded.numeric == [
                Self.squash(-1), Self.squash(-1), 0, 0, 0, 1, Self.squash(1), Self.squash(1), 0,
            ])
    }

    @Test func categoriesMissingAndNeverSeen() throws {
        let table = table([category("a", ["x", "y", "y", nil, "new", "x", "y"])])
        let encoder = try Self.encoder(table, rows: [0, 1, 2, 3])
        #expect(encoder.categories[0].values == ["y", "x"])
        #expect(encoder.categories[0].cardinality == 4)
        let encoded = try encoder.encode(table)
        #expect(encoded.categories == [3, 2, 2, 0, 1, 3, 2])
    }

    @Test func tooManyValuesAreHashed() throws {
        let texts = (0..<Encoder.maximumCategories + 1).map { "value \($0)" }
        let most = table([category("a", Array(texts.dropLast()))])
        #expect(try Self.encoder(most).categories[0].buckets == nil)
        let table = table([category("a", texts + [nil])])
        let encoder = try Self.encoder(table)
        let entry = try #require(encoder.categories.first)
        #expect(entry.buckets == Encoder.maximumCategories)
        #expect(entry.cardinality == Encoder.maximumCategories + 2)
        #expect(entry.values.isEmpty)
        let indices = try encoder.encode(table).categories
        #expect(indices.last == 0)
        #expect(indices.dropLast().allSatisfy { $0 >= 2 && $0 < entry.cardinality })
        // About 4096·(1 − 1/e) buckets are used, give or take five standard deviations.
        #expect(abs(Set(indices.dropLast()).count - 2589) < 5 * 32)
        // FNV-1a of "value 0" is a constant of the format.
        #expect(indices[0] == 2 + Int32(fnv("value 0") % 4096))
    }

    private func fnv(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }

    @Test func datesBecomeParts() throws {
        let day = 86_400.0
        // 2000-01-01 was a Saturday.
        let table = table([
            Column(name: "d", cells: .dates([10_957 * day + 21_600, .nan], hasTime: true))
        ])
        let encoder = try Self.encoder(table)
        #expect(encoder.numericNames.count == 10)
        #expect(encoder.numericParents.allSatisfy { $0.column == "d" })
        let parts = Array(try encoder.encode(table).numeric.prefix(10))
        let weekday = 2 * Double.pi * 5 / 7
        let expected: [Double] = [0, 0, 0, 1, Double.sin(weekday), Double.cos(weekday), 0, 1, 1, 0]
        for (part, value) in zip(parts, expected) { #expect(abs(Double(part) - value) < 1e-6) }
        #expect(try encoder.encode(table).numeric.suffix(10).allSatisfy { $0 == 0 })
    }

    @Test func aFarDateStaysWithinThree() throws {
        let table = table([
            Column(name: "d", cells: .dates([0, 86_400, 253_402_214_400], hasTime: false))
        ])
        let encoder = try Self.encoder(table, rows: [0, 1])
        #expect(try encoder.encode(table).numeric.allSatisfy { abs($0) <= 3 })
    }

    @Test func aFewDatesAreReadAsTheTrainingFileWroteThem() throws {
        let encoder = try Self.encoder(read("d\n13/04/2020\n03/05/2020\n"))
        let iso = try encoder.encode(read("d\n2020-05-03\n"))
        #expect(try encoder.encode(read("d\n03/05/2020\n")).numeric == iso.numeric)
        let error = try #require(throws: TableError.self) {
            try encoder.encode(read("d\n05/13/2020\n"))
        }
        #expect(error.column == "d")
        #expect(error.problem.contains("monthFirst"))
        let mixed = try #require(throws: TableError.self) {
            try encoder.encode(read("d\n03/05/2020\nx\n"))
        }
        #expect(mixed.line == 3)
    }

    @Test func columnsInAnotherOrderAndMoreOfThem() throws {
        let a = table([
            numbers("n", [1, 2, 3]), category("t", ["x", "y", nil]), numbers("m", [0, nil, 1]),
        ])
        let encoder = try Self.encoder(a)
        let b = table([
            numbers("m", [0, nil, 1]), numbers("extra", [9, 9, 9]),
            // Values in another order of first use have other codes in their table.
            Column(name: "t", cells: .categories(codes: [2, 1, -1], values: ["z", "y", "x"])),
            numbers("n", [1, 2, 3]),
        ])
        let (first, second) = (try encoder.encode(a), try encoder.encode(b))
        #expect(first.numeric == second.numeric)
        #expect(first.categories == second.categories)
    }

    @Test func columnsThatAreNotThere() throws {
        let encoder = try Self.encoder(
            table([numbers("n", [1, 2]), category("t", ["x", "y"]), numbers("m", [1, 2])]))
        let error = try #require(throws: TableError.self) {
            try encoder.encode(table([numbers("n", [1])]))
        }
        #expect(error.problem == "the model needs columns that are not there: \"m\", \"t\"")
    }

    @Test func cellsOfAnotherKind() throws {
        let encoder = try Self.encoder(
            table([
                numbers("n", [1, 2]),
                Column(name: "d", cells: .dates([0, 86_400], hasTime: false)),
            ]))
        let text = "n,d\n\"1\",1970-01-01\n\n,1970-01-02\n0x10,1970-01-02\n"
        let error = try #require(throws: TableError.self) { try encoder.encode(read(text)) }
        #expect(error.line == 5)
        #expect(error.column == "n")
        #expect(error.problem.hasPrefix("\"0x10\" is not a number"))
        let date = try #require(throws: TableError.self) {
            try encoder.encode(read("n,d\n1,\n1,x\n"))
        }
        #expect(date.line == 3)
        #expect(date.column == "d")
        // Columns without any value have no kind of their own.
        let empty = try encoder.encode(read("n,d\n,\n,\n"))
        #expect(empty.numeric.allSatisfy { $0 == 0 })
        // Texts that are all numbers are numbers.
        let texts = try encoder.encode(
            table([category("n", ["1", "2"]), category("d", [nil, nil])]))
        #expect(texts.numeric[0] == Self.squash(-1))
    }

    @Test func categoriesReadAsNumbersKeepTheirText() throws {
        let encoder = try Self.encoder(table([category("zip", ["501", "1234"])]))
        let encoded = try encoder.encode(table([numbers("zip", [1234, 501, 7, nil])]))
        #expect(encoded.categories == [2, 3, 1, 0])
    }

    @Test func noFeature() throws {
        let schema = Schema(columns: [])
        #expect(throws: TableError.self) {
            try Encoder.fit(table([numbers("a", [1])]), schema, rows: [0])
        }
    }

    @Test func selectedRowsAreTheEncodedOnes() throws {
        let table = table([
            numbers("a", [1, nil, 3, 4]), category("t", ["x", "y", "x", nil]),
            category("u", ["p", "q", "r", "s"]),
        ])
        let encoder = try Self.encoder(table)
        let rows = [3, 0, 0, 2]
        let chosen = try encoder.encode(table).selecting(rows: rows)
        let direct = try encoder.encode(table.selecting(rows: rows))
        #expect(chosen.rows == 4)
        #expect(chosen.numeric == direct.numeric)
        #expect(chosen.categories == direct.categories)
        #expect(chosen.categoryWidth == 2)
    }
}

@Suite struct TargetEncoderTests {
    private static func encode(
        _ column: Column, rows: [Int]? = nil, task: TargetEncoder.Task? = nil,
        positive: String? = nil
    ) throws(TableError) -> TargetEncoder {
        try TargetEncoder(
            column, source: "t", rows: rows ?? Array(0..<column.count), task: task,
            positive: positive)
    }

    @Test func inferredTasks() throws {
        #expect(try Self.encode(category("y", ["a", "b", nil])).task == .binary)
        #expect(try Self.encode(category("y", ["a", "b", "c"])).task == .multiclass)
        #expect(try Self.encode(numbers("y", [0, 1, 0])).task == .binary)
        #expect(try Self.encode(numbers("y", [0, 1, 2])).task == .multiclass)
        #expect(try Self.encode(numbers("y", [0, 0.5])).task == .regression)
        #expect(try Self.encode(numbers("y", (0..<20).map { Double($0) })).task == .multiclass)
        #expect(try Self.encode(numbers("y", (0..<21).map { Double($0) })).task == .regression)
    }

    @Test func classesAreInOrder() throws {
        #expect(try Self.encode(category("y", ["b", "a", "c"])).classes == ["a", "b", "c"])
        #expect(try Self.encode(numbers("y", [10, 9, -1])).classes == ["-1", "9", "10"])
        let encoder = try Self.encode(category("y", ["b", "a", nil, "b"]))
        let labels = try encoder.labels(category("y", ["b", nil, "a"]), source: "t")
        #expect(labels == [1, -1, 0])
        #expect(try encoder.labels(category("y", [nil]), source: "t") == [-1])
    }

    @Test func thePositiveClassComesLast() throws {
        let encoder = try Self.encode(category("y", ["no", "yes"]), positive: "no")
        #expect(encoder.classes == ["yes", "no"])
        let error = try #require(throws: TableError.self) {
            try Self.encode(category("y", ["no", "yes"]), positive: "maybe")
        }
        #expect(error.advice == "They are: no, yes")
    }

    @Test func onlyTheGivenRowsDecide() throws {
        let column = category("y", ["a", "b", "c"])
        #expect(try Self.encode(column, rows: [0, 1]).classes == ["a", "b"])
        let regression = try Self.encode(
            numbers("y", [1, 3, 1000]), rows: [0, 1], task: .regression)
        #expect(regression.center == 2)
        #expect(regression.scale == 1)
        #expect(try regression.values(numbers("y", [7]), source: "t") == [7])
    }

    /// Their squares, and so their losses, would be infinite, or 0.
    @Test func targetsThatHaveNoSquaresAreRefused() throws {
        let least = Double.leastNonzeroMagnitude
        for values in [[1e306, 2e306, 3e306], [least, 2 * least], [-1e-200, 1e-200, 0]] {
            let error = try #require(throws: TableError.self) {
                try Self.encode(numbers("y", values), task: .regression)
            }
            #expect(error.problem.contains("squares"))
        }
        let far = try Self.encode(numbers("y", [1e17, 1e17 + 32]), task: .regression)
        #expect(far.scale == 16)
    }

    @Test func numbersReadAsTextsAreTheSameClasses() throws {
        let encoder = try Self.encode(numbers("y", [0, 1]))
        #expect(try encoder.labels(category("y", ["1", "0"]), source: "t") == [1, 0])
    }

    @Test func whatCannotBeATarget() throws {
        let empty = try #require(throws: TableError.self) { try Self.encode(category("y", [nil])) }
        #expect(empty.problem == "no row has a target")
        let constant = try #require(throws: TableError.self) {
            try Self.encode(category("y", ["a", "a", nil]))
        }
        #expect(constant.problem == "every row has the same target \"a\"")
        let text = try #require(throws: TableError.self) {
            try Self.encode(category("y", ["a", "b"]), task: .regression)
        }
        #expect(text.problem == "a regression needs numbers, and \"a\" is none")
        // The cell that is at fault is named, not one that is a number.
        let one = try #require(throws: TableError.self) {
            try Self.encode(category("y", ["1", "b"]), task: .regression)
        }
        #expect(one.problem == "a regression needs numbers, and \"b\" is none")
        let later = try #require(throws: TableError.self) {
            try Self.encode(numbers("y", [0, 0.5]))
                .values(category("y", ["1", nil, "12 kg"]), source: "t")
        }
        #expect(later.row == 3 && later.problem.contains("\"12 kg\" is none"))
        let many = try #require(throws: TableError.self) {
            try Self.encode(category("y", ["a", "b", "c"]), task: .binary)
        }
        #expect(many.problem == "a binary target has two values, this has 3: a, b, c")
        let unknown = try #require(throws: TableError.self) {
            try Self.encode(category("y", ["a", "b"]))
                .labels(category("z", ["a", "q"]), source: "t")
        }
        #expect(unknown.row == 2 && unknown.column == "z")
        #expect(unknown.problem == "\"q\" is not a class of the training rows")
    }
}

@Suite struct CivilDateTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1),
        (-719_468, 0, 3, 1), (-719_162, 1, 1, 1), (2_932_896, 9999, 12, 31), (-25_508, 1900, 3, 1),
        (-25_509, 1900, 2, 28), (18_321, 2020, 2, 29), (-141_427, 1582, 10, 15),
    ])
    func knownDays(day: Int, year: Int, month: Int, ofMonth: Int) {
        let date = CivilDate(year: year, month: month, day: ofMonth)
        #expect(CivilDate(daysSince1970: day) == date)
        #expect(date.daysSince1970 == day)
    }

    /// Day by day through 800 years, with the calendar's rule written out.
    @Test func everyDayFollowsTheDayBefore() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var date = CivilDate(year: 1599, month: 12, day: 31)
        var ofYear = 365
        for day in CivilDate(year: 1600, month: 1, day: 1).daysSince1970...156_000 {
            let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
            let length = date.month == 2 && isLeap ? 29 : lengths[date.month - 1]
            date.day += 1
            ofYear += 1
            if date.day > length { (date.month, date.day) = (date.month + 1, 1) }
            if date.month > 12 { (date.year, date.month, ofYear) = (date.year + 1, 1, 1) }
            guard CivilDate(daysSince1970: day) == date, date.daysSince1970 == day,
                date.dayOfYear == ofYear
            else {
                Issue.record("day \(day) is not \(date)")
                return
            }
        }
    }
}
