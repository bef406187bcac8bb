import GraphIR
import TensorCore

extension LoweringRules {
    /// What takes parts and puts them together.
    static let indexing: [String: Tracer.Rule] = [
        "Concat": concat, "Split": split, "Slice": slice, "Pad": pad, "Gather": gather,
    ]

    private static let concat: Tracer.Rule = { tracer, call throws(ONNXError) in
        guard call.inputs.count > 0 else { throw call.call.failure("has no inputs") }
        var parts: [Traced] = []
        for index in call.inputs.indices { parts.append(try tracer.traced(call, index)) }
        let rank = parts[0].rank
        guard parts.allSatisfy({ $0.rank == rank && $0.type == parts[0].type }) else {
            throw call.obstacle("puts tensors of several types or ranks together")
        }
        let axis = try call.call.axis(try call.call.int("axis"), rank: rank)
        // The rows that only some parts have are those of all.
        var rows = Shape([Extent](repeating: 1, count: rank))
        for part in parts {
            let own = tracer.shape(part)
            guard !own[axis].dependsOnRows else { throw call.obstacle("puts rows of the batch behind one another") }
            for (place, extent) in own.extents.enumerated() where extent.dependsOnRows { rows.extents[place] = extent }
        }
        guard rows.dependsOnRows == false || parts.allSatisfy({ tracer.shape($0).dependsOnRows }) else {
            throw call.obstacle("puts together what has rows and what has none")
        }
        let largest = parts.max { tracer.shape($0).count(rows: 1) < tracer.shape($1).count(rows: 1) } ?? parts[0]
        let arranged = parts.map { tracer.arranged($0, largest.axes) }
        guard let place = largest.axes.firstIndex(of: axis) else { throw call.obstacle("has no axis \(axis)") }
        var result = largest
        result.value = tracer.builder.apply(.concatenate(axis: place), arranged.map(\.value))
        let indices = arranged.compactMap(\.indices)
        result.indices =
            indices.count == parts.count && Set(parts.map(\.source)).count == 1
            ? tracer.builder.apply(.concatenate(axis: place), indices) : nil
        result.bound = parts.reduce(0) { max($0, $1.bound) }
        return [.traced(result)]
    }

    private static let split: Tracer.Rule = { tracer, call throws(ONNXError) in
        let x = try tracer.traced(call, 0)
        let axis = try call.call.axis(try call.call.int("axis", default: 0), rank: x.rank)
        guard let extent = tracer.shape(x)[axis].fixed else { throw call.obstacle("cuts the rows of the batch") }
        let count = call.call.outputCount
        var lengths = try call.call.optionalInts("split")
        if lengths == nil, call.has(1) { lengths = try call.integers(1) }
        if lengths == nil {
            guard count > 0 else { throw call.obstacle("has no outputs") }
            let length = (extent + count - 1) / count
            lengths = (0..<count).map { min(length, extent - $0 * length) }
        }
        var start = 0
        var parts: [Tracked] = []
        for length in lengths ?? [] {
            guard length > 0, length <= extent - start else { throw call.obstacle("cuts \(extent) in \(lengths ?? [])") }
            parts.append(.traced(tracer.cut(x, axis, start..<start + length)))
            start += length
        }
        guard start == extent, parts.count >= count else { throw call.obstacle("cuts \(extent) in \(lengths ?? [])") }
        return parts
    }

