import Platform
import RunStore

/// Files that a command is to write, looked at before its work: what cannot be written is said at once, and no file
/// that the command or its run reads, and none of any run's, is written over.
package struct OutputFiles {
    /// Paths with what they are called where a person reads it: an option, or what the file is.
    private var reads: [(name: String, path: String)] = []

    /// - Parameter reads: Files that the command reads, by what they are called; `nil` for those that were not given.
    package init(reads: KeyValuePairs<String, String?> = [:]) {
        for (name, path) in reads { add(name, path) }
    }

    /// - Parameter run: Whose files are read: its data, test rows, answers and the like.
    /// - Throws: where it is no run.
    package init(ofRun run: String, reads: KeyValuePairs<String, String?> = [:]) throws {
        self.init(reads: reads)
        switch try RunConfiguration(run: run) {
        case .trained(let configuration): add(configuration)
        case .adopted(let configuration): add(configuration)
        }
    }

    private mutating func add(_ configuration: AdoptConfiguration) {
        add("the run's data", configuration.data)
        add("the rows that the run's model learned from", configuration.training)
        add("the run's validation rows", configuration.validation)
        add("the run's model", configuration.model)
        add("what rows the run's model takes", configuration.rows)
        add("the run's schema", configuration.columns.schemaFile)
    }

    private mutating func add(_ configuration: TrainConfiguration) {
        add("the run's data", configuration.data)
        add("the run's test rows", configuration.test)
        add("the answers that the run learned", configuration.answers)
        add("the run's rows without labels", configuration.unlabelled)
        add("the run's rules", configuration.rules?.file)
        add("the run's backbone", configuration.columns.backbone?.file)
        add("the run's schema", configuration.columns.schemaFile)
    }

    private mutating func add(_ name: String, _ path: String?) {
        if let path { reads.append((name, path)) }
    }

    /// - Parameter outputs: Paths by their options; `nil` for those that were not given.
    /// - Throws: where one cannot be written, two are the same, or one is a file that is read or a run's own.
    package func check(_ outputs: KeyValuePairs<String, String?>) throws {
        var known = reads.compactMap { read in
            (try? Files.absolutePath(read.path)).map { (read.name, $0) }
        }
        for (option, path) in outputs {
            guard let path else { continue }
            try AtomicFile.check(path)
            let place = try Files.absolutePath(path)
            if let (name, _) = known.first(where: { $0.1 == place }) {
                throw VouchError(
                    "\(option) is \(path), which is \(name), too: it would be written over. Name another file"
                )
            }
            if let run = try RunFolder.owner(ofFile: place) {
                throw VouchError(
                    "\(option) is \(path), a file of the run \(run): the run would be damaged. Name another file")
            }
            known.append((option, place))
        }
    }

    /// A drawing in a folder of pictures that is read would replace one of them, or be taken for one later.
    ///
    /// - Parameter path: A file or a folder that is to be written.
    /// - Throws: where it lies in a folder that is read.
    package func checkOutside(_ path: String, of option: String) throws {
        let place = try Files.absolutePath(path) + "/"
        for read in reads {
            guard let folder = try? Files.absolutePath(read.path), place.hasPrefix(folder + "/") else { continue }
            throw VouchError(
                "\(option) is \(path), in \(read.path), which is \(read.name): a drawing would replace a picture there "
                    + "or be taken for one. Name a place outside it")
        }
    }
}
