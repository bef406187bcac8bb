import Models
import Tables
import Yams

/// A YAML file that names kinds and roles of columns:
///
///     age: {kind: number}
///     zip: {kind: category}
///     ssn: {role: ignored}
///     price: {decimal: comma}
///     seen: {order: day-first}
enum SchemaFile {
    /// - Parameter kinds: What columns can be.
    static func read(_ path: String, _ kinds: InputKinds) throws -> [String: SchemaOptions.Override] {
        let file = "--schema \(path)"
        guard let mapping = try composeYAML(path, as: file)?.mapping else {
            throw VouchError("\(file): write one `column: {kind: …, role: …}` a line")
        }
        var overrides: [String: SchemaOptions.Override] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            let place = "\(key.place(in: file)), column \"\(name)\""
            guard let fields = value.mapping else {
                throw VouchError("\(place): write {kind: …, role: …}")
            }
            var override = SchemaOptions.Override()
            for (field, setting) in fields {
                let text = setting.string ?? ""
                switch field.string {
                case "kind":
                    guard let kind = kinds.names.first(where: { $0.rawValue == text }) else {
                        throw unknown(place, "kind", text, kinds.names.map(\.rawValue))
                    }
                    override.kind = kind
                case "role":
                    guard let role = ColumnRole(rawValue: text) else {
                        throw unknown(place, "role", text, ColumnRole.allCases.map(\.rawValue))
                    }
                    override.role = role
                case "decimal":
                    guard let decimal = NumberFormat.Decimal(rawValue: text) else {
                        throw unknown(
                            place, "decimal", text, NumberFormat.Decimal.allCases.map(\.rawValue))
                    }
                    override.decimal = decimal
                case "order":
                    guard let order = orders[text] else {
                        throw unknown(place, "order", text, orders.keys.sorted())
                    }
                    override.order = order
                default:
                    throw unknown(
                        place, "field", field.string ?? "", ["kind", "role", "decimal", "order"])
                }
            }
            overrides[name] = override
        }
        return overrides
    }

    private static let orders: [String: DateOrder] = [
        "day-first": .dayFirst, "month-first": .monthFirst, "year-first": .yearFirst,
    ]

    private static func unknown(
        _ place: String, _ what: String, _ text: String, _ known: [String]
    ) -> VouchError {
        VouchError(
            "\(place): there is no \(what) \"\(text)\"; write \(known.joined(separator: ", "))")
    }
}
