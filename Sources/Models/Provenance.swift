package import Prediction

/// Where a model came from: who made it first, and what has changed it since.
package struct Provenance: Sendable, Hashable, Codable {
    package var origin: Origin
    /// In the order in which they were made.
    package var changes: [Change]
    /// Whose weights its training began with; `nil` for none.
    package var carried: Carried?

    /// Another model, of which weights were carried over.
    package struct Carried: Sendable, Hashable, Codable {
        /// Its run's folder.
        package var run: String
        /// Of its `weights.safetensors`.
        package var weightsSHA256: String
        /// Columns of this model's table that its own are.
        package var columns: [String]

        package init(run: String, weightsSHA256: String, columns: [String]) {
            self.run = run
            self.weightsSHA256 = weightsSHA256
            self.columns = columns
        }
    }

    package enum Origin: Sendable, Hashable, Codable {
        /// By a training of vouch.
        case trained(version: String)
        /// From a file of another program, with the file's hash, by a version of vouch.
        case imported(source: String, sha256: String, version: String)
    }

    /// A remedy that made this model of another one.
    package struct Change: Sendable, Hashable, Codable {
        /// The remedy's id.
        package var remedy: String
        /// In words, with its strength, such as `8 of 32 members kept`.
        package var detail: String
        /// SHA-256 of `weights.safetensors` as the model before had it.
        package var weightsSHA256: String
        /// Rows that it looked at in order to change the model; `nil` where it looked at none.
        package var rows: Rows?
        /// Of the vouch that made it.
        package var version: String

        package init(
            remedy: String, detail: String, weightsSHA256: String, rows: Rows?, version: String
        ) {
            self.remedy = remedy
            self.detail = detail
            self.weightsSHA256 = weightsSHA256
            self.rows = rows
            self.version = version
        }
    }

    package struct Rows: Sendable, Hashable, Codable {
        package var split: RowSplit
        package var count: Int

        package init(split: RowSplit, count: Int) {
            self.split = split
            self.count = count
        }
    }

    package init(origin: Origin, changes: [Change] = []) {
        self.origin = origin
        self.changes = changes
    }

    package static func trained(version: String) -> Provenance {
        Provenance(origin: .trained(version: version))
    }

    /// Of the vouch that made the model as it is.
    package var version: String {
        if let last = changes.last { return last.version }
        switch origin {
        case .trained(let version), .imported(_, _, let version): return version
        }
    }

    /// Whether a training of vouch made it, and nothing changed it since.
    package var isTrained: Bool {
        if case .trained = origin { changes.isEmpty } else { false }
    }
}
