import Tables
package import Tuning
import Yams

/// A YAML file of what a search may try:
///
///     learning-rate: {from: 0.0005, to: 0.02, scale: log}
///     depth: {from: 1, to: 4}
///     numbers: [piecewise, periodic]
///
/// A list is of values without an order; `auto` among them leaves the setting to the recipe. `dated` and `source` may say
/// where the ranges are from.
package enum SpaceFile {
    private enum Scale: String { case linear, log }

    private static let form =
        "write {from: 1, to: 4}, with scale: log where factors count, or a list of values"

    /// - Parameter configuration: With which settings must go.
    /// - Throws: an error that names file, line, key and what would be accepted.
    package static func read(
        _ path: String, for configuration: TrainConfiguration
    ) throws -> SearchSpace {
        let file = "--space \(path)"
        guard let mapping = try composeYAML(path, as: file)?.mapping, !mapping.isEmpty else {
            throw VouchError(
                "\(file) names no settings: write one a line, such as depth: {from: 1, to: 4}")
        }
        var space = SearchSpace(dated: "", source: path, parameters: [])
        var places: [String: String] = [:]
        for (key, value) in mapping {
            let id = key.string ?? ""
            let place = "\(key.place(in: file)), \"\(id)\""
            switch id {
            case "dated": space.dated = value.string ?? ""
            case "source": space.source = value.string ?? path
            default:
                let shape = try shape(of: id, place)
                let domain = try domain(value, shape, place)
                space.parameters.append(SearchParameter(id, domain))
                places[id] = place
            }
        }
        guard !space.parameters.isEmpty else {
            throw VouchError("\(file) names no settings; \(form)")
        }
        for parameter in space.parameters {
            if let refusal = parameter.refusal(in: configuration, space) {
                throw VouchError("\(places[parameter.id] ?? file): \(refusal)")
            }
        }
        return space
    }

    private static func shape(of id: String, _ place: String) throws -> SettingShape {
        let known = Settings.searched
        if let shape = known.first(where: { $0.id == id })?.shape { return shape }
        let all = known.map(\.id)
        if Settings.all.contains(where: { $0.id == id }),
            let reason = Settings.reasonNotToSearch(id)
        {
            throw VouchError(
                setting: """
                    \(place): a search does not turn this setting: \(reason). It turns \(all.joined(separator: ", "))
                    """)
        }
        let meant = nearestName(to: id, among: all).map { "; did you mean \($0)?" } ?? ";"
        throw VouchError(
            "\(place): there is no such setting\(meant) A search turns \(all.joined(separator: ", "))"
        )
    }

    private static func domain(
        _ node: Node, _ shape: SettingShape, _ place: String
    ) throws -> SearchDomain {
        if let list = node.sequence {
            return try choice(list.map { $0.string ?? "" }, shape, place)
        }
        guard let fields = node.mapping else { throw VouchError("\(place): \(form)") }
        if case .words(let words) = shape {
            throw VouchError(
                "\(place): it has words and no range; write a list of \(words.joined(separator: ", "))"
            )
        }
        var texts: [String: String] = [:]
        for (key, value) in fields {
            let name = key.string ?? ""
            guard ["from", "to", "scale"].contains(name) else {
                throw VouchError(
                    "\(place): there is no field \"\(name)\"; write from, to, scale")
            }
            texts[name] = value.string ?? ""
        }
        guard let from = texts["from"], let to = texts["to"] else {
            throw VouchError("\(place): it has no \(texts["from"] == nil ? "from" : "to"); \(form)")
        }
        let word = texts["scale"] ?? Scale.linear.rawValue
        guard let scale = Scale(rawValue: word) else {
            throw VouchError("\(place): its scale is \"\(word)\"; write linear or log")
        }
        return try range(from, to, isLogarithmic: scale == .log, shape, place)
    }

    private static func range(
        _ from: String, _ to: String, isLogarithmic: Bool, _ shape: SettingShape, _ place: String
    ) throws -> SearchDomain {
        let wanted = shape == .integer ? "a whole number" : "a number"
        for (name, text) in [("from", from), ("to", to)] {
            let isGood = shape == .integer ? Int(text) != nil : Double(text)?.isFinite ?? false
            guard isGood else {
                throw VouchError("\(place): its \(name) is \"\(text)\"; it must be \(wanted)")
            }
        }
        guard let lower = Double(from), let upper = Double(to), lower < upper else {
            throw VouchError(
                "\(place): from \(from) to \(to) is an empty range; from must be below to")
        }
        guard !isLogarithmic || lower > 0 else {
            throw VouchError(
                "\(place): its scale is log, but it begins at \(from); begin above 0, or write scale: linear"
            )
        }
        guard shape == .integer, let low = Int(from), let high = Int(to) else {
            return .real(lower: lower, upper: upper, isLogarithmic: isLogarithmic)
        }
        return .integer(lower: low, upper: high, isLogarithmic: isLogarithmic)
    }

    private static func choice(
        _ words: [String], _ shape: SettingShape, _ place: String
    ) throws -> SearchDomain {
        guard words.count > 1 else {
            throw VouchError(
                words.isEmpty
                    ? "\(place): the list is empty; write two values or more"
                    : "\(place): the list has \"\(words[0])\" alone; write two values or more, or ask for it as an option"
            )
        }
        if let twice = words.first(where: { word in words.count { $0 == word } > 1 }) {
            throw VouchError("\(place): \"\(twice)\" stands in the list twice; keep one of them")
        }
        if case .words(let known) = shape,
            let other = words.first(where: { !known.contains($0) && $0 != SearchDomain.open })
        {
            let meant =
                nearestName(to: other, among: known).map { "did you mean \($0)? Write" } ?? "write"
            throw VouchError(
                "\(place): there is no value \"\(other)\"; \(meant) \(known.joined(separator: ", "))"
            )
        }
        return .choice(words)
    }
}
