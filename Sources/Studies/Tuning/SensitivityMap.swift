import Figures
import TensorCore
import Tuning

/// Slices of a surrogate: two settings over their ranges, all others as at a point.
struct SensitivityMap {
    let surrogate: EffectSurrogate
    let axes: [SettingAxis]
    /// Where the slices go through, in the unit cube, and what it is called.
    let center: [Double]
    let centerName: String

    private static let (side, most) = (25, 3)

    /// Of the pairs of numbers of which both matter most, at most three, those of which the pair itself matters first.
    func figures(_ importance: EffectImportance) -> [Figure] {
        let shares = importance.effects
        let pairs = shares.filter { pair in
            guard let second = pair.effect.second else { return false }
            return axes[pair.effect.first].kind == .number && axes[second].kind == .number
        }
        func weight(_ pair: EffectShare) -> Double {
            guard let second = pair.effect.second else { return 0 }
            return shares[pair.effect.first].alone.share + shares[second].alone.share
                + pair.alone.share
        }
        let ordered = pairs.sorted { left, right in
            let (a, b) = (left.verdict == .matters, right.verdict == .matters)
            return a == b ? weight(left) > weight(right) : a
        }
        return ordered.prefix(Self.most).compactMap { pair in
            pair.effect.second.map { figure(pair.effect.first, $0) }
        }
    }

    /// - Parameter box: Drawn where it is given.
    func figure(_ first: Int, _ second: Int, box: SafeBox? = nil, boxName: String = "") -> Figure {
        let size = Double(surrogate.draws.count)
        let middle = surrogate.meanFunction
        let places = (0..<Self.side).map { Double($0) / Double(Self.side - 1) }
        let values = places.map { y in
            places.map { x in
                var point = center
                (point[first], point[second]) = (x, y)
                return middle(point)
            }
        }
        func axis(_ place: Int) -> Axis {
            Axis(axes[place].id, isLogarithmic: axes[place].isLogarithmic)
        }
        func ends(_ place: Int, _ box: SafeBox) -> (Double, Double) {
            (axes[place].value(at: box.lower[place]), axes[place].value(at: box.upper[place]))
        }
        let (x, y) = (axes[first], axes[second])
        return Figure(
            id: "slice-\(x.id)-\(y.id)", title: "Loss over \(x.id) and \(y.id)",
            caption:
                "A surrogate's estimate from \(surrogate.tried.points.count) tried settings, the mean of "
                + "\(Int(size)) draws, not measured; other settings are those of \(centerName). Dots are settings that "
                + "were tried, whatever their other settings were.",
            plot: .contours(
                ContourChart(
                    x: axis(first), y: axis(second), title: "loss on validation rows",
                    columns: places.map(x.value), rows: places.map(y.value), values: values,
                    dots: surrogate.tried.points.map {
                        .init(x: x.value(at: $0[first]), y: y.value(at: $0[second]))
                    },
                    box: box.map {
                        let ((left, right), (bottom, top)) = (ends(first, $0), ends(second, $0))
                        return .init(
                            left: left, right: right, bottom: bottom, top: top, label: boxName)
                    })))
    }
}
