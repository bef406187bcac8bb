import Testing
import Tuning

/// Points as coordinates and back.
@Suite struct SpaceEncodingTests {
    private static let space = MadeFunction.training.space

    @Test func coordinatesGoRound() {
        let encoding = SpaceEncoding(Self.space, standard: MadeFunction.training.standard)
        let points = ScatteredCoordinates.made(encoding.count, 200)
        for coordinates in points {
            let point = encoding.point(at: coordinates)
            let back = encoding.coordinates(of: point)
            #expect(encoding.point(at: back) == point)
            // Real numbers keep four digits.
            for place in [0, 3, 4] { #expect(abs(back[place] - coordinates[place]) < 2e-3) }
        }
    }

    @Test func theStandardIsTheEmptyPoint() {
        let encoding = SpaceEncoding(Self.space, standard: MadeFunction.training.standard)
        #expect(encoding.point(at: encoding.standard) == .standard)
        #expect(encoding.coordinates(of: .standard) == encoding.standard)
        var changed = encoding.standard
        changed[1] = 1
        #expect(encoding.point(at: changed) == SearchPoint(["width": "512"]))
    }

    @Test func scalesAreAsTheyAreSaid() {
        let log = SearchDomain.real(lower: 1e-4, upper: 0.01, isLogarithmic: true)
        #expect(log.text(at: 0.5) == "0.001")
        #expect(log.text(at: 0) == "0.0001" && log.text(at: 1) == "0.01")
        #expect(abs((log.coordinate(of: "0.001") ?? 0) - 0.5) < 1e-12)
        let whole = SearchDomain.integer(lower: 1, upper: 4, isLogarithmic: false)
        #expect(
            [0, 0.24, 0.26, 0.51, 0.76, 1].map { whole.text(at: $0) } == [
                "1", "1", "2", "3", "4", "4",
            ])
        let words = SearchDomain.choice(["auto", "a", "b"])
        #expect([0, 0.4, 0.99].map { words.text(at: $0) } == ["auto", "a", "b"])
        #expect(words.coordinate(of: "c") == nil && log.coordinate(of: "x") == nil)
    }

    /// `auto` leaves the setting to the recipe, and a standard outside of the space stays apart from all of it.
    @Test func whatIsLeftToTheRecipeIsNotNamed() {
        let space = SearchSpace(
            dated: "2026-11-30", source: "made",
            parameters: [
                SearchParameter("a", .choice(["auto", "x"])),
                SearchParameter("b", .choice(["y", "z"])),
                SearchParameter("c", .integer(lower: 4, upper: 8, isLogarithmic: false)),
            ])
        let encoding = SpaceEncoding(space, standard: SearchPoint(["b": "other", "c": "20"]))
        #expect(encoding.point(at: encoding.standard) == .standard)
        #expect(encoding.point(at: [0.2, 0.2, 0.2]) == SearchPoint(["b": "y", "c": "5"]))
        #expect(encoding.standard[2] > 1)
        #expect(
            encoding.point(at: [0.9, encoding.standard[1], 1]) == SearchPoint(["a": "x", "c": "8"]))
    }
}

/// Coordinates for tests: multiples of irrational numbers.
enum ScatteredCoordinates {
    static func made(_ dimensions: Int, _ count: Int) -> [[Double]] {
        (1...count).map { i in
            (1...dimensions).map { k in
                let turn = Double(i) * Double(k * k + 1).squareRoot()
                return turn - turn.rounded(.down)
            }
        }
    }
}
