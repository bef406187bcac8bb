extension Encoder {
    /// With the encoders of another table in place of those that matched columns have: its scales, bins and codes, so that
    /// what was learned of them means the same here.
    ///
    /// Categories and codes of values that only this table has follow those of the other. A missing cell has its mark
    /// where one of both has it.
    ///
    /// - Parameter matches: Of `ColumnMatching`, of columns that both encoders have.
    package func carrying(_ matches: [ColumnMatch], of other: Encoder) -> Encoder {
        let names = Dictionary(
            matches.map { ($0.column, $0.other) }, uniquingKeysWith: { first, _ in first })
        let carried = columns.map { own -> any ColumnEncoder in
            guard let name = names[own.column],
                let found = other.columns.first(where: { $0.column == name })
            else { return own }
            switch (own, found) {
            case (let own as NumberEncoder, var taken as NumberEncoder):
                taken.column = own.column
                taken.marksMissing = own.marksMissing || taken.marksMissing
                return taken
            case (let own as CategoryEncoder, let found as CategoryEncoder):
                return found.merged(own)
            case (var own as DateEncoder, let found as DateEncoder):
                (own.center, own.scale) = (found.center, found.scale)
                return own
            default: return own
            }
        }
        let carriedBins = bins.map { own -> NumberBins in
            let found = other.bins.first { $0.column == names[own.column] }
            return found.map { $0.merged(own) } ?? own
        }
        return Encoder(columns: carried, bins: carriedBins, repair: repair, known: known)
    }
}

extension CategoryEncoder {
    /// This encoder's categories in their places, then those that only the other has; named as the other.
    func merged(_ other: CategoryEncoder) -> CategoryEncoder {
        var result = self
        let known = Set(values)
        result.column = other.column
        result.values += other.values.filter { !known.contains($0) }
        return result
    }
}

extension NumberBins {
    /// These edges and codes, with the codes that only the other has; named as the other.
    func merged(_ other: NumberBins) -> NumberBins {
        var result = self
        result.column = other.column
        let known = Set(atoms)
        let all =
            Array(zip(atoms, trusts))
            + zip(other.atoms, other.trusts).filter { !known.contains($0.0) }
        let sorted = all.sorted { $0.0 < $1.0 }
        result.atoms = sorted.map(\.0)
        result.trusts = sorted.map(\.1)
        return result
    }
}
