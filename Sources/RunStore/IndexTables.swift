import GRDB

extension RunIndex {
    /// A ledger's record as the index holds it.
    package struct Look: Sendable, Hashable {
        /// Of the run.
        package var path: String
        package var sequence: Int
        package var time: String
        package var kind: String
        package var split: String?
        package var rows: Int?
        package var purpose: String
        package var hash: String
        package var dataSHA256: String?
        /// Of the model that was looked at; `nil` in ledgers of older versions.
        package var weightsSHA256: String?
    }

    /// How the tables came to be. A step that was published is never changed; a new one is added.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("runs and looks") { database in
            try database.execute(
                sql: """
                    CREATE TABLE runs (
                        path TEXT PRIMARY KEY NOT NULL, made TEXT, title TEXT, model TEXT,
                        target TEXT, dataSHA256 TEXT, testSHA256 TEXT, weightsSHA256 TEXT,
                        metric TEXT, value REAL, tags TEXT NOT NULL, problem TEXT
                    ) STRICT;
                    CREATE TABLE looks (
                        path TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
                        sequence INTEGER NOT NULL, time TEXT NOT NULL, kind TEXT NOT NULL,
                        split TEXT, rows INTEGER, purpose TEXT NOT NULL, hash TEXT NOT NULL,
                        dataSHA256 TEXT,
                        PRIMARY KEY (path, sequence)
                    ) STRICT;
                    CREATE INDEX looksAtData ON looks (dataSHA256);
                    """)
        }
        migrator.registerMigration("the model of a look") { database in
            try database.execute(sql: "ALTER TABLE looks ADD COLUMN weightsSHA256 TEXT")
        }
        // What a run that was replaced took is still worth knowing, so that no run owns its plan.
        migrator.registerMigration("plans") { database in
            try database.execute(
                sql: """
                    CREATE TABLE plans (
                        path TEXT NOT NULL, made TEXT NOT NULL, content TEXT NOT NULL,
                        PRIMARY KEY (path, made, content)
                    ) STRICT;
                    CREATE INDEX plansByTime ON plans (made);
                    """)
        }
        return migrator
    }
}

extension RunIndex.Plan {
    init(_ row: Row) { self.init(made: row["made"], content: row["content"]) }
}

extension RunIndex.Run {
    init(_ row: Row) {
        let tags: String = row["tags"]
        self.init(
            path: row["path"], made: row["made"], title: row["title"], model: row["model"],
            target: row["target"], dataSHA256: row["dataSHA256"], testSHA256: row["testSHA256"],
            weightsSHA256: row["weightsSHA256"], metric: row["metric"], value: row["value"],
            tags: JSONValue(Array(tags.utf8))?.elements.compactMap(\.text) ?? [],
            problem: row["problem"])
    }
}

extension RunIndex.Look {
    init(_ row: Row) {
        self.init(
            path: row["path"], sequence: row["sequence"], time: row["time"], kind: row["kind"],
            split: row["split"], rows: row["rows"], purpose: row["purpose"], hash: row["hash"],
            dataSHA256: row["dataSHA256"], weightsSHA256: row["weightsSHA256"])
    }
}

extension Database {
    /// Not by REPLACE, which would delete the run's looks.
    func upsert(_ run: RunIndex.Run) throws {
        let tags = "[" + run.tags.map(JSONText.quoted).joined(separator: ",") + "]"
        let columns = [
            "made", "title", "model", "target", "dataSHA256", "testSHA256", "weightsSHA256",
            "metric", "value", "tags", "problem",
        ]
        let marks = Array(repeating: "?", count: columns.count + 1).joined(separator: ", ")
        let changes = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try execute(
            sql: """
                INSERT INTO runs (path, \(columns.joined(separator: ", "))) VALUES (\(marks))
                ON CONFLICT (path) DO UPDATE SET \(changes)
                """,
            arguments: [
                run.path, run.made, run.title, run.model, run.target, run.dataSHA256,
                run.testSHA256, run.weightsSHA256, run.metric, run.value, tags, run.problem,
            ])
    }

    /// One of a run that was done anew in the same place stands beside the earlier ones.
    func add(_ plan: RunIndex.Plan, path: String) throws {
        try execute(
            sql: """
                INSERT INTO plans (path, made, content) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING
                """, arguments: [path, plan.made, plan.content])
    }

    /// Makes the looks of a run equal to its ledger. As the records are chained, those that are
    /// there are a beginning of it exactly if the hash of the last agrees; then only new ones are
    /// added.
    func mirror(_ records: [Ledger.Record], path: String) throws {
        let count =
            try Int.fetchOne(
                self, sql: "SELECT COUNT(*) FROM looks WHERE path = ?", arguments: [path]) ?? 0
        let last = try String.fetchOne(
            self, sql: "SELECT hash FROM looks WHERE path = ? ORDER BY sequence DESC LIMIT 1",
            arguments: [path])
        let agrees = count == 0 || (count <= records.count && records[count - 1].hash == last)
        if !agrees {
            try execute(sql: "DELETE FROM looks WHERE path = ?", arguments: [path])
        }
        for record in records.dropFirst(agrees ? count : 0) {
            let entry = record.entry
            try execute(
                sql: "INSERT INTO looks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    path, record.sequence, entry.time, entry.kind.rawValue, entry.split,
                    entry.rows, entry.purpose, record.hash,
                    entry.details[Ledger.DetailKey.dataSHA256],
                    entry.details[Ledger.DetailKey.weightsSHA256],
                ])
        }
    }
}
