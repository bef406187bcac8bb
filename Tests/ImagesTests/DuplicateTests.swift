import Images
import TensorCore
import Testing

/// Made pictures: some soft spots on a grey ground.
struct MadePictures {
    let random: CounterRandom

    init(seed: UInt64) { random = CounterRandom(seed: seed, name: "pictures") }

    func picture(_ number: Int, side: Int = 40, dx: Double = 0, dy: Double = 0, noise: Double = 0) -> Picture {
        let step = UInt32(number)
        var values = [Double](repeating: 90, count: side * side)
        for spot in 0..<8 {
            func draw(_ part: Int) -> Double { random.uniform(step: step, index: UInt64(4 * spot + part)) }
            let (x, y) = (draw(0) * 40 + dx, draw(1) * 40 + dy)
            let (size, height) = (3 + 6 * draw(2), 160 * (draw(3) - 0.4))
            for row in 0..<side {
                for column in 0..<side {
                    // The picture is the same at every side.
                    let (px, py) = ((Double(column) + 0.5) * 40 / Double(side), (Double(row) + 0.5) * 40 / Double(side))
                    let distance = ((px - x) * (px - x) + (py - y) * (py - y)) / (size * size)
                    values[row * side + column] += distance < 1 ? height * (1 - distance) * (1 - distance) : 0
                }
            }
        }
        let bytes = values.enumerated().map { place, value -> UInt8 in
            var sum = -6.0
            if noise > 0 {
                for part in 0..<12 { sum += random.uniform(step: step, index: UInt64(1000 + 12 * place + part)) }
            }
            return UInt8(min(max(value + noise * sum, 0), 255).rounded())
        }
        return Picture(width: side, height: side, channels: 1, bytes: bytes)
    }
}

@Suite struct DuplicateTests {
    @Test func plantedCopiesAreFoundAndNothingElse() {
        let made = MadePictures(seed: 3)
        var pictures = (0..<250).map { made.picture($0) }
        var expected: Set<[Int]> = []
        for number in 0..<100 {
            expected.insert([number, pictures.count])
            let copy =
                switch number % 5 {
                case 0: made.picture(number, dx: 2, dy: -1)
                case 1: made.picture(number, noise: 8)
                case 2: made.picture(number, side: 64)
                case 3: pictures[number].resized(width: 29, height: 29)
                default: made.picture(number, dx: 0.6, dy: 1.4, noise: 3)
                }
            pictures.append(copy)
        }
        let sketches = pictures.map { PictureSketch($0) }
        let found = NearDuplicates(sketches, threads: 1)
        let pairs = Set(found.pairs.map { [$0.first, $0.second] })
        let missed = expected.subtracting(pairs).map { $0[0] }.sorted()
        #expect(missed.count <= 5, "missed: \(missed.map { "\($0 % 5)" }) \(missed)")
        #expect(pairs.subtracting(expected).isEmpty)
        #expect(found.flatCount == 0 && found.cutCount == 0)
        #expect(NearDuplicates(sketches, threads: 3).pairs == found.pairs)
    }

    @Test func equalPixelsHaveEqualHashesHoweverTheyAreStored() {
        let made = MadePictures(seed: 4)
        let hashes = (0..<50).map { PictureSketch(made.picture($0)).pixelHash }
        #expect(Set(hashes).count == 50)
        #expect(PictureSketch(made.picture(7).rgb).pixelHash == hashes[7])
        // The same bytes in another shape are another picture.
        let bytes = made.picture(7).bytes
        let wide = Picture(width: 80, height: 20, channels: 1, bytes: bytes)
        #expect(PictureSketch(wide).pixelHash != hashes[7])
        var changed = bytes
        changed[801] ^= 1
        #expect(PictureSketch(Picture(width: 40, height: 40, channels: 1, bytes: changed)).pixelHash != hashes[7])
    }

    /// Pictures of one value, all alike, and tiny ones neither trap nor pair.
    @Test func flatAndTinyPicturesAreCounted() {
        let flat = (0..<40).map {
            Picture(width: 20, height: 20, channels: 1, bytes: Array(repeating: UInt8(100 + $0 % 2), count: 400))
        }
        let found = NearDuplicates(flat.map { PictureSketch($0) }, threads: 2)
        #expect(found.pairs.isEmpty && found.flatCount == 40)
        let tiny = (0..<10).map { Picture(width: 1, height: 1, channels: 1, bytes: [UInt8($0)]) }
        #expect(NearDuplicates(tiny.map { PictureSketch($0) }, threads: 2).flatCount == 10)
        #expect(NearDuplicates([], threads: 2).pairs.isEmpty)
        let noisy = (0..<30).map { MadePictures(seed: 9).picture($0, side: 12) }
        #expect(NearDuplicates((noisy + tiny).map { PictureSketch($0) }, threads: 2).pairs.isEmpty)
    }
}

@Suite struct MarkTests {
    private func marked(_ picture: Picture, x: Int, y: Int, size: Int, value: UInt8) -> Picture {
        var bytes = picture.bytes
        for row in y..<(y + size) {
            for column in x..<(x + size) { bytes[row * picture.width + column] = value }
        }
        return Picture(width: picture.width, height: picture.height, channels: 1, bytes: bytes)
    }

    private func search(_ pictures: [Picture], _ labels: [Int], seed: UInt64 = 1, threads: Int = 2) -> MarkSearch {
        MarkSearch(
            pictures.map { MarkCells($0) }, labels: labels, classCount: 3, seed: seed, permutations: 19,
            threads: threads)
    }

    @Test func marksAndBordersAreFoundWhereTheyAre() throws {
        let made = MadePictures(seed: 5)
        let labels = (0..<150).map { $0 % 3 }
        let plain = (0..<150).map { made.picture($0, noise: 4) }
        let corner = plain.enumerated().map { place, picture in
            labels[place] == 1 && place % 4 != 0 ? marked(picture, x: 35, y: 1, size: 3, value: 250) : picture
        }
        let found = search(corner, labels)
        let mark = try #require(found.marks.first)
        #expect(mark.label == 1 && mark.place == "top right corner" && mark.values.contains(250))
        #expect(found.pValue == 0.05)
        #expect(mark.inClass >= 30 && mark.classCount == 50 && mark.inOthers <= 3)
        #expect(search(corner, labels, threads: 1).marks == found.marks)
        let bordered = plain.enumerated().map { place, picture -> Picture in
            guard labels[place] == 2 else { return picture }
            var bytes = picture.bytes
            for column in 0..<40 { bytes[39 * 40 + column] = 20 }
            return Picture(width: 40, height: 40, channels: 1, bytes: bytes)
        }
        let border = try #require(search(bordered, labels).marks.first)
        #expect(border.label == 2 && border.place.hasPrefix("bottom"))
        #expect(border.difference > 0.9)
    }

    /// Of clean pictures the least p-value is met once in twenty.
    @Test func labelsWithoutMarksSeldomAlarm() {
        let made = MadePictures(seed: 6)
        let pictures = (0..<90).map { made.picture($0, side: 20, noise: 4) }
        var alarms = 0
        for round in 0..<20 {
            let order = CounterRandom(seed: 8, name: "labels").permutation(of: 90, step: UInt32(round))
            let found = search(pictures, order.map { $0 % 3 }, seed: UInt64(round))
            if found.pValue <= 0.05 { alarms += 1 }
        }
        #expect(alarms <= 4)
    }
}
