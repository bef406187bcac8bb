/// How much of something a piece of work took, and how well that is known.
///
/// An estimate's range holds what its assumptions allow; it is no confidence interval, as no sample is behind it.
package struct Amount: Codable, Sendable, Hashable {
    /// 0 or more.
    package var value: Double
    /// The least and the most that the assumptions allow; `nil` only where it was measured.
    package private(set) var lower: Double?
    package private(set) var upper: Double?
    /// Read off a clock or counter that counts this very amount.
    package private(set) var isMeasured: Bool
    /// What is assumed or not known, each a part of a sentence; empty where it was measured.
    package private(set) var unknowns: [String]

    package static func measured(_ value: Double) -> Amount {
        Amount(value: value, lower: nil, upper: nil, isMeasured: true, unknowns: [])
    }

    /// - Parameters:
    ///   - value: In the range.
    ///   - range: What the assumptions allow.
    ///   - unknowns: What is assumed, or not known.
    package static func estimate(
        _ value: Double, in range: ClosedRange<Double>, unknowns: [String]
    ) -> Amount {
        Amount(
            value: min(max(value, range.lowerBound), range.upperBound), lower: range.lowerBound,
            upper: range.upperBound, isMeasured: false, unknowns: unknowns)
    }

    /// From the least to the most; the value alone where it was measured.
    package var range: ClosedRange<Double> {
        let low = min(lower ?? value, value)
        return low...max(upper ?? value, low)
    }

    /// Ends are added to ends: what two amounts assume is mostly the same, so that both err to one side.
    package static func + (a: Amount, b: Amount) -> Amount {
        a.joined(with: b, a.value + b.value) {
            a.range.lowerBound + b.range.lowerBound...a.range.upperBound + b.range.upperBound
        }
    }

    package static func += (a: inout Amount, b: Amount) { a = a + b }

    /// What is left of this after a part of it: as for `+`, both err to one side; never below 0.
    package func less(_ part: Amount) -> Amount {
        joined(with: part, max(0, value - part.value)) {
            let ends = [
                max(0, range.lowerBound - part.range.lowerBound),
                max(0, range.upperBound - part.range.upperBound),
            ].sorted()
            return ends[0]...ends[1]
        }
    }

    /// - Parameter other: 0 or more, in units of its own.
    package static func * (a: Amount, b: Amount) -> Amount {
        a.joined(with: b, a.value * b.value) {
            a.range.lowerBound * b.range.lowerBound...a.range.upperBound * b.range.upperBound
        }
    }

    /// - Parameter factor: 0 or more, and exact.
    package static func * (a: Amount, factor: Double) -> Amount { a * .measured(factor) }

    /// With more that is not known; one that was measured becomes an estimate without a range of its own.
    package func knowing(not more: [String]) -> Amount {
        guard !more.isEmpty else { return self }
        return .estimate(
            value, in: range, unknowns: unknowns + more.filter { !unknowns.contains($0) })
    }

    private func joined(
        with other: Amount, _ value: Double, _ range: () -> ClosedRange<Double>
    ) -> Amount {
        guard !isMeasured || !other.isMeasured else { return .measured(value) }
        return .estimate(
            value, in: range(),
            unknowns: unknowns + other.unknowns.filter { !unknowns.contains($0) })
    }
}

/// What a piece of work took.
package struct Usage: Codable, Sendable, Hashable {
    /// Of a clock.
    package var wallSeconds: Double
    /// That all threads of the process computed.
    package var processorSeconds: Double
    /// In joules.
    package var energy: Amount

    package init(wallSeconds: Double, processorSeconds: Double, energy: Amount) {
        self.wallSeconds = wallSeconds
        self.processorSeconds = processorSeconds
        self.energy = energy
    }

    package static let none = Usage(wallSeconds: 0, processorSeconds: 0, energy: .measured(0))

    package static func + (a: Usage, b: Usage) -> Usage {
        Usage(
            wallSeconds: a.wallSeconds + b.wallSeconds,
            processorSeconds: a.processorSeconds + b.processorSeconds, energy: a.energy + b.energy)
    }

    package static func += (a: inout Usage, b: Usage) { a = a + b }

    /// What is left of a piece of work after a part of it.
    package func less(_ part: Usage) -> Usage {
        Usage(
            wallSeconds: max(0, wallSeconds - part.wallSeconds),
            processorSeconds: max(0, processorSeconds - part.processorSeconds),
            energy: energy.less(part.energy))
    }

    /// A share of it, or several times as much.
    package static func * (a: Usage, factor: Double) -> Usage {
        Usage(
            wallSeconds: a.wallSeconds * factor, processorSeconds: a.processorSeconds * factor,
            energy: a.energy * factor)
    }
}

extension Measurement {
    /// An amount as a number of cost, with what its assumptions allow and what is not known.
    ///
    /// - Parameters:
    ///   - amount: In the metric's unit.
    ///   - unit: Where it is another than the metric's.
    package init(
        _ metric: MetricDefinition, _ amount: Amount, _ sample: Sample, unit: String? = nil
    ) {
        self.init(
            metric: metric.id, drawback: metric.drawback, value: amount.value,
            unit: unit ?? metric.unit, interval: Interval(assumedOf: amount), sample: sample,
            note: amount.isMeasured
                ? "measured once"
                : "an estimate, not a measurement: " + amount.unknowns.joined(separator: "; "))
    }
}

extension Measurement.Interval {
    /// What an estimate's assumptions allow; `nil` where it was measured.
    ///
    /// No sample is behind it and so no confidence: its level is 1, as all that is assumed lies in it.
    package init?(assumedOf amount: Amount) {
        guard !amount.isMeasured else { return nil }
        self.init(
            lower: amount.range.lowerBound, upper: amount.range.upperBound, level: 1,
            method: Self.assumed, varied: "what is not known")
    }

    private static let assumed = "range of what is assumed"

    /// Whether it is of assumptions, not of a sample.
    package var isAssumed: Bool { method == Self.assumed }
}
