import Figures
import Runs

extension ImportanceAnswer {
    /// For people.
    package var text: String {
        var parts: [String] = []
        func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 0) }
        func line(_ share: Share) -> [String] {
            [
                share.settings.joined(separator: " × "), percent(share.share),
                "\(percent(share.lower)) to \(percent(share.upper))", share.verdict,
            ]
        }
        if let lack {
            parts.append("Which settings matter: cannot tell; \(lack).\n")
        } else {
            var rows = [["setting", "% of variance", "95 % interval", ""]]
            rows += settings.map(line)
            parts.append(alignedTable(rows, rightAligned: [1]) + "\n")
            if !pairs.isEmpty {
                let header = [["pair", "% of variance", "95 % interval", ""]]
                parts.append(alignedTable(header + pairs.map(line), rightAligned: [1]) + "\n")
            }
            if let rest {
                parts.append(
                    "Neither settings nor pairs hold \(percent(rest.share)) % (\(percent(rest.lower)) to "
                        + "\(percent(rest.upper))).\n")
            }
            parts.append(
                "Of a setting with its pairs, over the whole space, the seed's noise taken out; estimated, so that "
                    + "parts overlap.\n")
        }
        parts.append(
            "\(NumberText.count(trials)) whole trainings of \(NumberText.count(points)) settings.")
        if let seedDeviation, let seedDeviationUpper {
            parts.append(
                " The seed alone moves the loss by \(NumberText.plain(seedDeviation)) (standard deviation over "
                    + "\(repeats) repeats; at most \(NumberText.plain(seedDeviationUpper)) with 95 %)."
            )
        }
        parts.append("\n")
        parts += notes.map { "Note: \($0).\n" }
        return parts.joined()
    }
}
