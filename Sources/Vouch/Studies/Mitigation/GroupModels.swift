import Models
import Prediction
import Tables

/// Linear models that predict the group of a protected column, or of a combination, by the features that a run's model
/// sees.
struct GroupModels {
    /// Sorted; those without a training row are never predicted.
    let names: [String]
    private let learner: Learner

    /// - Parameter others: Groups of other rows.
    init(_ learner: Learner, columns: [String], among others: Set<String> = []) throws {
        let prepared = learner.prepared
        let naming = learner.groupNaming()
        let each = columns.compactMap { prepared.table.column(named: $0) }
            .map { $0.groupNames(naming) }
        let group = (0..<prepared.table.rowCount).map { row in
            each.map { $0[row] }.joined(separator: intersectionSign)
        }
        names = others.union(group).sorted()
        guard names.count > 1 else {
            throw VouchError(
                "\(columns[0]) has one group, \(names.first ?? "none"); a gap needs two")
        }
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
        // A name that no column of a file can have: it holds a line break.
        let target = Column(
            name: "group\n" + columns.joined(separator: ","),
            cells: .categories(codes: group.map { places[$0] ?? -1 }, values: names))
        self.learner = Learner(
            configuration: learner.configuration,
            prepared: try prepared.predicting(target), pool: learner.pool)
    }

    /// `[groups][rows]`
    func chances(_ rows: [Int], of table: Table) throws -> [[Double]] {
        let model = try learner.linearModel(rows: rows)
        let found = try model.predict(table, pool: learner.pool)
        return names.map { name in
            found.classes.firstIndex(of: name).map { place in
                (0..<found.rows).map { found.values[$0 * found.width + place] }
            } ?? Array(repeating: 0, count: found.rows)
        }
    }
}

extension PreparedData {
    /// With another column to predict from the same features, as they stand in the table.
    func predicting(_ column: Column) throws -> PreparedData {
        var result = self
        result.table = Table(
            name: table.name, rowCount: table.rowCount, columns: table.columns + [column],
            lines: table.lines)
        result.target = try TargetEncoder(
            column, source: table.name, rows: Array(0..<table.rowCount), task: nil, positive: nil)
        result.encoder.repair = nil
        return result
    }
}

extension Learner {
    /// A linear model at its standard settings.
    fileprivate func linearModel(rows: [Int]) throws -> ModelBundle {
        var changed = LinearBaseline.configuration(of: configuration)
        // Probabilities are wanted, of the rows as they are.
        changed.model.balancesClasses = false
        return try fixedLengthModel(
            changed, rows: rows,
            recipe: Recipe(changed, for: prepared.problem(rows: rows.count)))
    }
}