    private static let slice: Tracer.Rule = { tracer, call throws(ONNXError) in
        var x = try tracer.traced(call, 0)
        let isOld = call.call.opset < 10
        let starts = isOld ? try call.call.ints("starts", default: []).map { Extent.fixed($0) } : try call.extents(1)
        let ends = isOld ? try call.call.ints("ends", default: []).map { Extent.fixed($0) } : try call.extents(2)
        var axes = Array(0..<starts.count)
        if isOld {
            axes = try call.call.ints("axes", default: axes)
        } else if call.has(3) {
            axes = try call.integers(3)
        }
        let steps = !isOld && call.has(4) ? try call.integers(4) : [Int](repeating: 1, count: starts.count)
        axes = try call.call.axes(axes, rank: x.rank)
        guard axes.count == starts.count, ends.count == starts.count, steps.count == starts.count else {
            throw call.call.failure("has \(starts.count) starts, \(ends.count) ends, \(axes.count) axes")
        }
        for (index, axis) in axes.enumerated() {
            let extent = tracer.shape(x)[axis]
            // For an end that they do not know, exporters write 10^9, 2^31 − 1 or 2^63 − 1; no tensor has so many rows.
            let isWhole = ends[index] == extent || (ends[index].fixed ?? 0) >= 1_000_000_000
            if starts[index] == 0, steps[index] == 1, isWhole { continue }
            guard let count = extent.fixed, let start = starts[index].fixed, let end = ends[index].fixed else {
                throw call.obstacle("cuts the rows of the batch")
            }
            x = try tracer.stepped(x, axis, count, start, end, steps[index], call)
        }
        return [.traced(x)]
    }

    private static let pad: Tracer.Rule = { tracer, call throws(ONNXError) in
        guard try call.call.text("mode", default: "constant") == "constant" else {
            throw call.obstacle("continues its input otherwise than by a constant")
        }
        let x = try tracer.floats(call, 0)
        let isOld = call.call.opset < 11
        let widths = isOld ? try call.call.ints("pads", default: []) : try call.integers(1)
        var number = isOld ? Double(try call.call.float("value", default: 0)) : 0
        if !isOld, let given = try call.number(2) { number = given }
        let axes = !isOld && call.has(3) ? try call.call.axes(try call.integers(3), rank: x.rank) : Array(0..<x.rank)
        guard widths.count == 2 * axes.count else { throw call.call.failure("has \(widths.count) pads") }
        var places = [(before: Int, after: Int)](repeating: (0, 0), count: x.rank)
        var cut = x
        for (index, axis) in axes.enumerated() {
            let (before, after) = (widths[index], widths[index + axes.count])
            guard (before, after) != (0, 0) else { continue }
            guard let extent = tracer.shape(x)[axis].fixed, [before, after].allSatisfy({ abs($0 / 2) < 1 << 29 }),
                extent + min(before, 0) + min(after, 0) > 0
            else { throw call.obstacle("adds or takes rows of the batch, or all there is") }
            if before < 0 || after < 0 { cut = tracer.cut(cut, axis, max(-before, 0)..<extent + min(after, 0)) }
            if let place = x.axes.firstIndex(of: axis) { places[place] = (max(before, 0), max(after, 0)) }
        }
        var result = cut
        result.value = tracer.builder.pad(cut.value, places)
        if number != 0 {
            let ones = tracer.builder.broadcast(tracer.builder.constant(1), tracer.builder.shape(cut.value))
            let inside = tracer.builder.pad(ones, places)
            result.value = tracer.builder.select(inside, result.value, tracer.builder.constant(Float(number)))
        }
        return [.traced(result)]
    }

    private static let gather: Tracer.Rule = { tracer, call throws(ONNXError) in
        let axis = try call.call.axis(try call.call.int("axis", default: 0), rank: tracer.shape(try call.input(0)).rank)
        switch try call.input(1) {
        case .extents: throw call.obstacle("looks up by a number of rows")
        case .known(let known):
            let collapsed = known.tensor
            guard collapsed.type.isInteger, let numbers = collapsed.elements.numbers else {
                throw call.obstacle("looks up by \(collapsed.type.name)")
            }
            let x = try tracer.traced(call, 0, role: .embedding)
            var result = try tracer.picked(x, axis, TracedCall.integers(numbers), collapsed.shape, call)
            if let stretched = known.stretched {
                let own = tracer.shape(x).extents
                result = try tracer.expanded(
                    result, Shape(own[..<axis] + stretched.extents + own[(axis + 1)...]), call)
            }
            return [.traced(result)]
        case .traced(let indices):
            guard axis == 0, let places = indices.indices, let source = indices.source else {
                throw call.obstacle("looks up by what is computed, or along another axis than the first")
            }
            let table = tracer.ordered(try tracer.floats(call, 0, role: .embedding))
            let extents = tracer.shape(table)
            guard let numbers = extents.numbers, let count = numbers.first,
                let width = extents.extents.dropFirst().product
            else { throw call.obstacle("looks up rows of the batch") }
            let flat = extents.rank == 2 ? table.value : tracer.builder.reshape(table.value, [extents[0], width])
            var ordered = indices
            ordered.value = places
            ordered.indices = nil
            ordered = tracer.ordered(ordered)
            let found = tracer.builder.apply(.gather, [flat, ordered.value])
            tracer.inputs[source]?.tables.insert(count)
            let result = Traced(found, axes: Array(0..<indices.rank + 1))
            return [
                .traced(
                    try tracer.reshaped(
                        result, Shape(tracer.shape(indices).extents + extents.extents.dropFirst()), call))
            ]
        }
    }
}

