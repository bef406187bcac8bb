package import Tables
import Yams

/// `age=40,62` as edges by column.
///
/// - Throws: an error that names the option and the text.
package func parseGroupBins(_ texts: [String]) throws(VouchError) -> [String: [Double]]? {
    var bins: [String: [Double]] = [:]
    for text in texts {
        guard let sign = text.lastIndex(of: "="), sign > text.startIndex else {
            throw VouchError(
                "--bins is \"\(text)\"; write COLUMN=EDGE,EDGE, such as age=40,62, or a number: the most "
                    + "bins of each number that the model sees")
        }
        let name = String(text[..<sign])
        let edges = text[text.index(after: sign)...].split(
            separator: ",", omittingEmptySubsequences: false
        ).map { Double($0) }
        let numbers = edges.compactMap(\.self).filter(\.isFinite)
        guard numbers.count == edges.count, !numbers.isEmpty,
            zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw VouchError(
                "--bins is \"\(text)\"; after \(name)= stand ascending numbers with a comma between them, "
                    + "such as age=40,62 for up to 40, up to 62, and above")
        }
        guard bins[name] == nil else {
            throw VouchError("--bins names \"\(name)\" twice; give all edges at once")
        }
        bins[name] = numbers
    }
    return bins.isEmpty ? nil : bins
}

/// `sex:1=male,2=female`, or a YAML file of a table a column, as names of groups by column.
///
/// - Throws: an error that names the option and the text, or the file and line.
package func parseGroupLabels(_ texts: [String]) throws -> [String: [String: String]]? {
    var labels: [String: [String: String]] = [:]
    for text in texts {
        let given =
            text.hasSuffix(".yaml") || text.hasSuffix(".yml")
            ? try groupLabels(ofFile: text) : [try groupLabels(text)]
        for (name, names) in given {
            guard labels[name] == nil else {
                throw VouchError("--labels names \"\(name)\" twice; give all its groups at once")
            }
            // Of two groups with one name nobody could say which is meant.
            let repeated = Dictionary(grouping: names, by: \.value).filter { $1.count > 1 }
            if let name = repeated.keys.min() {
                throw VouchError(
                    "--labels names two groups \"\(name)\"; rows of different groups stay different, so "
                        + "give each a name of its own")
            }
            labels[name] = names
        }
    }
    return labels.isEmpty ? nil : labels
}

private func groupLabels(_ text: String) throws(VouchError) -> (String, [String: String]) {
    let advice = "write COLUMN:TEXT=NAME,TEXT=NAME, such as sex:1=male,2=female, or name a .yaml file"
    guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
        throw VouchError("--labels is \"\(text)\"; \(advice)")
    }
    var names: [String: String] = [:]
    for part in text[text.index(after: colon)...].split(
        separator: ",", omittingEmptySubsequences: false)
    {
        let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard pair.count == 2, names[pair[0]] == nil else {
            throw VouchError("--labels is \"\(text)\"; \(advice)")
        }
        names[pair[0]] = pair[1]
    }
    return (String(text[..<colon]), names)
}

private func groupLabels(ofFile path: String) throws -> [(String, [String: String])] {
    guard let columns = try composeYAML(path)?.mapping else {
        throw VouchError("\(path): write a column's name and below it `TEXT: NAME`, one a line")
    }
    return try columns.map { column, value in
        guard let mapping = value.mapping else {
            throw VouchError("\(value.place(in: path)): write `TEXT: NAME`, one a line")
        }
        var names: [String: String] = [:]
        for (key, name) in mapping {
            // As it is written: `01` is no `1`.
            guard let text = key.scalar?.string, let given = name.scalar?.string else {
                throw VouchError("\(key.place(in: path)): write `TEXT: NAME`")
            }
            names[text] = given
        }
        return (column.scalar?.string ?? "", names)
    }
}

/// Checks edges and names of groups against the rows.
///
/// - Throws: an error that names the option, the column and what it has.
package func checkGroups(
    bins: [String: [Double]]?, labels: [String: [String: String]]?, protected: [String],
    in table: Table
) throws(VouchError) {
    for (option, names) in [
        ("--bins", Array((bins ?? [:]).keys)), ("--labels", Array((labels ?? [:]).keys)),
    ] {
        for name in names.sorted() where !protected.contains(name) {
            throw VouchError(
                "\(option) names \"\(name)\", which is no protected column; "
                    + (protected.isEmpty
                        ? "name it with --protected too"
                        : "there is \(protected.joined(separator: ", "))"))
        }
    }
    for name in (bins ?? [:]).keys.sorted() {
        guard let column = table.column(named: name) else { continue }
        guard column.kind == .number else {
            throw VouchError(
                "--bins cuts \"\(name)\" into ranges, but its cells are no numbers; --labels names groups")
        }
    }
    let naming = GroupNaming(edges: bins ?? [:])
    for (name, names) in (labels ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let column = table.column(named: name) else { continue }
        let found = Set(
            column.groupNames(
                edges: naming.edges[name]
                    ?? column.groupEdges(rows: Array(0..<table.rowCount))))
        let unknown = names.keys.filter { !found.contains($0) }.sorted()
        guard unknown.count < names.count else {
            throw VouchError(
                "--labels names \(unknown.map { "\"\($0)\"" }.joined(separator: ", ")) of \"\(name)\", of "
                    + "which no row is; its groups are "
                    + found.sorted().prefix(20).map { "\"\($0)\"" }.joined(separator: ", "))
        }
        // A name that another group has by its own text.
        if let taken = names.first(where: { found.contains($1) && names[$1] == nil && $0 != $1 }) {
            throw VouchError(
                "--labels calls \"\(taken.key)\" of \"\(name)\" \"\(taken.value)\", which is the text of "
                    + "another group; give it another name")
        }
    }
}
