import Platform
package import Runs
package import Tuning

/// A tuned recipe that a search left as a file.
package struct TunedRecipeFile: Sendable {
    package let path: String
    package let recipe: TunedRecipe

    /// In a study's folder.
    package static let name = "tuned-recipe.json"

    /// - Parameter place: The file, or the folder that holds it.
    /// - Throws: where it is missing or is not such a file.
    package init(_ place: String) throws {
        let inside = place + "/" + Self.name
        path = Files.exists(inside) ? inside : place
        guard Files.exists(path), !Files.isFolder(path) else {
            throw VouchError(
                Files.exists(place)
                    ? "\(place) holds no \(Self.name), so that it is no finished study"
                    : "there is no \(place); name the folder of a study")
        }
        let bytes = try Files.read(path)
        do {
            recipe = try JSON.decode(TunedRecipe.self, from: bytes, file: path)
        } catch {
            throw VouchError(
                "\(path) is no tuned recipe: it is JSON with settings (texts by a setting's id), trials and "
                    + "seconds, such as {\"settings\": {\"learning-rate\": \"0.002\"}, \"trials\": 34, \"seconds\": 312}"
            )
        }
        if let complaint = recipe.complaint { throw VouchError("\(path): \(complaint)") }
    }

    /// The run that the search was for: the one that was asked for, else the one that the file names.
    ///
    /// - Throws: where neither says one.
    package func run(_ asked: String?) throws(VouchError) -> String {
        if let asked { return asked }
        guard let named = recipe.run else {
            throw VouchError("\(path) does not say which run it is of; name it with --run")
        }
        return named.hasPrefix("/") ? named : Files.folder(of: path) + "/" + named
    }
}
