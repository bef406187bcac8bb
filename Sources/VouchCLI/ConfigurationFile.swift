import ArgumentParser
import Runs
import Yams

/// `--config file.yaml`: a mapping from option names to values, put before the other arguments so
/// that an option on the command line overrides it.
enum ConfigurationFile {
    /// Those that take the options of a training.
    private static let commands = [["train"], ["cost", "plan"]]

    static func expand(_ arguments: [String]) throws -> [String] {
        guard
            let at = arguments.firstIndex(where: { $0 == "--config" || $0.hasPrefix("--config=") })
        else { return arguments }
        let path: String
        if arguments[at] == "--config" {
            guard at + 1 < arguments.count else { return arguments }
            path = arguments[at + 1]
        } else {
            path = String(arguments[at].dropFirst("--config=".count))
        }
        guard let command = commands.first(where: { arguments.starts(with: $0) }) else {
            return arguments
        }
        let given = try options(in: path, overridden: names(in: arguments))
        return command + given + arguments.dropFirst(command.count)
    }

    private static func names(in arguments: [String]) -> Set<String> {
        Set(
            arguments.filter { $0.hasPrefix("--") }
                .map { String($0.dropFirst(2).prefix { $0 != "=" }) })
    }

    private static func options(in path: String, overridden: Set<String>) throws -> [String] {
        let file = "--config \(path)"
        guard let mapping = try composeYAML(path, as: file)?.mapping else {
            throw VouchError("\(file): write one `option: value` a line")
        }
        var result: [String] = []
        for (keyNode, value) in mapping {
            guard let key = keyNode.string else { continue }
            if overridden.contains(key) { continue }
            let place = keyNode.place(in: file)
            let added = try arguments(key, value, place: place)
            try check(added, place: place)
            result += added
        }
        return result
    }

    private static func arguments(_ key: String, _ value: Node, place: String) throws -> [String] {
        if key == "data" { return [value.string ?? ""] }
        if let list = value.sequence {
            return try list.flatMap { try arguments(key, $0, place: place) }
        }
        // YAML calls NO a no; as a value it is Norway.
        if let flag = value.bool, value.tag.description.contains("bool"),
            isFlag(key) || ["true", "false"].contains(value.string?.lowercased())
        {
            return flag ? ["--" + key] : []
        }
        guard let text = value.string else {
            throw VouchError("\(place): \(key) needs a value or a list of values")
        }
        return ["--\(key)=\(text)"]
    }

    private static func isFlag(_ key: String) -> Bool {
        (try? TrainCommand.parse(["data", "--target=t", "--out=o", "--" + key])) != nil
    }

    /// Lets the parser itself judge one option.
    private static func check(_ arguments: [String], place: String) throws {
        guard let first = arguments.first, first.hasPrefix("--") else { return }
        let name = first.prefix { $0 != "=" }
        let minimum = ["data", "--target=t", "--out=o"].filter { !$0.hasPrefix(name + "=") }
        do {
            _ = try TrainCommand.parse(minimum + arguments)
        } catch {
            throw VouchError("\(place): \(TrainCommand.message(for: error))")
        }
    }
}
