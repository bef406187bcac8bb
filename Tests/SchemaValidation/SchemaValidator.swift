/// Judges JSON by a schema, with those keywords of JSON Schema draft 2020-12 that the schema of
/// reports uses. Another keyword throws, so that none is passed over.
package struct SchemaValidator: Sendable {
    private let root: JSON

    package struct Unsupported: Error { package var keyword: String }

    package init(schema: [UInt8]) throws { root = try JSON(schema) }

    /// What is wrong, each with its place; empty if nothing is.
    package func problems(in document: JSON) throws -> [String] {
        try problems(document, root, at: "")
    }

    private func problems(_ value: JSON, _ schema: JSON, at place: String) throws -> [String] {
        guard case .object(let keywords) = schema else {
            throw Unsupported(keyword: "a schema that is no object")
        }
        var found: [String] = []
        for (keyword, argument) in keywords.sorted(by: { $0.key < $1.key }) {
            switch (keyword, argument) {
            case ("$schema", _), ("$defs", _), ("title", _), ("description", _): continue
            case ("$ref", .text(let path)):
                let name = path.split(separator: "/").last.map(String.init) ?? ""
                guard path == "#/$defs/" + name, let target = root["$defs"]?[name] else {
                    throw Unsupported(keyword: "$ref " + path)
                }
                found += try problems(value, target, at: place)
            case ("type", .text(let type)):
                if !(try value.isOfType(type)) { found.append("\(place): not of type \(type)") }
            case ("const", _):
                if value != argument { found.append("\(place): not \(argument)") }
            case ("enum", .array(let values)):
                if !values.contains(value) { found.append("\(place): none of \(values)") }
            case ("minimum", .number(let bound)):
                if case .number(let number) = value, number < bound {
                    found.append("\(place): less than \(bound)")
                }
            case ("maximum", .number(let bound)):
                if case .number(let number) = value, number > bound {
                    found.append("\(place): more than \(bound)")
                }
            case ("items", _):
                guard case .array(let elements) = value else { continue }
                for (index, element) in elements.enumerated() {
                    found += try problems(element, argument, at: "\(place)/\(index)")
                }
            case ("properties", .object(let properties)):
                for (name, property) in properties {
                    guard let member = value[name] else { continue }
                    found += try problems(member, property, at: "\(place)/\(name)")
                }
            case ("required", .array(let names)):
                guard case .object(let members) = value else { continue }
                for case .text(let name) in names where members[name] == nil {
                    found.append("\(place): lacks \(name)")
                }
            case ("additionalProperties", .bool(false)):
                guard case .object(let members) = value else { continue }
                for name in members.keys where schema["properties"]?[name] == nil {
                    found.append("\(place): may not hold \(name)")
                }
            case ("anyOf", .array(let choices)):
                if try fitting(value, choices) == 0 { found.append("\(place): fits no choice") }
            case ("oneOf", .array(let choices)):
                let count = try fitting(value, choices)
                if count != 1 { found.append("\(place): fits \(count) choices, not one") }
            default: throw Unsupported(keyword: keyword)
            }
        }
        return found
    }

    private func fitting(_ value: JSON, _ choices: [JSON]) throws -> Int {
        try choices.count { try problems(value, $0, at: "").isEmpty }
    }
}

extension JSON {
    fileprivate func isOfType(_ type: String) throws -> Bool {
        switch (type, self) {
        case ("object", .object), ("array", .array), ("string", .text), ("number", .number),
            ("boolean", .bool), ("null", .null):
            true
        case ("integer", .number(let number)): number == number.rounded()
        case ("object", _), ("array", _), ("string", _), ("number", _), ("boolean", _),
            ("null", _), ("integer", _):
            false
        default: throw SchemaValidator.Unsupported(keyword: "type " + type)
        }
    }
}
