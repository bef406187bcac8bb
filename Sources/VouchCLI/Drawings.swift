import Figures
import Platform
import Reporting

/// Writes each figure that is a drawing as an SVG file of its name into a folder, which is made where it is
/// missing, and says so.
///
/// - Parameter saysSo: Not where standard output is for programs.
func writeDrawings(of figures: [Figure], to folder: String, saysSo: Bool = true) throws {
    try Files.makeFolder(folder)
    var names: Set<String> = []
    for figure in figures {
        guard let svg = figure.svgFile else { continue }
        // Of a column's name an identifier may hold what no file name can.
        let plain = String(
            figure.id.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" ? $0 : "-" })
        var name = plain
        var number = 2
        while !names.insert(name).inserted {
            name = "\(plain)-\(number)"
            number += 1
        }
        try writeFile(Array(svg.utf8), to: "\(folder)/\(name).svg", option: "--figures")
    }
    if saysSo { Terminal(.output).write("\(names.count) drawings in \(folder)\n") }
}
