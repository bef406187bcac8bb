import Foundation
import Images
import Tables
import TensorCore
import Testing

/// Files of `Reference/pictures.py` against what Pillow reads from them.
struct ReferencePicture: Decodable {
    let height: Int
    let width: Int
    let channels: Int
    let pixels: Data

    static let folder = Bundle.module.bundleURL.appending(path: "Reference")
    static let pictures = folder.appending(path: "pictures").path

    static func all() throws -> [String: ReferencePicture] {
        let data = try Data(contentsOf: folder.appending(path: "answers.json"))
        return try JSONDecoder().decode([String: ReferencePicture].self, from: data)
    }

    var picture: Picture { Picture(width: width, height: height, channels: channels, bytes: Array(pixels)) }
}

@Suite struct PictureReferenceTests {
    @Test func everyKindHasPillowsPixels() throws {
        let answers = try ReferencePicture.all().filter { !$0.key.hasPrefix("npz-") }
        #expect(answers.count > 60)
        for (name, answer) in answers.sorted(by: { $0.key < $1.key }) {
            let read = try PictureFile.read(ReferencePicture.pictures + "/" + name)
            let expected = answer.picture
            #expect(read.width == expected.width && read.height == expected.height, "\(name)")
            #expect(read.channels == expected.channels, "\(name)")
            guard read.bytes.count == expected.bytes.count else { continue }
            let most = zip(read.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
            #expect(most == 0, "\(name) differs by up to \(most)")
        }
    }

    @Test func arraysOfArchivesAreThoseThatWereStored() throws {
        let answers = try ReferencePicture.all()
        for (name, parts) in [("stored", [.train, .test]), ("deflated", [.train, .test]), ("named", [])]
            as [(String, [PicturePart])]
        {
            let path = ReferencePicture.pictures + "/\(name).npz"
            let folder = try PictureFolder.read(path)
            #expect(folder.parts == parts, "\(name)")
            let reader = try PictureReader(path)
            for (stack, key) in [("grey", "train_images"), ("rgb", name == "named" ? "x" : "test_images")] {
                guard name != "named" || stack == "rgb" else { continue }
                let answer = try #require(answers["npz-" + stack])
                let cells = folder.entries.map(\.path).filter { $0.hasPrefix(key + "/") }
                #expect(cells.count == (stack == "grey" ? 5 : 3))
                let pictures = try cells.map { try reader.picture($0) }
                #expect(pictures.allSatisfy { $0.channels == answer.channels && $0.width == 6 && $0.height == 4 })
                #expect(pictures.flatMap(\.bytes) == Array(answer.pixels), "\(name) \(key)")
            }
            #expect(folder.classes == (name == "named" ? ["hund", "katze", "kötér"] : ["0", "1", "2"]))
        }
        let table = try PictureFolder.read(ReferencePicture.pictures + "/stored.npz").table(of: .test)
        #expect(table.rowCount == 3)
        #expect((0..<3).map { table.column(named: "label")?.text($0) } == ["1", "0", "2"])
    }

    @Test func modesAndOdditiesAreSaid() throws {
        func load(_ name: String) throws -> DecodedPicture {
            try PictureFile.load(ReferencePicture.pictures + "/" + name)
        }
        #expect(try load("grey16.png").notes == [.sixteenBits])
        #expect(try load("grey16.png").mode == "grey, 16 bits")
        #expect(try load("rgb-alpha8.png").notes == [.blended])
        #expect(try load("palette4.png").mode == "palette")
        #expect(try load("cmyk.jpg").notes == [.cmyk])
        #expect(try load("turned6.jpg").notes == [.turned])
        #expect(try load("turned1.jpg").notes == [])
        let bytes = Array(try Data(contentsOf: URL(filePath: ReferencePicture.pictures + "/rgb8.png")))
        #expect(try PictureFile.decode(bytes, path: "a/b.JPG").notes == [.otherExtension])
        #expect(try PictureFile.decode(bytes, path: "a.jpg/b").notes == [])
        #expect(try PictureFile.decode(bytes, path: "a.jpg/b").format == .png)
    }
}

@Suite struct ResizingTests {
    /// The definition, in `Double`: the area of each old pixel in each new one, and lines between centres.
    private func twin(_ picture: Picture, _ width: Int, _ height: Int) -> [Double] {
        func weights(_ old: Int, _ new: Int) -> [[Double]] {
            (0..<new).map { place in
                let scale = Double(old) / Double(new)
                return (0..<old).map { source in
                    if new <= old {
                        let low = max(Double(source), Double(place) * scale)
                        return max(min(Double(source + 1), Double(place + 1) * scale) - low, 0) / scale
                    }
                    let centre = min(max((Double(place) + 0.5) * scale - 0.5, 0), Double(old - 1))
                    return max(1 - abs(Double(source) - centre), 0)
                }
            }
        }
        let (across, down) = (weights(picture.width, width), weights(picture.height, height))
        var result: [Double] = []
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<picture.channels {
                    var sum = 0.0
                    for y in 0..<picture.height where down[row][y] != 0 {
                        for x in 0..<picture.width where across[column][x] != 0 {
                            let value = picture.bytes[(y * picture.width + x) * picture.channels + channel]
                            sum += down[row][y] * across[column][x] * Double(value)
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    @Test func pixelsAreAveragesOfAreasAndLinesBetweenCentres() {
        let random = CounterRandom(seed: 7, name: "pixels")
        let picture = Picture(
            width: 11, height: 7, channels: 3,
            bytes: (0..<231).map { UInt8(truncatingIfNeeded: random.bits(index: UInt64($0))) })
        for (width, height) in [(5, 3), (11, 7), (22, 14), (4, 20), (1, 1), (30, 2), (11, 6)] {
            let resized = picture.resized(width: width, height: height)
            let expected = twin(picture, width, height)
            #expect(resized.bytes.count == expected.count)
            for (value, exact) in zip(resized.bytes, expected) {
                #expect(abs(Double(value) - exact) < 0.5 + 1e-9)
            }
        }
    }

    @Test func greyAndColourAreConverted() {
        let grey = Picture(width: 2, height: 1, channels: 1, bytes: [0, 200])
        #expect(grey.rgb.bytes == [0, 0, 0, 200, 200, 200])
        #expect(grey.rgb.grey == grey)
        #expect(grey.rgb.isGrey)
        // Pillow's own example of its formula: 0.299 R + 0.587 G + 0.114 B.
        let colours = Picture(width: 3, height: 1, channels: 3, bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255])
        #expect(colours.grey.bytes == [76, 150, 29])
        #expect(!colours.isGrey)
        #expect(colours.cropped(columns: 1..<3, rows: 0..<1).bytes == [0, 255, 0, 0, 0, 255])
    }
}
