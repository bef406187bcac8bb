import Platform

extension RunIndex {
    /// What the index knows of a run. All of it comes from the run's folder; what the folder does
    /// not say is `nil`.
    package struct Run: Codable, Sendable, Hashable {
        /// Absolute and without links; the run's identity.
        package var path: String
        /// ISO 8601, in UTC.
        package var made: String?
        package var title: String?
        package var model: String?
        package var target: String?
        /// Of the file that it was trained on.
        package var dataSHA256: String?
        /// Of the file of test rows, where it is another.
        package var testSHA256: String?
        package var weightsSHA256: String?
        /// The first headline metric by its id, and its value over all rows.
        package var metric: String?
        package var value: Double?
        package var tags: [String]
        /// What is wrong with the folder, where something is.
        package var problem: String?

        package init(
            path: String, made: String? = nil, title: String? = nil, model: String? = nil,
            target: String? = nil, dataSHA256: String? = nil, testSHA256: String? = nil,
            weightsSHA256: String? = nil, metric: String? = nil, value: Double? = nil,
            tags: [String] = [], problem: String? = nil
        ) {
            self.path = path
            self.made = made
            self.title = title
            self.model = model
            self.target = target
            self.dataSHA256 = dataSHA256
            self.testSHA256 = testSHA256
            self.weightsSHA256 = weightsSHA256
            self.metric = metric
            self.value = value
            self.tags = tags
            self.problem = problem
        }
    }

    /// What a run was expected to take and took, as its folder's `plan.json` says.
    package struct Plan: Sendable, Hashable {
        /// ISO 8601, in UTC.
        package var made: String
        /// The file, JSON.
        package var content: String

        package static let fileName = "plan.json"
    }

    /// What a run folder says of itself, without the index.
    ///
    /// - Throws: `RunStoreError` where it is not a run folder or its manifest is damaged.
    package static func facts(runAt path: String) throws -> Run {
        try Facts(runAt: Files.absolutePath(path)).run
    }

    /// A run and its ledger, as its folder tells.
    struct Facts {
        var run: Run
        var records: [Ledger.Record]
        /// `nil` of a run that nobody planned.
        var plan: Plan?

        /// Reads a folder. Its weights are not read; that is for whoever uses them.
        ///
        /// - Parameter path: Absolute.
        /// - Throws: `RunStoreError` where it is not a run folder or its manifest is damaged. Damage
        ///   to its other files is told in `problem`, and what they say left out.
        init(runAt path: String) throws {
            AtomicFolder.recover(path)
            try RunFolder.checkPlace(path)
            let manifestPath = path + "/" + Manifest.fileName
            let manifest = try Manifest(decoding: Files.read(manifestPath), path: manifestPath)
            let folder = RunFolder(path: path, manifest: manifest)
            var problems: [String] = []
            func attempt<Value>(_ read: () throws -> Value?) -> Value? {
                do {
                    return try read()
                } catch {
                    problems.append("\(error)")
                    return nil
                }
            }
            func json(_ name: String) -> JSONValue? {
                guard folder.contains(name) else { return nil }
                return attempt { JSONValue(try folder.read(name)) }
            }
            let report = json("measurements.json")
            let configuration = json("configuration.json")
            records = attempt { try Ledger.read(path).records } ?? []
            plan = attempt {
                guard folder.contains(Plan.fileName) else { return nil }
                let bytes = try folder.read(Plan.fileName)
                return JSONValue(bytes)?["made"]?.text.map {
                    Plan(made: $0, content: String(decoding: bytes, as: UTF8.self))
                }
            }
            let tags = attempt { try RunTags.read(path) } ?? []
            let weights = manifest.files.first { $0.name == "weights.safetensors" }
            run = Run(
                path: path, made: report?.fact("Made", in: "environment"),
                title: report?["title"]?.text, model: report?.fact("Model", in: "facts"),
                target: configuration?["columns"]?["target"]?.text,
                weightsSHA256: weights?.sha256, tags: tags, problem: problems.first)
            (run.metric, run.value) = report?.headline ?? (nil, nil)
            addHashes(report, configuration)
        }

        /// The ledger knows what was trained on; older runs say it in their report.
        private mutating func addHashes(_ report: JSONValue?, _ configuration: JSONValue?) {
            let trained = records.last { $0.entry.kind == .run }?.entry
            run.made = run.made ?? trained?.time
            // An imported model has no weights of its own beside its file.
            run.weightsSHA256 = run.weightsSHA256 ?? trained?.details[Ledger.DetailKey.weightsSHA256]
            run.dataSHA256 = trained?.details[Ledger.DetailKey.dataSHA256]
            run.testSHA256 = trained?.details[Ledger.DetailKey.testSHA256]
            guard run.dataSHA256 == nil, let report, let configuration else { return }
            func hash(_ key: String) -> String? {
                guard let file = configuration[key]?.text else { return nil }
                return report.fact("SHA-256 of \(Files.name(of: file))", in: "environment")
            }
            run.dataSHA256 = hash("data")
            run.testSHA256 = hash("test")
        }
    }
}

extension JSONValue {
    /// The value of a report's fact by its label.
    fileprivate func fact(_ label: String, in list: String) -> String? {
        self[list]?.elements.first { $0["label"]?.text == label }?["value"]?.text
    }

    /// The first of a report's headline metrics that was measured over all rows.
    fileprivate var headline: (metric: String?, value: Double?) {
        for metric in self["headlines"]?.elements.compactMap(\.text) ?? [] {
            let measurement = self["measurements"]?.elements.first {
                $0["metric"]?.text == metric && $0["group"]?.text == nil
            }
            if let measurement { return (metric, measurement["value"]?.number) }
        }
        return (nil, nil)
    }
}
