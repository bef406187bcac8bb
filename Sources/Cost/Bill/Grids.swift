/// Greenhouse gases of a kilowatt-hour by country: data, dated, with its source.
package struct Grids: Codable, Sendable {
    package var title: String
    package var source: String
    package var link: String
    package var licence: String
    /// The date of the data that the file tells; later changes are not in it.
    package var asOf: String
    /// An hour's intensity as shares of its year's mean, as is assumed: grids differ by hour and season, and have
    /// changed since.
    package var lowerFactor: Double
    package var upperFactor: Double
    /// The mean over what all countries produce; its ends are the yearly means of countries between which 95 % of the world's
    /// electricity lies.
    package var world: World
    package var grids: [Grid]

    package struct World: Codable, Sendable {
        package var gramsPerKilowattHour: Double
        package var lower: Double
        package var upper: Double
    }

    package struct Grid: Codable, Sendable, Hashable {
        /// ISO 3166-1, two letters and three.
        package var code: String
        package var code3: String
        package var name: String
        package var year: Int
        /// Of CO2 equivalents, the mean over a year of what the country's power stations produce.
        package var gramsPerKilowattHour: Double
    }

    package static let shipped: Grids = shippedTable(PackageResources.grids_json)

    /// By either code, however it is spelt.
    package func grid(_ text: String) -> Grid? {
        let code = text.uppercased()
        return grids.first { $0.code == code || $0.code3 == code }
    }

    /// What is wrong with a grid's name, to be read after the option's; `nil` where it is known.
    package func complaint(_ text: String) -> String? {
        guard grid(text) == nil else { return nil }
        let near = near(text).map { "\($0.code) (\($0.name))" }
        return " is \"\(text)\", which is no country that is known; "
            + (near.isEmpty
                ? "write its two letters of ISO 3166, such as DE or US"
                : "near ones: \(near.joined(separator: ", "))")
    }

    /// At most five that may be meant: by name, by initials, else by the first letter of the code.
    private func near(_ text: String) -> [Grid] {
        let text = text.uppercased()
        guard let first = text.first else { return [] }
        let named = grids.filter { grid in
            let words = grid.name.uppercased().split(separator: " ")
            return words.contains { $0.hasPrefix(text) }
                || String(words.compactMap(\.first)) == text
                || (text.count > 3 && grid.name.uppercased().hasPrefix(text.prefix(4)))
        }
        let found =
            named.isEmpty && text.count <= 3 ? grids.filter { $0.code.first == first } : named
        return Array(found.prefix(5))
    }
}
