import Evidence
import Explanation
import Foundation
import ImageColumns
import Models
import Optim
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Studies
import Tables
import TensorCore
import Testing

/// Pictures through the command's way: folders of small made-up ones, whose stripes decide the class.
@Suite struct ImageColumnTests {
    /// A grey picture with noise, whose class is in its stripes: across or down.
    ///
    /// - Parameter kind: 0 and 1 for stripes across and down, 2 and 3 for a bright half on the left and on the right.
    static func picture(_ kind: Int, _ number: Int, side: Int = 12, seed: UInt64 = 1) -> [UInt8] {
        let random = CounterRandom(seed: seed, name: "picture \(kind)")
        let phase = random.integer(below: 4, step: 1, index: UInt64(number))
        var bytes = Array("P5\n\(side) \(side)\n255\n".utf8)
        for y in 0..<side {
            for x in 0..<side {
                let isBright =
                    switch kind {
                    case 0: (y + phase) / 2 % 2 == 0
                    case 1: (x + phase) / 2 % 2 == 0
                    case 2: x < side / 2
                    default: x >= side / 2
                    }
                let noise = random.uniform(
                    step: UInt32(2 + y * side + x), index: UInt64(number))
                bytes.append(UInt8((isBright ? 140 : 60) + 50 * noise))
            }
        }
        return bytes
    }

    /// A folder with a folder a class.
    static func folder(
        _ scratch: Scratch, _ name: String, classes: [(String, Int)] = [("across", 0), ("down", 1)],
        count: Int, seed: UInt64 = 1
    ) throws -> String {
        let root = scratch.path + "/" + name
        for (label, kind) in classes {
            try FileManager.default.createDirectory(
                atPath: root + "/" + label, withIntermediateDirectories: true)
            for number in 0..<count {
                _ = try scratch.write(
                    picture(kind, number, seed: seed), to: "\(name)/\(label)/\(number).pgm")
            }
        }
        return root
    }

    private func configuration(
        _ data: String, test: String?, _ run: String,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) -> TrainConfiguration {
        quick(data, target: PictureRows.labelColumn, out: run) {
            $0.test = test
            $0.columns.images = [PictureRows.pathColumn]
            $0.reading.missing = []
            $0.learning.folds = 1
            $0.learning.refits = 0
            $0.learning.epochs = 12
            change(&$0)
        }
    }

    /// What is asked for holds, and is not taken for what nobody asked for because it is the usual.
    @Test func anAskedScheduleHoldsForPicturesToo() {
        let problem = Recipe.Problem(rows: 1000, numbers: 0, isRegression: false, hasPictures: true)
        var configuration = TrainConfiguration(data: "pictures", output: "run")
        #expect(Recipe(configuration, for: problem).schedule == .oneCycle)
        for asked in [Schedule.Shape.constant, .cosine] {
            configuration[Settings.schedule] = asked
            #expect(Recipe(configuration, for: problem).schedule == nil)
            #expect(configuration.learning.schedule == asked)
        }
    }

    /// From a folder to the report, to predictions of a folder and to explanations; the same bits with any threads.
    @Test func itGoesFromAFolderToTheReport() throws {
        let scratch = try Scratch()
        let data = try Self.folder(scratch, "train", count: 60)
        let test = try Self.folder(scratch, "test", count: 20, seed: 2)
        let run = scratch.path + "/run"
        let result = try trainRun(
            configuration(data, test: test, run), control: RunControl(threads: 2))
        let area = result.measurements.first { $0.metric == "rocAUC" && $0.group == nil }
        #expect(try #require(area?.value) > 0.95)
        let recipe = String(decoding: try Files.read(run + "/recipe.json"), as: UTF8.self)
        #expect(recipe.contains("mirroring of picture") && recipe.contains("one-cycle"))

        let model = try ModelBundle(run: run)
        #expect(model.inputs.map(\.name) == ["image0"])
        #expect(model.inputs.map(\.width) == [144])
        #expect(model.parameters.tensor(named: "block0/stage0/convolution/weight")?.shape == [3, 3, 1, 16])
        // Statistics of batches were followed.
        let mean = try #require(model.parameters.tensor(named: "block0/stage0/norm/runningMean"))
        #expect(model.parameters.values(of: mean).contains { $0 != 0 })

        let asked = PredictionRequest(run: run, rows: test)
        let lines = String(decoding: try predictRows(asked).bytes, as: UTF8.self)
            .split(separator: "\n")
        #expect(lines[0] == "picture,probability[across],probability[down],decision")
        var door = HeldOutRows(of: run, for: "a test of this program")
        let stored = try door.open(.test)
        #expect(stored.rows == 40 && lines.count == 41)
        for row in 0..<stored.rows {
            let said = lines[row + 1].split(separator: ",").dropFirst().prefix(2).compactMap { Double($0) }
            for place in 0..<2 {
                let kept = stored.predictions.values[2 * row + place]
                #expect(said.count == 2 && abs(said[place] - kept) < 1e-6, "row \(row)")
            }
        }
        let one = PredictionRequest(run: run, rows: test + "/across/0.pgm")
        let alone = String(decoding: try predictRows(one).bytes, as: UTF8.self)
        #expect(alone.split(separator: "\n").last?.hasPrefix("0.pgm,") == true)
        let measured = try evaluateRun(run: run, rows: test, reading: .init(), threads: 2)
        let again = measured.report.measurements.first { $0.metric == "rocAUC" && $0.group == nil }
        #expect(try abs(#require(again?.value) - #require(area?.value)) < 1e-6)

        var request = ExplanationRequest(run: run, rows: test)
        request.chosen = [1, 30]
        for method in [ExplanationMethod.shapley, .integratedGradients] {
            request.method = method
            for row in try explainRows(request).rows {
                #expect(Set(row.contributions.map(\.column)) == ["picture"])
                let sum = row.contributions.reduce(row.base) { $0 + $1.value }
                #expect(abs(sum + row.residual - row.value) < 1e-4, "\(method)")
            }
        }

        let repeated = try trainRun(
            configuration(data, test: test, scratch.path + "/alone"), control: RunControl(threads: 1))
        #expect(repeated.weightsSHA256 == result.weightsSHA256)
    }

