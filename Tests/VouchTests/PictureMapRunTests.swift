import Documents
import Foundation
import Images
import Platform
import Reporting
import RunStore
import Runs
import Studies
import TensorCore
import Testing

/// Maps of a run's pictures, whose class is told by where a bright square lies. A second square, in a third corner of
/// half of the pictures, decides nothing.
@Suite struct PictureMapRunTests {
    private static func picture(_ kind: Int, _ number: Int) -> (bytes: [UInt8], hasOther: Bool) {
        let random = CounterRandom(seed: 5, name: "squares \(kind)")
        let hasOther = random.uniform(step: 1, index: UInt64(number)) < 0.5
        var bytes = Array("P5\n12 12\n255\n".utf8)
        for y in 0..<12 {
            for x in 0..<12 {
                let own = kind == 0 ? y < 3 && x < 3 : y >= 9 && x >= 9
                let other = hasOther && y < 3 && x >= 9
                let noise = random.uniform(step: UInt32(2 + y * 12 + x), index: UInt64(number))
                bytes.append(UInt8((own || other ? 190 : 60) + 60 * noise))
            }
        }
        return (bytes, hasOther)
    }

    private static func run(_ scratch: Scratch) throws -> (run: String, data: String) {
        let data = scratch.path + "/squares"
        for (kind, label) in ["above", "below"].enumerated() {
            try FileManager.default.createDirectory(atPath: data + "/" + label, withIntermediateDirectories: true)
            for number in 0..<60 {
                _ = try scratch.write(picture(kind, number).bytes, to: "squares/\(label)/\(100 + number).pgm")
            }
        }
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, target: PictureRows.labelColumn, out: run) {
                $0.columns.images = [PictureRows.pathColumn]
                $0.reading.missing = []
                $0.learning.folds = 1
                $0.learning.refits = 0
                $0.learning.epochs = 12
            }, control: RunControl(threads: 2))
        return (run, data)
    }

    @Test func whatDecidesLightsUpAndWhatDoesNotStaysDark() throws {
        let scratch = try Scratch()
        let (run, data) = try Self.run(scratch)
        var request = MapRequest(run: run, rows: data)
        request.chosen = Array(1...20) + Array(61...80)
        for method in [PictureMapMethod.occlusion, .gradCAM, .integratedGradients] {
            request.method = method
            request.side = method == .occlusion ? 3 : nil
            let found = try drawMaps(request)
            #expect(found.maps.pictures.map(\.row) == request.chosen)
            var pointed = 0
            var (deciding, idle) = (0.0, 0.0)
            for item in found.maps.pictures {
                let kind = item.row > 60 ? 1 : 0
                // A last map of 6 × 6 places is as coarse as two pixels.
                let reach = method == .gradCAM ? 5 : 3
                let near = item.peak.allSatisfy { kind == 0 ? $0 <= reach : $0 > 12 - reach }
                pointed += near ? 1 : 0
                func sum(_ rows: Range<Int>, _ columns: Range<Int>) -> Double {
                    rows.reduce(0) { sum, row in columns.reduce(sum) { $0 + abs(item.values[row * 12 + $1]) } }
                }
                if Self.picture(kind, (item.row - 1) % 60).hasOther {
                    deciding += kind == 0 ? sum(0..<3, 0..<3) : sum(9..<12, 9..<12)
                    idle += sum(0..<3, 9..<12)
                }
            }
            #expect(pointed >= 36, "\(method): \(pointed) of 40")
            // The last map sees more than the square, and what lies there is spread over two pixels and more.
            #expect(deciding > (method == .gradCAM ? 1.25 : 2) * idle, "\(method): \(deciding) and \(idle)")
            let told = found.maps.pictures.count { $0.tellsOfWeights == true }
            // Integrated gradients are products with the pixels: of bright squares they are bright, whatever the weights.
            if method == .integratedGradients {
                #expect(told < 30, "\(told) of 40")
            } else {
                #expect(told >= 30, "\(method): \(told) of 40")
            }
            for drawing in found.drawings {
                let picture = try PictureFile.decode(drawing, path: "drawing.png").picture
                #expect(picture.channels == 3 && picture.width == 2 * 264 + 12 && picture.height == 264 + 24)
            }
            #expect(found.maps.text.contains("Strongest at row"))
        }
    }

    /// Pixels stand in a report only where they are asked for, and showing test pictures is a look at them.
    @Test func aReportShowsPicturesWhereTheyAreAskedFor() throws {
        let scratch = try Scratch()
        let (run, _) = try Self.run(scratch)
        let looks = try Ledger.read(run).records.count
        var request = MapRequest(run: run, rows: scratch.path + "/squares")
        request.chosen = [2]
        _ = try drawMaps(request)
        #expect(try Ledger.read(run).records.count == looks, "a map asks for no answer")
        let examples = try pictureExamples(of: run, threads: 1)
        #expect(try Ledger.read(run).records.count == looks + 1)
        #expect(examples.count >= 4 && examples.contains { $0.title.hasSuffix("right") })
        #expect(examples.allSatisfy { $0.lines[0].hasPrefix("Decided ") && $0.lines[1].hasSuffix(".pgm") })
        let report = try storedReport(run: run)
        let page = report.html(with: examples)
        #expect(page.contains("img src=\"data:image/png;base64,iVBOR") && page.contains("img-src data:;"))
        let usual = report.html()
        #expect(!usual.contains("<img") && !usual.contains("img-src"))
    }

    /// Of another class than the one that is decided, Grad-CAM may find nothing: no reason, and no passed control.
    @Test func anEmptyMapIsNoReasonAndPassesNoControl() throws {
        let scratch = try Scratch()
        let (run, data) = try Self.run(scratch)
        var request = MapRequest(run: run, rows: data)
        request.chosen = Array(1...20) + Array(61...80)
        var empty = 0
        for label in ["above", "below"] {
            request.label = label
            var maps = try drawMaps(request).maps
            for item in maps.pictures {
                let isEmpty = item.values.allSatisfy { $0 == 0 }
                empty += isEmpty ? 1 : 0
                #expect(item.peak.isEmpty == isEmpty)
                #expect(item.controls.count == (isEmpty ? 0 : 3), "row \(item.row)")
                #expect((item.tellsOfWeights == nil) == isEmpty)
                maps.pictures = [item]
                #expect(maps.text.contains("The map is empty") == isEmpty)
                #expect(maps.text.contains("Another model's map") != (isEmpty || item.tellsOfWeights == false))
            }
        }
        #expect(empty > 0)
        request.controls = 0
        #expect(try drawMaps(request).maps.text.contains("is not known"))
    }

    @Test func whatCannotBeIsSaid() throws {
        let scratch = try Scratch()
        let (run, data) = try Self.run(scratch)
        func complaint(_ change: (inout MapRequest) -> Void) -> String {
            var request = MapRequest(run: run, rows: data)
            change(&request)
            do {
                _ = try drawMaps(request)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(complaint { $0.column = "other" }.contains("there is \"picture\""))
        #expect(complaint { $0.chosen = [121] }.contains("121"))
        #expect(complaint { $0.side = 3 }.contains("--side is 3, and is for --method occlusion"))
        #expect(complaint { $0.steps = 3 }.contains("--method integrated-gradients"))
        #expect(
            complaint {
                $0.method = .occlusion
                $0.side = 13
            }.contains("from 1 to 12"))
        #expect(complaint { $0.label = "nowhere" }.contains("no class of the run"))
        #expect(complaint { $0.controls = -1 }.contains("--controls"))
    }
}
