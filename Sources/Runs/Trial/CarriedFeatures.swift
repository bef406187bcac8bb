import NN
import Tables

/// What stands at each place of an encoded row once its stem made features of it, as far as another table's row may
/// have the same.
struct CarriedFeatures {
    /// One of a network's features.
    struct Place: Hashable {
        var column: String
        var part: Part
    }

    enum Part: Hashable {
        /// Of a number's vector.
        case vector(Int)
        /// A number as it is, by what its name adds to its column's.
        case number(String)
        case missing, unseen
        case category(String)
        case bucket(Int)
        /// Of a category's vector.
        case embedded(Int)
    }

    /// In the order in which layers see them; `nil` for what no other table's row has.
    private(set) var places: [Place?] = []

    /// - Parameter names: What matched columns are called by the other table, of which others have no place; `nil`
    ///   where all have theirs.
    init(_ input: TabularInput, _ encoder: Encoder, naming names: [String: String]? = nil) {
        func place(_ column: String, _ part: Part) -> Place? {
            let name: String? = if let names { names[column] } else { column }
            return name.map { Place(column: $0, part: part) }
        }
        if let embedding = input.embedding {
            for number in encoder.bins.prefix(embedding.numbers) {
                places += (0..<embedding.width).map { place(number.column, .vector($0)) }
            }
        }
        for parent in encoder.numericParents.dropFirst(input.embedding?.numbers ?? 0) {
            let part = String(parent.name.dropFirst(parent.column.count))
            places.append(place(parent.column, .number(part)))
        }
        let categories = encoder.categories
        for (column, values) in encoder.indexParents {
            guard values <= TabularNetwork.oneHotLimit else {
                places += (0..<TabularNetwork.embeddingWidth(values: values)).map {
                    place(column, .embedded($0))
                }
                continue
            }
            let own = categories.first { $0.column == column }
            places +=
                own.map { Self.parts(of: $0).map { place(column, $0) } }
                ?? Array(repeating: nil, count: values)
        }
    }

    /// What each index of a category stands for.
    static func parts(of category: CategoryEncoder) -> [Part] {
        [.missing, .unseen]
            + (category.buckets.map { (0..<$0).map { .bucket($0) } }
                ?? category.values.map { .category($0) })
    }

    /// For each of these places that of the other's that stands for the same; `nil` where it has none.
    func places(in other: CarriedFeatures) -> [Int?] {
        var known: [Place: Int] = [:]
        for (index, place) in other.places.enumerated() {
            if let place { known[place] = index }
        }
        return places.map { $0.flatMap { known[$0] } }
    }
}
