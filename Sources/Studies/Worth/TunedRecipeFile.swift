import Platform
package import Runs
package import Tuning

/// A tuned recipe: what a study came to, or a file in which another search says it.
package struct TunedRecipeFile: Sendable {
    package let path: String
    package let recipe: TunedRecipe

    /// Of such a file in a folder.
    package static let name = "tuned-recipe.json"

    /// - Parameter place: A study's folder, or the file, or the folder that holds it.
    /// - Throws: where it is missing or is not such a file, or the study is not over.
    package init(_ place: String) throws {
        if StudyFolder.stands(at: place) {
            path = place
            recipe = try StudyFolder(place).tunedRecipe()
            return
        }
        let inside = place + "/" + Self.name
        path = Files.exists(inside) ? inside : place
        guard Files.exists(path), !Files.isFolder(path) else {
            throw VouchError(
                Files.exists(place)
                    ? "\(place) holds no study and no \(Self.name)"
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
