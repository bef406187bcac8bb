import Foundation
import Testing
import Vouch

/// Tables as a user of the library has them: files, and nothing of the package but `Vouch`.
@Suite struct TableModelTests {
    /// A folder with a table in it, removed at the end.
    final class Place {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-library-\(UUID().uuidString)").path

        init() throws {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try write(Self.rows(0..<420), to: "train.csv")
            try write(Self.rows(420..<600), to: "test.csv")
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ lines: [String], to name: String) throws {
            try (lines.joined(separator: "\n") + "\n")
                .write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
        }

        /// Whether a loan was paid back: the older, the likelier, but for every seventh row.
        static func rows(_ places: Range<Int>) -> [String] {
            ["age,hours,city,sex,paid"]
                + places.map { row in
                    let age = 18 + (row * 37) % 50
                    let isPaid = (age > 40) != (row % 7 == 0)
                    let city = ["Ayr", "Bonn", "Cork"][(row * 11) % 3]
                    let sex = (row * 13) % 5 < 2 ? "Female" : "Male"
                    return "\(age),\(20 + (row * 17) % 31),\(city),\(sex),\(isPaid ? "yes" : "no")"
                }
        }

        static let settings: TableSettings = [
            "model": "mlp", "width": 8, "depth": 1, "epochs": 1, "learning-rate": 0.01, "folds": 1,
            "refits": 0, "probe-budget": "0s",
        ]

        func trained(
            _ settings: TableSettings = settings, target: String = "paid"
        ) throws(TableFailure) -> TableModel {
            try TableModel.train(
                csv: path + "/train.csv", test: path + "/test.csv",
                columns: TableColumns(target: target, protected: ["sex"]), settings: settings,
                output: path + "/run", threads: 1)
        }
    }

    @Test func measurementsHaveIntervals() throws {
        let place = try Place()
        let model = try place.trained()
        #expect(model.target == "paid" && model.classes == ["no", "yes"])
        let found = try #require(model.measurements.first(of: "rocAUC"))
        let (value, interval) = (try #require(found.value), try #require(found.interval))
        #expect(interval.lower <= value && value <= interval.upper)
        #expect(interval.level == 0.95 && !interval.method.isEmpty && !interval.varied.isEmpty)
        #expect(found.sample.split == "test" && found.sample.rows == 180)
        #expect(found.sample.models == 1 && found.drawback == .overfitting)
        #expect(found.name != found.metric && !found.formula.isEmpty && !found.source.isEmpty)
        #expect("\(found)".hasPrefix(found.name) && "\(found)".contains(interval.method))
        #expect(model.measurements.contains { $0.drawback == .bias && $0.group != nil })

        let again = try TableModel(opening: model.path)
        #expect(again.measurements == model.measurements)
        let fresh = try model.evaluate(csv: place.path + "/test.csv")
        let both = try #require(fresh.first(of: "rocAUC")?.value)
        #expect(abs(both - value) < 1e-6)
    }

    @Test func rowsArePredictedAndExplained() throws {
        let place = try Place()
        let model = try place.trained()
        let file = place.path + "/test.csv"
        let predictions = try model.predict(csv: file)
        #expect(predictions.rows == 180 && predictions.classes == ["no", "yes"])
        let yes = try #require(predictions.probabilities(of: "yes"))
        let no = try #require(predictions.probabilities(of: "no"))
        #expect(predictions.probabilities(of: "perhaps") == nil)
        for row in 0..<180 {
            #expect(abs(yes[row] + no[row] - 1) < 1e-6)
            #expect(predictions.decisions[row] == (yes[row] >= 0.5 ? "yes" : "no"))
        }
        #expect(try TableModel(opening: model.path, threads: 2).predict(csv: file) == predictions)

        let why = try model.explain(csv: file, row: 3, of: "yes", background: 50)
        #expect(why.row == 3 && why.quantity == "probability of yes")
        #expect(why.decided == predictions.decisions[2] && abs(why.value - yes[2]) < 1e-5)
        #expect(Set(why.contributions.map(\.column)) == ["age", "hours", "city"])
        let sum = why.contributions.map(\.value).reduce(0, +)
        #expect(abs(why.base + sum + why.residual - why.value) < 1e-5)
        let two = try model.explain(csv: file, rows: [5, 3], of: "yes", background: 50)
        #expect(two.map(\.row) == [5, 3])
        #expect(try model.explain(csv: file, rows: []).isEmpty)
        let beyond = #expect(throws: TableFailure.self) { try model.explain(csv: file, row: 999) }
        #expect(beyond?.settings == ["row"] && beyond?.description.hasPrefix("row is 999") == true)
    }

    /// An audit of a model's predictions by themselves finds what its own report found.
    @Test func anAuditAgreesWithTheReport() throws {
        let place = try Place()
        let model = try place.trained()
        let scores = try model.predict(csv: place.path + "/test.csv").probabilities(of: "yes")
        let rows = Place.rows(420..<600).dropFirst().map { $0.split(separator: ",") }
        let lines = zip(rows, try #require(scores)).map { "\($0[4]),\($1),\($0[3])" }
        try place.write(["paid,score,sex"] + lines, to: "scores.csv")
        let audit = try Audit.predictions(
            csv: place.path + "/scores.csv", target: "paid", score: "score", protected: ["sex"])
        for metric in ["rocAUC", "accuracy"] {
            let own = try #require(model.measurements.first(of: metric)?.value)
            let found = try #require(audit.first(of: metric))
            #expect(abs(try #require(found.value) - own) < 1e-6)
            #expect(found.interval != nil && found.sample.rows == 180)
        }
        #expect(audit.contains { $0.drawback == .bias && $0.interval != nil })
        let numbers = ["paid,guess"] + (0..<60).map { "\($0 % 9),\($0 % 7)" }
        try place.write(numbers, to: "numbers.csv")
        let other = try Audit.predictions(
            csv: place.path + "/numbers.csv", target: "paid", prediction: "guess")
        #expect(other.contains { $0.interval != nil } && other.first(of: "rocAUC") == nil)
        // Classes are called as they are, an equals sign among it.
        let classes = (0..<90).map { row in
            "\(["<=1", "2", ">2"][row % 3]),0.\(2 + row % 4),0.3,0.\(5 - row % 4)"
        }
        try place.write(["paid,a,b,c"] + classes, to: "classes.csv")
        let several = try Audit.predictions(
            csv: place.path + "/classes.csv", target: "paid",
            scores: ["<=1": "a", "2": "b", ">2": "c"])
        #expect(several.first(of: "accuracy")?.sample.rows == 90)
    }

    @Test func failuresSayWhatAndWhere() throws {
        let place = try Place()
        func failure(_ change: (inout TableSettings) -> Void) -> TableFailure? {
            var settings = Place.settings
            change(&settings)
            return #expect(throws: TableFailure.self) { try place.trained(settings) }
        }
        #expect(failure { $0["breadth"] = 8 }?.problem == "there is no setting \"breadth\"")
        let range = failure { $0["width"] = 0 }
        #expect(range?.settings == ["width"])
        #expect(range?.description == "width is 0; it must be from 1 to 65536")
        #expect(
            failure { $0["epochs"] = "many" }?.description
                == "epochs is \"many\"; it must be a whole number")
        #expect(
            failure { $0["fair-penalty-measure"] = "mmd" }?.settings == ["fair-penalty-measure"])
        #expect(
            failure { ($0["repair-groups"], $0["remove-correlation"]) = (0.5, 0.5) }?.settings
                == ["repair-groups"])
        let missing = #expect(throws: TableFailure.self) { try place.trained(target: "repaid") }
        #expect(missing?.description.contains("repaid") == true)
        #expect(!FileManager.default.fileExists(atPath: place.path + "/run"))

