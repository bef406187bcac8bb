import CPURuntime
import GraphIR
import Kernels
import RealModule
package import Tables
import TensorCore

/// Random changes of the cells of training rows.
///
/// To each scaled number, where it is not missing, normal noise is added; its position among its bins
/// follows, and it loses the code of its value, which it no longer has. Each category is replaced with
/// some probability by that of another training row, drawn at random. What happens to a row is a pure
/// function of (seed, step, row), so neither shards nor threads change it.
///
/// - Source: Bishop 1995, DOI 10.1162/neco.1995.7.1.108 (numbers); the swaps are those of Bahri et al.
///   2022, arXiv:2106.15147.
package struct InputNoise: Sendable {
    /// The standard deviation of the noise, in units of the scaled numbers, ≥ 0.
    package var deviation: Float
    /// The probability of a category to be swapped, in [0, 1].
    package var swapShare: Float
    package var numbers: [NumberPlace]
    /// Category columns; codes of numbers, which stand after them, are not swapped.
    package var categories: Int

    package init(deviation: Float, swapShare: Float, numbers: [NumberPlace], categories: Int) {
        self.deviation = deviation
        self.swapShare = swapShare
        self.numbers = numbers
        self.categories = categories
    }

    /// Changes rows that stand in the inputs, one after another from their start.
    func apply(
        to arena: Buffer, _ inputs: BatchInputs, rows: ChosenRows, of source: any RowSource,
        seed: UInt64, step: Int
    ) {
        let codes = inputs.place(of: .categories)
        if deviation > 0, let numeric = inputs.place(of: .numeric) {
            for slot in 0..<rows.count {
                move(
                    arena, numbersAt: numeric.start + slot * numeric.width,
                    codesAt: codes.map { $0.start + slot * $0.width }, row: rows[slot], seed: seed,
                    step: step)
            }
        }
        guard swapShare > 0, let codes else { return }
        var cells: [CellCopy] = []
        for slot in 0..<rows.count {
            addSwaps(
                to: &cells, at: codes.start + slot * codes.width, row: rows[slot],
                of: source.rows, seed: seed, step: step)
        }
        source.copy(cells, ofBlock: codes.block, to: arena)
    }

    private func move(
        _ arena: Buffer, numbersAt start: Int, codesAt codes: Int?, row: Int, seed: UInt64,
        step: Int
    ) {
        for (position, number) in numbers.enumerated() {
            if let missing = number.missingPlace, arena[start + missing] != 0 { continue }
            let moved =
                arena[start + number.place]
                + shift(seed: seed, step: step, row: row, number: position)
            arena[start + number.place] = moved
            if let place = number.positionPlace {
                arena[start + place] = number.position(ofScaled: moved)
            }
            if let place = number.codePlace, let codes {
                arena.fill(codes + place..<codes + place + 1, with: 0)
            }
        }
    }

    private func addSwaps(
        to cells: inout [CellCopy], at start: Int, row: Int, of count: Int, seed: UInt64, step: Int
    ) {
        for column in 0..<categories {
            let donor = donor(seed: seed, step: step, row: row, category: column, of: count)
            guard let donor else { continue }
            cells.append(CellCopy(row: donor, part: column, target: start + column))
        }
    }

    /// What is added to a row's number, by its place among the numbers.
    package func shift(seed: UInt64, step: Int, row: Int, number: Int) -> Float {
        let random = CounterRandom(seed: seed, name: "input noise")
        let step = UInt32(truncatingIfNeeded: step)
        let index = 2 * (UInt64(row) << 20 + UInt64(number))
        // Box–Muller; 1 − u is never 0.
        let u = random.uniform(step: step, index: index)
        let v = random.uniform(step: step, index: index + 1)
        return deviation * Float((-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v))
    }

    /// The row whose category takes the place of a row's own; `nil` where that stays.
    package func donor(
        seed: UInt64, step: Int, row: Int, category: Int, of rows: Int
    ) -> Int? {
        let random = CounterRandom(seed: seed, name: "category swap")
        let step = UInt32(truncatingIfNeeded: step)
        let index = 2 * (UInt64(row) << 20 + UInt64(category))
        guard random.uniform(step: step, index: index) < Double(swapShare) else { return nil }
        return random.integer(below: rows, step: step, index: index + 1)
    }
}
