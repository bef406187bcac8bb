/// What stands between the names of an intersection.
package let intersectionSign = " × "

extension LabelledPredictions {
    /// These with one further protected column for each pair of columns and one for all of them: a
    /// group of it is a combination of groups.
    package func addingIntersections() -> LabelledPredictions {
        var result = self
        let columns = protected
        var combinations: [[Int]] = []
        for first in columns.indices {
            for second in columns.indices where second > first {
                combinations.append([first, second])
            }
        }
        if columns.count > 2 { combinations.append(Array(columns.indices)) }
        result.protected += combinations.map { members in
            ProtectedColumn(
                name: members.map { columns[$0].name }.joined(separator: intersectionSign),
                groups: (0..<rows).map { row in
                    members.map { columns[$0].groups[row] }.joined(separator: intersectionSign)
                })
        }
        return result
    }
}
