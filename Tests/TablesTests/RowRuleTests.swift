import Tables
import Testing

/// Conditions as a person writes them.
struct RowRuleTests {
    private static let table = Table(
        name: "people.csv", rowCount: 5,
        columns: [
            Column(name: "age", cells: .numbers([17, 25, 40, .nan, 64])),
            Column(name: "age group", cells: .numbers([1, 2, 2, 3, 4])),
            Column(
                name: "job",
                cells: .categories(
                    codes: [0, 1, 2, -1, 1], values: ["cook", "arts and crafts", "Prof-school"])),
            Column(name: "born", cells: .dates([0, 1, 2, 3, 4], hasTime: false)),
        ])

    @Test(arguments: [
        ("age < 25", [0]), ("age <= 25", [0, 1]), ("age > 25", [2, 4]), ("age ≥ 25", [1, 2, 4]),
        ("age = 40", [2]), ("age != 40", [0, 1, 4]), ("age in 17, 64", [0, 4]),
        ("age is missing", [3]), ("age is not missing", [0, 1, 2, 4]),
        ("age group = 2", [1, 2]), ("age>20 and age<50", [1, 2]),
        ("job in cook, Prof-school", [0, 2]), ("job not in cook", [1, 2, 4]),
        ("job = arts and crafts", [1, 4]), ("job = arts and crafts and age < 30", [1]),
        ("job = \"cook\"", [0]), ("age > 20 and job is missing", []),
    ]) func rowsThatMeetIt(_ text: String, _ rows: [Int]) throws {
        let members = try RowRule(text, for: Self.table).members(of: Self.table)
        #expect(members.indices.filter { members[$0] } == rows)
    }

    @Test(arguments: [
        ("", ["is empty"]), ("agee < 25", ["\"agee\"", "\"age\" meant", "columns are"]),
        ("25 > age", ["begins with no column"]), ("age", ["is no condition"]),
        ("age < old", ["\"old\" is no number"]), ("age <", ["nothing to compare"]),
        ("job = cok", ["\"cok\" is none of its values", "\"cook\" meant"]),
        ("job > 3", ["holds categories"]), ("born < 3", ["holds dates"]),
        ("age < 25 and jb = cook", ["\"jb\""]),
    ]) func whatIsWrongIsSaid(_ text: String, _ says: [String]) {
        #expect { try RowRule(text, for: Self.table) } throws: { error in
            let told = "\(error)"
            return told.contains("people.csv") && says.allSatisfy { told.contains($0) }
        }
    }
}
