import GraphIR
import TensorCore

extension LoweringRules {
    /// What only gives the same elements other extents or another order.
    static let arrangement: [String: Tracer.Rule] = [
        "Reshape": { tracer, call throws(ONNXError) in
            let x = try tracer.traced(call, 0)
            let target: [Extent]
            if call.call.opset < 5 {
                target = try call.call.ints("shape", default: []).map { .fixed($0) }
            } else {
                target = try call.extents(1)
            }
            let shape = try tracer.filled(target, of: tracer.shape(x), call)
            return [.traced(try tracer.reshaped(x, shape, call))]
        },
        "Flatten": { tracer, call throws(ONNXError) in
            let x = try tracer.traced(call, 0)
            let shape = tracer.shape(x)
            let given = try call.call.int("axis", default: 1)
            let axis = given < 0 ? given + x.rank : given
            guard (0...x.rank).contains(axis), let rows = shape.extents[..<axis].product,
                let width = shape.extents[axis...].product
            else { throw call.obstacle("cannot flatten \(shape) at axis \(given)") }
            return [.traced(try tracer.reshaped(x, [rows, width], call))]
        },
        "Transpose": { tracer, call throws(ONNXError) in
            var x = try tracer.traced(call, 0)
            let order = try call.call.axes(
                try call.call.ints("perm", default: Array((0..<x.rank).reversed())), rank: x.rank)
            guard order.count == x.rank else { throw call.call.failure("has a perm of \(order)") }
            x.axes = x.axes.compactMap { order.firstIndex(of: $0) }
            return [.traced(x)]
        },
        "Squeeze": { tracer, call throws(ONNXError) in
            let x = try tracer.traced(call, 0)
            let shape = tracer.shape(x)
            var axes = try call.call.optionalInts("axes")
            if axes == nil, call.has(1) { axes = try call.integers(1) }
            if axes == nil && shape.extents.contains(.rows) {
                throw call.obstacle("takes away the axis of the rows where there is one row")
            }
            let given = try call.call.axes(axes ?? (0..<x.rank).filter { shape[$0] == 1 }, rank: x.rank)
            guard given.allSatisfy({ shape[$0] == 1 }) else {
                throw call.obstacle("takes away axes \(given) of \(shape)")
            }
            let kept = (0..<x.rank).filter { !given.contains($0) }
            return [.traced(try tracer.reshaped(x, Shape(kept.map { shape[$0] }), call))]
        },
        "Unsqueeze": { tracer, call throws(ONNXError) in
            let x = try tracer.traced(call, 0)
            var given = try call.call.optionalInts("axes") ?? []
            if !call.call.has("axes") { given = try call.integers(1) }
            let rank = x.rank + given.count
            let axes = try call.call.axes(given, rank: rank)
            var rest = tracer.shape(x).extents[...]
            let extents: [Extent] = (0..<rank).map { axes.contains($0) ? 1 : rest.popFirst() ?? 1 }
            return [.traced(try tracer.reshaped(x, Shape(extents), call))]
        },
        "Identity": { tracer, call throws(ONNXError) in [.traced(try tracer.traced(call, 0))] },
        "Dropout": { tracer, call throws(ONNXError) in
            guard !call.call.wants(output: 1) else { throw call.obstacle("is asked for its mask") }
            if call.has(2), let training = Bool.array(try call.known(2).elements), training.first == true {
                throw call.obstacle("drops units, as in training")
            }
            return [.traced(try tracer.traced(call, 0))]
        },
        "Expand": { tracer, call throws(ONNXError) in
            let input = try call.input(0)
            let own = tracer.shape(input)
            let shape = try tracer.broadcast([own, Shape(try call.extents(1))], call)
            try tracer.checkCount(shape, call)
            if case .known(var known) = input {
                let whole = Shape([Extent](repeating: 1, count: shape.rank - own.rank) + own.extents)
                let fixed = shape.extents.map { $0.dependsOnRows ? 1 : $0.fixed ?? 1 }
                guard let numbers = whole.numbers ?? Shape(whole.extents.map { $0.dependsOnRows ? 1 : $0 }).numbers
                else { throw call.obstacle("stretches \(own)") }
                if known.isLearned || known.tensor.count == 1 && known.tensor.type == .float32 {
                    let traced = try tracer.parameter(known, role: .weight, axes: nil, call)
                    return [.traced(try tracer.expanded(traced, shape, call))]
                }
                known.tensor = known.tensor.stretched(as: numbers, to: fixed)
                known.stretched = shape.dependsOnRows ? shape : nil
                known.name = call.call.node.outputs.first ?? known.name
                known.isInitializer = false
                return [.known(known)]
            }
            return [.traced(try tracer.expanded(try tracer.traced(call, 0), shape, call))]
        },
        "ConstantOfShape": { tracer, call throws(ONNXError) in
            let shape = Shape(try call.extents(0))
            try tracer.checkCount(shape, call)
            let value = try call.call.optionalTensor(attribute: "value") ?? .scalar(Float(0))
            guard value.count == 1 else { throw call.call.failure("is of \(value.count) values") }
            let single = value.reshaped([])
            let fixed = shape.extents.map { $0.dependsOnRows ? 1 : $0.fixed ?? 1 }
            var known = Known(
                tensor: single.stretched(as: [Int](repeating: 1, count: fixed.count), to: fixed),
                name: call.call.node.outputs.first ?? "", isInitializer: false, isLearned: false)
            known.stretched = shape.dependsOnRows ? shape : nil
            return [.known(known)]
        },
        "DepthToSpace": { tracer, call throws(ONNXError) in
            let x = try tracer.traced(call, 0)
            let shape = tracer.shape(x)
            let block = try call.call.int("blocksize")
            guard x.rank == 4, block > 0, block < 1 << 15, let channels = shape[1].fixed, channels % (block * block) == 0,
                let height = shape[2].fixed, let width = shape[3].fixed
            else { throw call.obstacle("cannot move channels of \(shape) to blocks of \(block)") }
            let isDepthFirst = try call.call.text("mode", default: "DCR") == "DCR"
            let (b, c) = (Extent.fixed(block), Extent.fixed(channels / (block * block)))
            var apart = try tracer.reshaped(
                x, isDepthFirst ? [shape[0], b, b, c, shape[2], shape[3]] : [shape[0], c, b, b, shape[2], shape[3]],
                call)
            let order = isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
            apart.axes = apart.axes.compactMap { order.firstIndex(of: $0) }
            let (newHeight, overflows) = height.multipliedReportingOverflow(by: block)
            let (newWidth, also) = width.multipliedReportingOverflow(by: block)
            guard !overflows, !also else { throw call.obstacle("makes too large images") }
            return [.traced(try tracer.reshaped(apart, [shape[0], c, .fixed(newHeight), .fixed(newWidth)], call))]
        },
    ]
}

