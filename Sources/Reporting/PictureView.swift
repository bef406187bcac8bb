#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A picture of a test row with what was decided of it, shown only where somebody asks for pixels.
package struct PictureExample: Sendable {
    /// Why it was chosen: "Surest, and wrong".
    package var title: String
    /// A PNG file.
    package var drawing: [UInt8]
    /// What it shows, for who cannot see it.
    package var alternative: String
    package var lines: [String]
    /// Why it must not be read; `nil` where nothing speaks against it.
    package var warning: String?

    package init(title: String, drawing: [UInt8], alternative: String, lines: [String], warning: String? = nil) {
        self.title = title
        self.drawing = drawing
        self.alternative = alternative
        self.lines = lines
        self.warning = warning
    }
}

/// The chapter of pictures; nothing where there are none.
func pictureChapter(_ examples: [PictureExample]) -> HTML {
    guard !examples.isEmpty else { return "" }
    let figures = examples.map { example -> HTML in
        let lines = HTML(joining: example.lines.map { "<br>\(data: $0)" as HTML })
        let warning = example.warning.map { "<br><strong>\($0)</strong>" as HTML } ?? ""
        return """
            <figure style="margin:0"><img src="data:image/png;base64,\(Data(example.drawing).base64EncodedString())" \
            alt="\(example.alternative)" style="width:100%;height:auto;background:#fff">
            <figcaption class="small"><strong>\(example.title).</strong>\(lines)\(warning)</figcaption></figure>

            """
    }
    return """
        <section id="pictures"><h2>Pictures</h2>
        <p class="small">Test pictures that were chosen by how sure the model is, not drawn at random: they say nothing of \
        how often it errs. On the left the picture as the network sees it, on the right which parts its decision came \
        from: orange speaks for it, beside the strongest of the same picture. What the model uses is not what causes the \
        outcome.</p>
        <div style="display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:1.2rem">
        \(HTML(joining: figures))</div>
        </section>

        """
}