        try place.write(["paid,score", "yes,0.5", "no,often"], to: "broken.csv")
        let broken = #expect(throws: TableFailure.self) {
            try Audit.predictions(
                csv: place.path + "/broken.csv", target: "paid", score: "score")
        }
        #expect(broken?.file == place.path + "/broken.csv" && broken?.column == "score")
        #expect(broken?.line == 3 && broken?.nextStep?.isEmpty == false)
        #expect(throws: TableFailure.self) { try TableModel(opening: place.path) }
    }

    @Test func theCatalogueIsTold() {
        #expect(TableSettings.known.contains { $0.id == "epochs" && !$0.help.isEmpty })
        #expect(TableSettings.Value(0.01).description == "0.01")
        let settings: TableSettings = ["sam": 0.05, "balance-classes": true]
        #expect(settings["sam"] == 0.05 && settings["width"] == nil)
    }

    /// The program in Examples/adult-library, on a few rows of Adult.
    @Test func theExampleRuns() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let source = try String(
            contentsOf: root.appendingPathComponent(
                "Examples/adult-library/Sources/adult-library/main.swift"), encoding: .utf8)
        #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count <= 41)

        let place = try Place()
        for (name, rows) in [("adult_train.csv", 1200), ("adult_test.csv", 400)] {
            let lines = try String(
                contentsOf: root.appendingPathComponent("Examples/adult/" + name), encoding: .utf8
            ).split(separator: "\n").prefix(rows + 1)
            try place.write(lines.map(String.init), to: name)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("TableExample")
        process.arguments =
            [place.path, place.path + "/run"]
            + ["model=mlp", "width=8", "epochs=1", "folds=1", "refits=0", "probe-budget=0s"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains("95 % interval") && text.contains("Row 1 is decided"))
        #expect(text.contains("(sex = Female)"), "\(text.suffix(2000))")
    }
}
