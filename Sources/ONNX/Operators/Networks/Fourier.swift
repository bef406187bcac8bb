import RealModule

/// Discrete Fourier transforms of one length, in doubles, by the prime factors of the length.
private struct FourierTransform {
    let length: Int
    private let factors: [Int]
    /// `exp(∓2πi · k / length)`
    private let turns: [SIMD2<Double>]

    init(length: Int, isInverse: Bool) {
        self.length = length
        factors = Self.factors(of: length)
        let sign = isInverse ? 2.0 : -2.0
        turns = (0..<length).map {
            let angle = sign * Double.pi * Double($0) / Double(length)
            return SIMD2(Double.cos(angle), Double.sin(angle))
        }
    }

    static func factors(of length: Int) -> [Int] {
        var factors: [Int] = []
        var rest = length
        var factor = 2
        while factor * factor <= rest {
            while rest % factor == 0 {
                factors.append(factor)
                rest /= factor
            }
            factor += 1
        }
        return rest > 1 ? factors + [rest] : factors
    }

    func callAsFunction(_ signal: [SIMD2<Double>]) -> [SIMD2<Double>] {
        transformed(signal, from: 0, step: 1, factors[...])
    }

    private func transformed(
        _ signal: [SIMD2<Double>], from start: Int, step: Int, _ factors: ArraySlice<Int>
    ) -> [SIMD2<Double>] {
        guard let factor = factors.first else { return [signal[start]] }
        let parts = (0..<factor).map {
            transformed(signal, from: start + $0 * step, step: step * factor, factors.dropFirst())
        }
        let size = parts[0].count
        let count = size * factor
        var result: [SIMD2<Double>] = []
        result.reserveCapacity(count)
        for frequency in 0..<count {
            var sum = SIMD2<Double>.zero
            for part in 0..<factor {
                let turn = turns[part * frequency % count * step]
                let value = parts[part][frequency % size]
                sum.x += value.x * turn.x - value.y * turn.y
                sum.y += value.x * turn.y + value.y * turn.x
            }
            result.append(sum)
        }
        return result
    }
}

extension NodeCall {
    fileprivate func transform(
        length: Int, lines: Int, isInverse: Bool
    ) throws(ONNXError) -> FourierTransform {
        guard length > 0 else { throw failure("transforms \(length) elements", kind: .input) }
        _ = try count(of: [length])
        try check(products: [
            lines, length, max(1, FourierTransform.factors(of: length).reduce(0, +)),
        ])
        return FourierTransform(length: length, isInverse: isInverse)
    }
}

/// `DFT`: the axis is an attribute up to version 19, an input from version 20 on. The inverse divides by the length.
enum DiscreteFourierTransform: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        guard shape.count >= 2, let parts = shape.last, (1...2).contains(parts) else {
            throw call.failure(
                "wants real or complex numbers in its last axis, and gets \(shape)", kind: .input)
        }
        let asked =
            call.opset < 20
            ? try call.int("axis", default: 1) : try call.optionalIntegers(2)?.first ?? -2
        let axis = try call.axis(asked, rank: shape.count)
        guard axis < shape.count - 1 else {
            throw call.failure("transforms the parts of complex numbers")
        }
        let isInverse = try call.flag("inverse")
        let isOneSided = try call.flag("onesided")
        // The inverse of one half gives real numbers.
        let isHalf = isInverse && isOneSided
        _ = try call.count(of: [shape[axis]])
        let given = try call.optionalIntegers(1)?.first
        let length = given ?? (isHalf ? 2 * max(shape[axis] - 1, 0) : shape[axis])
        var result = shape
        result[shape.count - 1] = isHalf ? 1 : 2
        result[axis] = isOneSided && !isHalf ? length / 2 + 1 : length
        let count = try call.count(of: result)
        guard count > 0 else { return call.result(result, [Number]()) }
        let inner = shape[(axis + 1)..<(shape.count - 1)].reduce(1, *)
        let outer = shape[..<axis].reduce(1, *)
        let transform = try call.transform(
            length: length, lines: inner * outer, isInverse: isInverse)
        var output = [Number](repeating: 0, count: count)
        let bins = result[axis]
        let resultParts = isHalf ? 1 : 2
        let factor = isInverse ? 1 / Double(length) : 1
        var signal = [SIMD2<Double>](repeating: .zero, count: length)
        for line in 0..<inner * outer {
            let row = line / inner
            for place in 0..<length {
                // The other half of a half is its conjugate, read backwards.
                let isMirrored = isHalf && place > length / 2
                let source = isMirrored ? length - place : place
                guard source < shape[axis] else {
                    signal[place] = .zero
                    continue
                }
                let start = ((row * shape[axis] + source) * inner + line % inner) * parts
                let imaginary = parts == 2 ? values[start + 1].double : 0
                signal[place] = SIMD2(values[start].double, isMirrored ? -imaginary : imaginary)
            }
            let frequencies = transform(signal)
            for bin in 0..<bins {
                let target = ((row * bins + bin) * inner + line % inner) * resultParts
                output[target] = Number(rounding: frequencies[bin].x * factor)
                if resultParts == 2 {
                    output[target + 1] = Number(rounding: frequencies[bin].y * factor)
                }
            }
        }
        return call.result(result, output)
    }
}

/// `STFT`: transforms of windows of a signal.
enum ShortTimeFourierTransform: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let parts = shape.count == 3 ? shape[2] : 1
        guard (2...3).contains(shape.count), (1...2).contains(parts) else {
            throw call.failure(
                "wants signals of real or complex numbers, and gets \(shape)", kind: .input)
        }
        let window: [Double]? = try call.optionalReals(2)
        let length = try call.optionalIntegers(3)?.first ?? window?.count ?? shape[1]
        guard let step = try call.integers(1).first, step > 0, length > 0, length <= shape[1] else {
            throw call.failure("cannot cut frames of \(length) from \(shape)", kind: .input)
        }
        guard window == nil || window?.count == length else {
            throw call.failure(
                "has a window of \(window?.count ?? 0) for frames of \(length)", kind: .input)
        }
        let frames = (shape[1] - length) / step + 1
        let bins = try call.flag("onesided", default: true) ? length / 2 + 1 : length
        let result = [shape[0], frames, bins, 2]
        let count = try call.count(of: result)
        guard count > 0 else { return call.result(result, [Number]()) }
        let transform = try call.transform(
            length: length, lines: shape[0] * frames, isInverse: false)
        var output: [Number] = []
        output.reserveCapacity(count)
        var signal = [SIMD2<Double>](repeating: .zero, count: length)
        for line in 0..<shape[0] * frames {
            let start = (line / frames * shape[1] + line % frames * step) * parts
            for place in 0..<length {
                let factor = window?[place] ?? 1
                let real = values[start + place * parts].double
                let imaginary = parts == 2 ? values[start + place * parts + 1].double : 0
                signal[place] = SIMD2(real * factor, imaginary * factor)
            }
            for frequency in transform(signal)[..<bins] {
                output.append(Number(rounding: frequency.x))
                output.append(Number(rounding: frequency.y))
            }
        }
        return call.result(result, output)
    }
}