extension Tracer {
    /// A part along an axis of the model's tensor.
    mutating func cut(_ x: Traced, _ axis: Int, _ range: Range<Int>) -> Traced {
        guard let place = x.axes.firstIndex(of: axis), shape(x)[axis] != .fixed(range.count) else { return x }
        return moved(x, .slice(axis: place, start: range.lowerBound, end: range.upperBound), axes: x.axes)
    }

    /// Every so manyth place along an axis.
    fileprivate mutating func stepped(
        _ x: Traced, _ axis: Int, _ extent: Int, _ start: Int, _ end: Int, _ step: Int, _ call: TracedCall
    ) throws(ONNXError) -> Traced {
        guard step > 0 else { throw call.obstacle("goes backwards, in steps of \(step)") }
        func place(_ index: Int) -> Int { min(max(index < 0 ? max(index, -extent) + extent : index, 0), extent) }
        let (first, last) = (place(start), place(end))
        guard first < last else { throw call.obstacle("leaves nothing") }
        guard step > 1 else { return cut(x, axis, first..<last) }
        let count = (last - first - 1) / step + 1
        guard count > 1 else { return cut(x, axis, first..<first + 1) }
        // As runs of a step's length, of each of which the first is taken.
        guard step <= extent, let position = x.axes.firstIndex(of: axis) else {
            throw call.obstacle("goes in steps of \(step)")
        }
        var result = cut(x, axis, first..<min(extent, first + count * step))
        let missing = first + count * step - extent
        if missing > 0 {
            result.value = builder.apply(.pad(axis: position, before: 0, after: missing), [result.value])
            (result.indices, result.source) = (nil, nil)
        }
        let own = builder.shape(result.value)
        var apart = own
        apart.extents[position] = .fixed(step)
        apart.extents.insert(.fixed(count), at: position)
        result = moved(result, .reshape(apart), axes: result.axes)
        result = moved(result, .slice(axis: position + 1, start: 0, end: 1), axes: result.axes)
        var shape = own
        shape.extents[position] = .fixed(count)
        return moved(result, .reshape(shape), axes: x.axes)
    }

    /// Some places along an axis, in runs of neighbours.
    fileprivate mutating func picked(
        _ x: Traced, _ axis: Int, _ places: [Int], _ extents: [Int], _ call: TracedCall
    ) throws(ONNXError) -> Traced {
        let own = shape(x)
        guard let extent = own[axis].fixed else { throw call.obstacle("takes single rows of the batch") }
        var runs: [Range<Int>] = []
        for place in places {
            let index = place < 0 ? place + extent : place
            guard (0..<extent).contains(index) else { throw call.call.failure("looks up \(place) of \(extent)") }
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        guard !runs.isEmpty, runs.count <= 256, let place = x.axes.firstIndex(of: axis) else {
            throw call.obstacle("looks up \(places.count) places that lie apart")
        }
        var result = x
        if runs.count == 1 {
            result = cut(x, axis, runs[0])
        } else {
            let parts = runs.map { cut(x, axis, $0) }
            result.value = builder.apply(.concatenate(axis: place), parts.map(\.value))
            let indices = parts.compactMap(\.indices)
            result.indices = indices.count == parts.count ? builder.apply(.concatenate(axis: place), indices) : nil
        }
        let shape = own.extents[..<axis] + extents.map { Extent.fixed($0) } + own.extents[(axis + 1)...]
        return try reshaped(result, Shape(Array(shape)), call)
    }
}
