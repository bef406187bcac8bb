/// The last step of an ensemble: base values, averages, transforms and labels, as ONNX Runtime has them.
struct TreeScoring<Scalar: TreeScalar>: Sendable {
    var aggregate = TreeAggregate.sum
    var transform = PostTransform.none
    var base: [Scalar] = []
    var trees: Int
    var targets: Int
    /// Of a classifier all of whose leaves have one weight, each for this class: the layout then has one target.
    var onlyClass: Int?

    /// `[rows, targets]` of a regressor.
    ///
    /// Of one target only PROBIT is applied. Of several, one that no leaf of the row's has a weight for is 0 before the
    /// transform, whatever its base value; the ONNX text adds the base value there.
    func regression(_ totals: TreeTotals<Scalar>) -> [Scalar] {
        var scores = totals.scores
        let divisor = aggregate == .average ? Scalar(Double(trees)) : 1
        if targets == 1 {
            let origin = base.count == 1 ? base[0] : 0
            for index in scores.indices { scores[index] = scores[index] / divisor + origin }
            if transform == .probit {
                for index in scores.indices { scores[index] = Scalar(PostTransform.probit(scores[index].single)) }
            }
            return scores
        }
        for index in scores.indices {
            let target = index % targets
            scores[index] =
                totals.seen[index]
                ? scores[index] / divisor + (base.count == targets ? base[target] : 0) : 0
        }
        guard transform != .none else { return scores }
        var floats = scores.map(\.single)
        for start in stride(from: 0, to: floats.count, by: targets) {
            transform.apply(&floats, start..<start + targets)
        }
        return floats.map { Scalar($0) }
    }
}

/// What a classifier does with the totals of its classes.
struct TreeClassification<Scalar: TreeScalar>: Sendable {
    var scoring: TreeScoring<Scalar>
    /// Whether the weights of a model of two classes are all of one class, and so a score of the second against the
    /// first.
    var isSigned: Bool
    var weightsArePositive: Bool
    var classes: Int { scoring.targets }

    enum Choice {
        case label(Int)
        /// 0 or 1 itself, which ONNX Runtime gives as the label where a model of two classes has weights for both,
        /// whatever its labels of whole numbers are. Of texts, it is the label at that place.
        case literal(Int)
    }

    /// `[rows, classes]`, and each row's choice.
    func scores(_ totals: TreeTotals<Scalar>) -> (scores: [Float], choices: [Choice]) {
        let rows = totals.scores.count / (scoring.onlyClass == nil ? classes : 1)
        var scores: [Float] = []
        scores.reserveCapacity(rows * classes)
        var choices: [Choice] = []
        choices.reserveCapacity(rows)
        var values = [Scalar](repeating: 0, count: classes)
        var seen = [Bool](repeating: false, count: classes)
        for row in 0..<rows {
            if let only = scoring.onlyClass {
                for index in values.indices {
                    values[index] = index == only ? totals.scores[row] : 0
                    seen[index] = index == only
                }
            } else {
                for index in values.indices {
                    values[index] = totals.scores[row * classes + index]
                    seen[index] = classes == 1 || totals.seen[row * classes + index]
                }
            }
            switch classes {
            case 1: choices.append(single(values[0], &scores))
            case 2: choices.append(pair(&values, &seen, &scores))
            default: choices.append(several(&values, &seen, &scores))
            }
        }
        return (scores, choices)
    }

    private func several(
        _ values: inout [Scalar], _ seen: inout [Bool], _ scores: inout [Float]
    ) -> Choice {
        var best: Int?
        let start = scores.count
        for index in values.indices {
            if !scoring.base.isEmpty {
                values[index] += scoring.base[index]
                seen[index] = true
            }
            if seen[index] && (best.map { values[index] > values[$0] } ?? true) { best = index }
            scores.append(seen[index] ? values[index].single : 0)
        }
        scoring.transform.apply(&scores, start..<scores.count)
        // ONNX Runtime fails where no leaf has a weight for any class; they are all 0 then, and the first is taken.
        return .label(best ?? 0)
    }

    private func pair(
        _ values: inout [Scalar], _ seen: inout [Bool], _ scores: inout [Float]
    ) -> Choice {
        let base = scoring.base
        var second = PostTransform.SecondClass.absent
        var isOne = false
        switch base.count {
        case 2:
            if seen[1] {
                // The first class's base value is not used, and the second's own weights are not either.
                values[1] = base[1] + values[0]
                values[0] = -values[1]
            } else {
                values[1] += base[1]
                values[0] += base[0]
            }
        case 1:
            values[0] += base[0]
            isOne = !seen[1]
        default:
            second = .opposite
            isOne = !seen[1]
        }
        let positive = seen[1] ? values[1] : seen[0] ? values[0] : 0
        let choice: Choice
        if isSigned {
            second = weightsArePositive ? .complement : .opposite
            choice = .label(positive > (weightsArePositive ? 0.5 : 0) ? 1 : 0)
        } else {
            choice = .literal(positive > 0 ? 1 : 0)
        }
        let first = seen[0] ? values[0].single : 0
        if isOne {
            let pair = scoring.transform.pair(first, second)
            scores += [pair.0, pair.1]
        } else {
            scores += [first, seen[1] ? values[1].single : 0]
            scoring.transform.apply(&scores, scores.count - 2..<scores.count)
        }
        return choice
    }

    /// A classifier of one class has one score, to which only PROBIT is applied.
    private func single(_ value: Scalar, _ scores: inout [Float]) -> Choice {
        let value = value + (scoring.base.first ?? 0)
        scores.append(scoring.transform == .probit ? PostTransform.probit(value.single) : value.single)
        return .literal(value > 0 ? 1 : 0)
    }
}
