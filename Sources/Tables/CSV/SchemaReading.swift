extension CSVOptions {
    /// Keeps a column's cells as they stand, as its role needs it: identifiers and groups are texts alone; answers, protected
    /// properties and weights keep theirs beside their numbers.
    package mutating func keepText(_ name: String, role: ColumnRole?) {
        switch role {
        case .id?, .group?: kinds[name] = .category
        case .target?, .protected?, .weight?: spelled.insert(name)
        default: break
        }
    }

    /// For a later file of the same schema: categories keep their text as it stands, numbers and dates are read as they were
    /// written in the first file, and the same texts mean missing.
    package func keepingTexts(of schema: Schema) -> CSVOptions {
        var options = self
        if let missing = schema.missingTexts, missingTokens == Self.usualMissingTokens {
            options.missingTokens = missing
        }
        for entry in schema.columns {
            options.keepText(entry.name, role: entry.isProtected ? .protected : entry.role)
            switch entry.kind {
            case .number: options.formats[entry.name] = entry.format ?? CellFormat()
            case .date: options.formats[entry.name] = entry.format
            default: options.kinds[entry.name] = entry.kind
            }
        }
        return options
    }
}
