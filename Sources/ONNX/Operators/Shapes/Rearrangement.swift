/// A choice of elements that does not look at them, so that one text serves every type.
///
/// Floats of 32 bits have a loop of their own, the others share one.
protocol Rearrangement {
    func elements<Element: ONNXElement>(of array: [Element]) -> [Element]
}

/// A choice of numbers that computes with them.
protocol NumberRearrangement {
    func elements<Element: ONNXNumber>(of array: [Element]) -> [Element]
}

extension Elements {
    func rearranged(by rearrangement: some Rearrangement) -> Elements {
        switch self {
        case .float32(let array): .float32(rearrangement.elements(of: array))
        default: Self.share(rearrangement, array)
        }
    }

    /// `nil` of truths and texts.
    func rearranged(by rearrangement: some NumberRearrangement) -> Elements? {
        switch self {
        case .float32(let array): .float32(rearrangement.elements(of: array))
        default: numbers.map { Self.share(rearrangement, $0) }
        }
    }

    @inline(never)
    private static func share(_ rearrangement: some Rearrangement, _ elements: some ElementArray) -> Elements {
        rearrangement.elements(of: elements.array).elements
    }

    @inline(never)
    private static func share(
        _ rearrangement: some NumberRearrangement, _ numbers: some NumberArray
    ) -> Elements {
        rearrangement.elements(of: numbers.array).elements
    }
}

/// A tensor whose axes lie at fixed steps in a dense one: a transpose, a slice, a stretched or repeated tensor.
///
/// The element at place `p` is the one at `start + Σ p[axis] · steps[axis]`; every such offset has to be one of the
/// dense tensor's.
struct StridedView: Rearrangement {
    var shape: [Int]
    var steps: [Int]
    var start = 0

    /// The view as a dense tensor.
    ///
    /// - Parameter shape: Extents of the same product; `nil` for those of the view.
    func copy(of tensor: ONNXTensor, as shape: [Int]? = nil) -> ONNXTensor {
        ONNXTensor(shape ?? self.shape, tensor.elements.rearranged(by: self))
    }

    func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
        let count = shape.reduce(1, *)
        guard count > 0 else { return [] }
        let (shape, steps) = merged
        guard let inner = shape.last, let innerStep = steps.last else { return [array[start]] }
        if shape.count == 1 && innerStep == 1 && start == 0 && inner == array.count { return array }
        var result: [Element] = []
        result.reserveCapacity(count)
        var rows = RowOffsets(shape, steps: steps, from: start)
        repeat {
            switch innerStep {
            case 1: result.append(contentsOf: array[rows.offset..<rows.offset + inner])
            case 0: result.append(contentsOf: repeatElement(array[rows.offset], count: inner))
            default:
                var from = rows.offset
                for _ in 0..<inner {
                    result.append(array[from])
                    from += innerStep
                }
            }
        } while rows.advance()
        return result
    }

    /// The same places with axes of one place left out, and axes that follow one another without a gap made one.
    private var merged: (shape: [Int], steps: [Int]) {
        var shape: [Int] = []
        var steps: [Int] = []
        for (extent, step) in zip(self.shape, self.steps) where extent != 1 {
            if let last = shape.indices.last, steps[last] == step * extent {
                shape[last] *= extent
                steps[last] = step
            } else {
                shape.append(extent)
                steps.append(step)
            }
        }
        return (shape, steps)
    }
}

/// Along every axis a list of the places that are taken, in their new order: a gather, a crop, a padding.
struct GridView: Rearrangement {
    /// Extents of the tensor that is taken from.
    let source: [Int]
    /// Of each axis; −1 stands for a place of the filling, `nil` for all places as they are.
    let places: [[Int]?]
    /// One element of the tensor's type; needed where a place is −1.
    var filling: Elements?

    /// Extents of the result.
    var shape: [Int] { zip(source, places).map { $1?.count ?? $0 } }

    func copy(of tensor: ONNXTensor) -> ONNXTensor {
        ONNXTensor(shape, tensor.elements.rearranged(by: self))
    }

    func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
        let count = shape.reduce(1, *)
        guard count > 0 else { return [] }
        guard let last = places.lastIndex(where: { $0 != nil }) else { return array }
        let fill = filling.flatMap { Element.array($0)?.first } ?? Element.zero
        let block = source[(last + 1)...].reduce(1, *)
        let runs = Self.runs(places[last] ?? [], block)
        let inner = (places[last]?.count ?? 0) * block
        let outer = Self.offsets(places[..<last], of: source)
        var result: [Element] = []
        result.reserveCapacity(count)
        for offset in outer {
            guard offset >= 0 else {
                result.append(contentsOf: repeatElement(fill, count: inner))
                continue
            }
            for run in runs {
                if run.start < 0 {
                    result.append(contentsOf: repeatElement(fill, count: run.count))
                } else {
                    let start = offset + run.start
                    result.append(contentsOf: array[start..<start + run.count])
                }
            }
        }
        return result
    }

    /// Elements that follow one another, by where they begin; −1 of the filling.
    private static func runs(_ places: [Int], _ block: Int) -> [(start: Int, count: Int)] {
        var runs: [(start: Int, count: Int)] = []
        for place in places {
            let start = place < 0 ? -1 : place * block
            if let last = runs.last,
                start < 0 ? last.start < 0 : last.start >= 0 && last.start + last.count == start
            {
                runs[runs.count - 1].count += block
            } else {
                runs.append((start, block))
            }
        }
        return runs
    }

    /// Where each place of the outer axes begins; −1 where it is of the filling.
    private static func offsets(_ places: ArraySlice<[Int]?>, of source: [Int]) -> [Int] {
        var offsets = [0]
        let steps = Broadcasting.steps(of: source)
        for (axis, list) in places.enumerated() {
            let list = list ?? Array(0..<source[axis])
            var next: [Int] = []
            next.reserveCapacity(offsets.count * list.count)
            for offset in offsets {
                for place in list {
                    next.append(offset < 0 || place < 0 ? -1 : offset + place * steps[axis])
                }
            }
            offsets = next
        }
        return offsets
    }
}

/// Blocks of elements that follow one another, each from its own offset.
struct BlockView: Rearrangement {
    let offsets: [Int]
    let block: Int

    func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
        if block == 1 { return offsets.map { array[$0] } }
        var result: [Element] = []
        result.reserveCapacity(offsets.count * block)
        for offset in offsets { result.append(contentsOf: array[offset..<offset + block]) }
        return result
    }
}

/// Tensors one after another along an axis: rows of the first part, of the second and so on, at each place of the axes
/// before.
///
/// It is called with the elements of the first part, which are among `parts` too; all are of one type.
struct JoinedView: Rearrangement {
    let parts: [Elements]
    /// Elements of each part at one place of the axes before.
    let rows: [Int]
    /// Places of the axes before.
    let outer: Int

    func elements<Element: ONNXElement>(of first: [Element]) -> [Element] {
        let arrays = parts.map { Element.array($0) ?? [] }
        var result: [Element] = []
        result.reserveCapacity(arrays.reduce(0) { $0 + $1.count })
        for place in 0..<outer {
            for (array, row) in zip(arrays, rows) where row > 0 {
                result.append(contentsOf: array[place * row..<(place + 1) * row])
            }
        }
        return result
    }
}

/// One element, so often.
struct RepeatedElement: Rearrangement {
    let count: Int

    func elements<Element: ONNXElement>(of array: [Element]) -> [Element] {
        [Element](repeating: array.first ?? .zero, count: count)
    }
}