extension Tracer {
    /// The extents that a reshape asks for, with those filled in that it leaves open.
    fileprivate func filled(_ target: [Extent], of from: Shape, _ call: TracedCall) throws(ONNXError) -> Shape {
        let copiesZeros = try !call.call.flag("allowzero")
        var extents = target
        var open: Int?
        for (axis, extent) in target.enumerated() {
            guard let count = extent.fixed else { continue }
            if count == 0 && copiesZeros {
                guard axis < from.rank else { throw call.obstacle("copies an extent that is not there") }
                extents[axis] = from[axis]
            } else if count == -1 {
                guard open == nil else { throw call.call.failure("leaves several extents open") }
                open = axis
            } else if count <= 0 {
                throw call.obstacle("makes an extent of \(count)")
            }
        }
        if let open {
            extents[open] = 1
            guard let given = extents.product, let whole = from.extents.product, let rest = whole.divided(by: given)
            else { throw call.obstacle("cannot make \(Shape(extents)) of \(from)") }
            extents[open] = rest
        }
        guard extents.product == from.extents.product else {
            throw call.obstacle("makes \(Shape(extents)) of \(from), which does not hold for every number of rows")
        }
        return Shape(extents)
    }

    func checkCount(_ shape: Shape, _ call: TracedCall) throws(ONNXError) {
        guard try call.call.count(of: shape.bound(rows: 1)) > 0 else { throw call.obstacle("makes an empty tensor") }
    }

    mutating func expanded(_ x: Traced, _ shape: Shape, _ call: TracedCall) throws(ONNXError) -> Traced {
        let own = self.shape(x)
        if own == shape { return x }
        var result = try reshaped(
            x, Shape([Extent](repeating: 1, count: shape.rank - own.rank) + own.extents), call)
        result.value = builder.broadcast(result.value, Shape(result.axes.map { shape[$0] }))
        (result.indices, result.source) = (nil, nil)
        return result
    }
}

extension ONNXTensor {
    /// The elements in extents with the same product, stretched to others.
    func stretched(as extents: [Int], to shape: [Int]) -> ONNXTensor {
        Self.stretched(elements.array, extents, shape)
    }

    private static func stretched(_ array: some ElementArray, _ extents: [Int], _ shape: [Int]) -> ONNXTensor {
        ONNXTensor(shape, Broadcasting.stretched(array.array, extents, to: shape))
    }
}
