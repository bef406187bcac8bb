import GRDB

extension StudyStore {
    /// A training of the study. The store knows its number, its rung and who has it; what is to be trained and what
    /// came of it are texts that their owner reads.
    package struct Trial: Sendable, Hashable {
        /// From 0 in the order of planning; below 0 for those that no rung has.
        package var number: Int
        package var rung: Int
        package var plan: String
        /// Who has it, or had it when it was finished.
        package var worker: Int?
        /// `nil` until it is finished.
        package var result: String?
        /// Of a clock: of the training, and of the writing of its run.
        package var seconds: Double?
        package var writingSeconds: Double?
        package var weightsSHA256: String?

        package init(number: Int, rung: Int, plan: String) {
            self.number = number
            self.rung = rung
            self.plan = plan
        }

        /// The first of all: what nothing was changed of.
        package static let first = -1
        /// The last before the first end, where there is one; of a study that was gone on with, lower numbers are those of later
        /// ends.
        package static let last = -2

        /// Whether an end planned it, and no rung.
        package var isLast: Bool { number < Self.first }
    }

    /// A study's end after which it was gone on with.
    package struct End: Sendable, Hashable {
        /// How many trials of rungs counted.
        package var counted: Int
        package var lastIsLeftOut: Bool
        /// By what it was to end, as its owner writes it; `nil` where that stands in the request.
        package var terms: String?
    }

    /// A process that works, or worked, at the study.
    package struct Worker: Sendable, Hashable {
        package var number: Int
        package var process: Int
        /// In seconds since 1970, as the others.
        package var began: Double
        package var beat: Double
        package var ended: Double?
        /// Whether its time counts for the study's budget: that of a command which began or resumed it.
        package var isLeader: Bool
        /// What it took so far, as its owner writes it.
        package var usage: String?
    }

    /// How the tables came to be. A step that was published is never changed; a new one is added.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("trials and workers") { database in
            try database.execute(
                sql: """
                    CREATE TABLE study (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
                    CREATE TABLE workers (
                        number INTEGER PRIMARY KEY NOT NULL, process INTEGER NOT NULL,
                        began REAL NOT NULL, beat REAL NOT NULL, ended REAL,
                        isLeader INTEGER NOT NULL, usage TEXT
                    ) STRICT;
                    CREATE TABLE trials (
                        number INTEGER PRIMARY KEY NOT NULL, rung INTEGER NOT NULL,
                        plan TEXT NOT NULL, worker INTEGER REFERENCES workers, result TEXT,
                        seconds REAL, writingSeconds REAL, weightsSHA256 TEXT
                    ) STRICT;
                    """)
        }
        migrator.registerMigration("earlier ends") { database in
            try database.execute(
                sql: """
                    CREATE TABLE ends (
                        number INTEGER PRIMARY KEY NOT NULL, counted INTEGER NOT NULL,
                        lastIsLeftOut INTEGER NOT NULL, terms TEXT
                    ) STRICT;
                    """)
        }
        return migrator
    }
}

extension StudyStore.Trial {
    init(_ row: Row) {
        self.init(number: row["number"], rung: row["rung"], plan: row["plan"])
        worker = row["worker"]
        result = row["result"]
        seconds = row["seconds"]
        writingSeconds = row["writingSeconds"]
        weightsSHA256 = row["weightsSHA256"]
    }
}

extension StudyStore.Worker {
    init(_ row: Row) {
        self.init(
            number: row["number"], process: row["process"], began: row["began"], beat: row["beat"],
            ended: row["ended"], isLeader: row["isLeader"], usage: row["usage"])
    }
}

extension Database {
    /// All of a study, in the order of their numbers.
    func studyTrials() throws -> [StudyStore.Trial] {
        try Row.fetchAll(self, sql: "SELECT * FROM trials ORDER BY number").map(
            StudyStore.Trial.init)
    }

    func studyWorkers() throws -> [StudyStore.Worker] {
        try Row.fetchAll(self, sql: "SELECT * FROM workers ORDER BY number").map(
            StudyStore.Worker.init)
    }

    /// In their order.
    func studyEnds() throws -> [StudyStore.End] {
        try Row.fetchAll(self, sql: "SELECT * FROM ends ORDER BY number").map { row in
            .init(
                counted: row["counted"], lastIsLeftOut: row["lastIsLeftOut"], terms: row["terms"])
        }
    }

    /// Keeps how the study ended, and opens it.
    func keepStudyEnd(counted: Int) throws {
        try execute(
            sql: "INSERT INTO ends (counted, lastIsLeftOut, terms) VALUES (?, ?, ?)",
            arguments: [
                counted, try studyValue(.lastIsLeftOut) != nil, try studyValue(.terms),
            ])
        for fact in [StudyStore.Fact.closedAfter, .lastIsLeftOut, .ended] {
            try execute(sql: "DELETE FROM study WHERE name = ?", arguments: [fact.rawValue])
        }
    }

    func insert(_ trial: StudyStore.Trial) throws {
        try execute(
            sql: "INSERT INTO trials (number, rung, plan) VALUES (?, ?, ?)",
            arguments: [trial.number, trial.rung, trial.plan])
    }

    /// What is known of the whole study under a name.
    func studyValue(_ fact: StudyStore.Fact) throws -> String? {
        try String.fetchOne(
            self, sql: "SELECT value FROM study WHERE name = ?", arguments: [fact.rawValue])
    }

    func setStudyValue(_ fact: StudyStore.Fact, _ value: String) throws {
        try execute(
            sql: """
                INSERT INTO study (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, arguments: [fact.rawValue, value])
    }
}