    /// A column of paths beside ordinary ones, of which some are empty.
    @Test func aTableNamesItsPictures() throws {
        let scratch = try Scratch()
        _ = try Self.folder(scratch, "pictures", count: 60)
        let random = CounterRandom(seed: 5, name: "table")
        var lines = ["file,x,y"]
        for row in 0..<120 {
            let kind = row % 2
            let isMissing = row % 20 == 7
            let path = isMissing ? "" : "pictures/\(kind == 0 ? "across" : "down")/\(row / 2).pgm"
            let x = random.uniform(step: 0, index: UInt64(row))
            lines.append("\(path),\(x),\(kind == 0 ? "no" : "yes")")
        }
        let data = try scratch.write(lines.joined(separator: "\n") + "\n", to: "table.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            configuration(data, test: nil, run) {
                $0.columns.target = "y"
                $0.columns.images = ["file"]
                $0.learning.epochs = 2
            }, control: RunControl(threads: 1))
        let model = try ModelBundle(run: run)
        #expect(model.encoder.numericNames == ["x", "file is missing"])
        #expect(Set(model.inputs.map(\.name)).isSuperset(of: ["image0", "numeric"]))
        let said = try predictRows(PredictionRequest(run: run, rows: data)).bytes
        #expect(said.count { $0 == UInt8(ascii: "\n") } == 121)
    }

    /// A file that is no picture is named; where it may be, its row is left out and counted.
    @Test func brokenFilesAreNamedOrLeftOut() throws {
        let scratch = try Scratch()
        let data = try Self.folder(scratch, "train", count: 40)
        _ = try scratch.write("P5\n12 12\n255\nshort", to: "train/down/7.pgm")
        let error = #expect(throws: TableError.self) {
            try trainRun(
                configuration(data, test: nil, scratch.path + "/none") { $0.learning.epochs = 1 },
                control: RunControl(threads: 1))
        }
        #expect(error?.column == PictureRows.pathColumn)
        #expect(error?.problem.contains("down/7.pgm") == true, "\(String(describing: error))")
        #expect(error?.advice.contains("--skip-broken") == true)

        var warnings: [String] = []
        var control = RunControl(threads: 1)
        control.onEvent = { if case .warning(let text) = $0 { warnings.append(text) } }
        _ = try trainRun(
            configuration(data, test: nil, scratch.path + "/run") {
                $0.learning.epochs = 1
                $0.columns.skipsBroken = true
            }, control: control)
        #expect(warnings.contains { $0.contains("1 of 80 rows") && $0.contains("down/7.pgm") })
    }

    /// What is on the left and what is on the right are two classes: such pictures are not mirrored. Linear models see
    /// pixels, and a sum of curves no pictures.
    @Test func picturesAreMirroredWhereLabelsStay() throws {
        let scratch = try Scratch()
        let sides = try Self.folder(
            scratch, "sides", classes: [("left", 2), ("right", 3)], count: 40)
        let stripes = try Self.folder(scratch, "stripes", count: 40)
        func prepared(_ data: String) throws -> PreparedData {
            try PreparedData.load(
                configuration(data, test: nil, ""), threads: 1, onEvent: { _ in })
        }
        #expect(try prepared(sides).mirrored == [])
        #expect(try prepared(stripes).mirrored == ["picture"])

        let run = scratch.path + "/linear"
        _ = try trainRun(
            configuration(sides, test: nil, run) {
                $0.model.kind = .linear
                $0.model.width = nil
            }, control: RunControl(threads: 1))
        let weights = try ModelBundle(run: run).parameters
        #expect(weights.learnedCount == 145)
        let error = #expect(throws: VouchError.self) {
            try trainRun(
                configuration(sides, test: nil, scratch.path + "/none") {
                    $0.model.kind = .additive
                    $0.model.width = nil
                }, control: RunControl(threads: 1))
        }
        #expect("\(try #require(error))".contains("\"picture\" holds pictures"))
    }
}
