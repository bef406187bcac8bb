import Figures
import Images
import Reporting
import Runs

extension PictureInspection {
    /// The inspection for people.
    package var text: String {
        var text =
            "\(visible(source)): \(NumberText.count(pictures)) pictures, \(classes.count) "
            + "\(classes.count == 1 ? "class" : "classes")"
        if otherFiles > 0 { text += "; \(NumberText.count(otherFiles)) other files left out" }
        if hiddenFiles > 0 { text += "; \(NumberText.count(hiddenFiles)) hidden ones skipped" }
        text += "\n\n" + classText + "\n" + fileText
        for warning in warnings { text += "! \(visible(warning))\n" }
        text += brokenText
        text += copyText(duplicates, "Exact copies (the same pixels)", "No two pictures have the same pixels")
        text += copyText(
            nearDuplicates, "Near copies (one picture but for compression, size, a small shift or noise)",
            "No near copies are found")
        if flatPictures > 0 {
            text += "  \(NumberText.count(flatPictures)) pictures of nearly one value were not compared.\n"
        }
        if cutPictures > 0 {
            text += "  For \(NumberText.count(cutPictures)) pictures not all that are alike were compared: too many are.\n"
        }
        return text + giveawayText
    }

    private var classText: String {
        let parts = PicturePart.allCases.map(\.rawValue).filter { part in classes.contains { $0.parts[part] != nil } }
        var rows = [["class", "pictures"] + parts + ["broken"]]
        for count in classes {
            rows.append(
                [visible(count.name ?? "(in no folder of a class)"), NumberText.count(count.pictures)]
                    + parts.map { NumberText.count(count.parts[$0] ?? 0) } + [NumberText.count(count.broken)])
        }
        return alignedTable(rows, rightAligned: Set(1...(parts.count + 2)))
    }

    private var fileText: String {
        func list(_ counts: [String: Int]) -> String {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\(visible($0.key)) (\(NumberText.count($0.value)))" }.joined(separator: ", ")
        }
        let shown = sizes.map { "\($0.width) x \($0.height) (\(NumberText.count($0.pictures)))" }
            .joined(separator: ", ")
        let more = distinctSizes > sizes.count ? ", and \(NumberText.count(distinctSizes - sizes.count)) others" : ""
        var text = "Formats: \(list(formats))\nModes: \(list(modes))\nSizes: \(shown)\(more)\n"
        for note in PictureNote.allCases {
            guard let count = notes[note.rawValue] else { continue }
            text += "\(NumberText.count(count)) \(note.text).\n"
        }
        return text
    }

    private var brokenText: String {
        guard broken.count > 0 else { return "" }
        let reasons = PictureError.Reason.allCases.compactMap { reason in
            broken.byReason[reason.rawValue].map { "\(reason.text) \(NumberText.count($0))" }
        }
        var text =
            "\n! \(NumberText.count(broken.count)) \(broken.count == 1 ? "file" : "files") cannot be taken: "
            + "\(reasons.joined(separator: ", ")).\n"
        for file in broken.files.prefix(5) {
            text += "  \(visible(file.path)): \(visible(file.problem)). \(file.advice)\n"
        }
        if broken.count > 5 { text += "  …\n" }
        return text
    }

    private func copyText(_ copies: Copies, _ title: String, _ none: String) -> String {
        guard copies.pairs > 0 else { return "\n\(none).\n" }
        var text = "\n\(title): \(NumberText.count(copies.pairs)) \(copies.pairs == 1 ? "pair" : "pairs").\n"
        if copies.pairsOfOtherLabels > 0 {
            text += "! \(NumberText.count(copies.pairsOfOtherLabels)) of them with two different labels.\n"
        }
        if copies.pairsAcrossParts > 0 {
            text += "! \(NumberText.count(copies.pairsAcrossParts)) of them across parts: what is tested was learned.\n"
        }
        for pair in copies.listed.prefix(5) { text += "  \(visible(pair.first))  \(visible(pair.second))\n" }
        if copies.pairs > 5 { text += "  …\n" }
        return text
    }

    private var giveawayText: String {
        guard let giveaways else { return "" }
        func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 0) + " %" }
        var text = ""
        for file in giveaways.files {
            text += "! The \(file.kind) gives a label away: \(percent(file.shareOfClass)) of "
                + "\"\(visible(file.label))\" have \(visible(file.value)), of the others "
                + "\(percent(file.shareOfOthers)).\n"
        }
        for mark in giveaways.marks {
            text += "! A mark gives a label away, \(mark.place): \(percent(mark.shareOfClass)) of "
                + "\"\(visible(mark.label))\" have values from \(mark.fromValue) to \(mark.toValue) there, of the "
                + "others \(percent(mark.shareOfOthers)) (difference \(percent(mark.difference)), 95 % interval "
                + "\(percent(mark.lower)) to \(percent(mark.upper))).\n"
        }
        if text.isEmpty {
            text =
                giveaways.pictures > 0
                ? "No label is given away by sizes, formats, marks in corners or borders "
                    + "(\(NumberText.count(giveaways.pictures)) pictures looked at for marks).\n"
                : "No label is given away by sizes or formats; for marks in corners and borders the pictures are too "
                    + "small (less than \(MarkCells.leastSide) pixels a side).\n"
        }
        return "\n" + text
    }
}
