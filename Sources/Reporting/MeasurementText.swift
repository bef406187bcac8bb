package import Evidence
import Figures

/// How a measurement is written; the same words in every view.
struct MeasurementText {
    var value: String
    /// `[0.910, 0.919]`, or empty.
    var interval: String
    /// `95 % DeLong, rows`, or empty.
    var method: String
    var count: String
    /// All digits, for who needs them.
    var full: String

    init(_ measurement: Measurement) {
        let unit = measurement.unit.isEmpty ? "" : " " + measurement.unit
        if let number = measurement.value, let interval = measurement.interval {
            // Assumptions differ by factors, and a sample's digits would make their lower end 0.
            let text =
                interval.isAssumed
                ? (
                    value: NumberText.plain(number),
                    interval: NumberText.range(interval.lower, interval.upper)
                )
                : NumberText.withInterval(
                    number, lower: interval.lower, upper: interval.upper)
            value = text.value + unit
            self.interval = text.interval
            full = "\(number) [\(interval.lower), \(interval.upper)]\(unit)"
        } else if let number = measurement.value {
            value = NumberText.plain(number) + unit
            interval = ""
            full = "\(number)\(unit)"
        } else {
            value = "–"
            interval = ""
            full = measurement.note ?? "undefined on this sample"
        }
        if measurement.value != nil, let interval = measurement.interval {
            method = interval.methodText
        } else {
            method = ""
        }
        let isWithheld = measurement.note?.hasPrefix("withheld") == true
        count = isWithheld ? "few" : NumberText.count(measurement.sample.rows)
        if let clusters = measurement.sample.clusters, !isWithheld {
            count += " in \(NumberText.count(clusters)) clusters"
        }
    }
}

extension Measurement {
    /// The value and its interval as every view writes them.
    package var shownText: String { MeasurementText(self).whole }
}

extension Measurement.Interval {
    /// `95 % DeLong, over rows`; of a range of assumptions no level, as it has none.
    package var methodText: String {
        isAssumed
            ? "\(method), not a confidence interval"
            : "\(NumberText.plain(level * 100)) % \(method), over \(varied)"
    }
}

/// Text from data, made harmless for the eye: control characters, and those that turn the
/// direction of what follows, become a visible mark.
package func visible(_ text: String) -> String {
    // Most texts are plain letters, which are many in a report.
    if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0..<32, 127..<160, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029,
            0xFEFF:
            result.append(scalar == "\n" || scalar == "\t" ? " " : "\u{FFFD}")
        default: result.append(scalar)
        }
    }
    return String(result)
}
