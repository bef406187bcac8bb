/// Rated power of processors by family: data, dated, with its source.
package struct ProcessorTable: Codable, Sendable {
    package var title: String
    package var source: String
    package var link: String
    package var licence: String
    /// The date of the data that the file tells; later processors are not in it.
    package var asOf: String
    /// What a processor at rest draws as a share of its rated power, as is assumed, and its ends.
    package var idleShare: Double
    package var lowerIdleShare: Double
    package var upperIdleShare: Double
    /// Of a processor in no family.
    package var unknown: Family
    /// The first that matches counts.
    package var families: [Family]

    package struct Family: Codable, Sendable, Hashable {
        package var name: String
        /// Parts of the names that its processors have; `?` stands for any letter or digit.
        package var match: [String]
        /// Rated power over cores, the least and the most of its models.
        package var lowWattsPerCore: Double
        package var highWattsPerCore: Double
        package var threadsPerCore: Double
        /// Rated power of a processor, the least and the most of its models.
        package var lowWatts: Double
        package var highWatts: Double
        /// The models of the least and the most.
        package var examples: String
    }

    package static let shipped: ProcessorTable = shippedTable(PackageResources.processors_json)

    package func family(of processor: String) -> Family? {
        let name = Array(processor)
        return families.first { family in
            family.match.contains { Self.holds(name, Array($0)) }
        }
    }

    private static func holds(_ name: [Character], _ part: [Character]) -> Bool {
        guard name.count >= part.count else { return false }
        return (0...name.count - part.count).contains { start in
            zip(name[start...], part).allSatisfy { letter, wanted in
                wanted == "?" ? letter.isLetter || letter.isNumber : letter == wanted
            }
        }
    }
}
