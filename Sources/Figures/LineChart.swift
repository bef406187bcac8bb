/// Lines of y over x, each with an optional band.
package struct LineChart: Chart, Sendable, Hashable {
    package var x: Axis
    package var y: Axis
    package var series: [Series]
    package var marks: [Mark]
    /// Whether the line y = x is drawn, with what it stands for.
    package var diagonal: String?

    package init(
        x: Axis, y: Axis, series: [Series], marks: [Mark] = [], diagonal: String? = nil
    ) {
        self.x = x
        self.y = y
        self.series = series
        self.marks = marks
        self.diagonal = diagonal
    }

    package struct Series: Codable, Sendable, Hashable {
        package var name: String
        /// `[points]`, in drawing order.
        package var x: [Double]
        /// `[points]`; where it is not finite the line is interrupted.
        package var y: [Double]
        package var band: Band?

        /// - Precondition: all arrays have one length.
        package init(name: String, x: [Double], y: [Double], band: Band? = nil) {
            precondition(x.count == y.count, "a line needs as many x as y")
            if let band {
                precondition(
                    band.lower.count == x.count && band.upper.count == x.count,
                    "a band needs as many bounds as the line has points")
            }
            self.name = name
            self.x = x
            self.y = y
            self.band = band
        }
    }

    package struct Band: Codable, Sendable, Hashable {
        package var lower: [Double]
        package var upper: [Double]
        /// What the band is, such as `95 % interval over seeds`.
        package var meaning: String

        package init(lower: [Double], upper: [Double], meaning: String) {
            self.lower = lower
            self.upper = upper
            self.meaning = meaning
        }
    }

    /// A place on the x axis with a name, such as the step whose weights were kept.
    package struct Mark: Codable, Sendable, Hashable {
        package var x: Double
        package var label: String

        package init(x: Double, label: String) {
            self.x = x
            self.label = label
        }
    }

    package var textAlternative: String {
        var parts = ["Line chart of \(y.label) over \(x.label)."]
        for line in series {
            let points = zip(line.x, line.y).filter { $0.0.isFinite && $0.1.isFinite }
            guard let first = points.first, let last = points.last,
                let low = points.min(by: { $0.1 < $1.1 }),
                let high = points.max(by: { $0.1 < $1.1 })
            else {
                parts.append("\(line.name) has no points.")
                continue
            }
            parts.append(
                "\(line.name) goes from \(NumberText.plain(first.1)) at "
                    + "\(NumberText.plain(first.0)) to \(NumberText.plain(last.1)) at "
                    + "\(NumberText.plain(last.0)); lowest \(NumberText.plain(low.1)) at "
                    + "\(NumberText.plain(low.0)), highest \(NumberText.plain(high.1)) at "
                    + "\(NumberText.plain(high.0)).")
        }
        for mark in marks { parts.append("Marked at \(NumberText.plain(mark.x)): \(mark.label).") }
        return parts.joined(separator: " ")
    }

    /// At most eleven points of each line, evenly chosen, first and last among them.
    package var table: FigureTable {
        var rows: [[String]] = []
        for line in series where !line.x.isEmpty {
            let last = line.x.count - 1
            let picks = last <= 10 ? Array(0...last) : (0...10).map { $0 * last / 10 }
            for index in picks {
                var row = [
                    line.name, NumberText.plain(line.x[index]), NumberText.plain(line.y[index]),
                ]
                if let band = line.band {
                    let lower = NumberText.plain(band.lower[index])
                    row[2] += " [\(lower), \(NumberText.plain(band.upper[index]))]"
                }
                rows.append(row)
            }
        }
        return FigureTable(header: ["line", x.label, y.label], rows: rows)
    }
}
