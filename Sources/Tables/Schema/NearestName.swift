/// The known name that somebody may have meant by another; `nil` where none is near.
package func nearestName(to name: String, among known: [String]) -> String? {
    let near = known.map { ($0, editDistance($0, name)) }.min { $0.1 < $1.1 }
    return near.flatMap { $0.1 <= max(2, name.count / 3) ? $0.0 : nil }
}

/// Levenshtein distance over characters, without regard to case.
private func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.lowercased())
    let b = Array(b.lowercased())
    var row = Array(0...b.count)
    for i in a.indices {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let cost = min(row[j + 1] + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = cost
        }
    }
    return row[b.count]
}
