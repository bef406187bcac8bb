/// What stands between the names of an intersection.
package let intersectionSign = " × "

extension [LabelledPredictions.ProtectedColumn] {
    /// One further column for each pair of these and one for all of them, each with the columns that it combines: a
    /// group of it is a combination of groups.
    package var intersections: [(parts: [String], column: Element)] {
        var combinations: [[Element]] = []
        for first in indices {
            for second in self[(first + 1)...] { combinations.append([self[first], second]) }
        }
        if count > 2 { combinations.append(self) }
        return combinations.map { members in
            let names = members.map(\.name)
            return (
                names,
                Element(
                    name: names.joined(separator: intersectionSign),
                    groups: members[0].groups.indices.map { row in
                        members.map { $0.groups[row] }.joined(separator: intersectionSign)
                    })
            )
        }
    }
}

extension LabelledPredictions {
    /// These with the intersections of their protected columns as further ones.
    package func addingIntersections() -> LabelledPredictions {
        var result = self
        result.protected += protected.intersections.map(\.column)
        return result
    }
}
