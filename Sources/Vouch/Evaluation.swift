import Evidence
import Figures
import Reporting
import Statistics
import Tables

/// A model measured on one set of rows: the numbers, and the figures and group tables beside them.
struct Evaluation {
    var measurements: [Measurement] = []
    var figures: [Figure] = []
    var groups: [RunReport.GroupTable] = []
}

/// Rows with known answers, and what a model says of them.
struct LabelledPredictions {
    var split: String
    var predictions: Predictions
    /// Class numbers; empty for a regression.
    var labels: [Int32]
    /// Targets of a regression.
    var targets: [Double]
    var weights: [Double]?
    var clusters: [Int32]?
    /// A group of every row for each protected column.
    var protected: [(column: String, groups: [String])]
    var threshold: Double
    var costs: TrainConfiguration.Costs?
}

extension LabelledPredictions {
    /// Takes the rows of a table that have a target.
    init(
        _ table: Table, rows: [Int]?, model: StoredModel, predictions: Predictions, split: String
    ) throws {
        let target = model.description.target
        guard let column = table.column(named: target.column) else {
            throw VouchError(
                "\(table.name) has no column \"\(target.column)\", the target; "
                    + "without answers there is nothing to measure")
        }
        let known = (rows ?? Array(0..<table.rowCount)).filter { !column.isMissing($0) }
        guard !known.isEmpty else {
            throw VouchError("\(table.name) has no row with a target in \"\(target.column)\"")
        }
        self.split = split
        let width = max(predictions.classes.count, 1)
        var values: [Double] = []
        values.reserveCapacity(known.count * width)
        for row in known { values += predictions.values[row * width..<(row + 1) * width] }
        self.predictions = Predictions(
            rows: known.count, classes: predictions.classes, values: values)
        labels = []
        targets = []
        if target.task == .regression {
            let all = try target.values(column, source: table.name)
            targets = known.map { all[$0] }
        } else {
            let all = try target.labels(column, source: table.name, lines: table.lines)
            labels = known.map { all[$0] }
        }
        let allWeights = try table.weights(in: model.schema.names(.weight).first)
        weights = allWeights.map { weights in known.map { Double(weights[$0]) } }
        let codes = table.codes(in: model.schema.names(.group).first)
        clusters = codes.map { codes in known.map { codes[$0] } }
        protected = model.schema.protected.compactMap { name in
            guard let column = table.column(named: name) else { return nil }
            let groups = column.groupNames(edges: model.description.groupEdges[name])
            return (name, known.map { groups[$0] })
        }
        threshold = model.description.threshold
        costs = model.description.costs
    }

    func evaluate() throws -> Evaluation {
        predictions.classes.isEmpty ? try evaluateRegression() : try evaluateClasses()
    }

    private func measurement(
        _ metric: String, _ drawback: Drawback, _ estimate: Estimate, group: String? = nil
    ) -> Measurement {
        var interval: Measurement.Interval?
        if let lower = estimate.lower, let upper = estimate.upper {
            interval = .init(
                lower: lower, upper: upper, level: estimate.level, method: estimate.method,
                varied: estimate.varied)
        }
        return Measurement(
            metric: metric, drawback: drawback, value: estimate.value,
            unit: MetricGlossary.definition(metric).unit, interval: interval,
            sample: .init(split: split, rows: estimate.count, clusters: estimate.clusters),
            group: group, note: estimate.note)
    }

    private func evaluateRegression() throws -> Evaluation {
        let sample = try RegressionSample(
            targets: targets, predictions: predictions.values, weights: weights, clusters: clusters)
        return Evaluation(measurements: [
            measurement("rootMeanSquaredError", .overfitting, sample.rootMeanSquaredError()),
            measurement("meanAbsoluteError", .overfitting, sample.meanAbsoluteError()),
            measurement("rSquared", .overfitting, sample.rSquared()),
        ])
    }

    private func evaluateClasses() throws -> Evaluation {
        let classes = predictions.classes
        let sample = try ClassificationSample(
            labels: labels, probabilities: predictions.values, classes: classes.count,
            weights: weights, clusters: clusters)
        var result = Evaluation()
        func add(_ metric: String, _ estimate: Estimate) {
            result.measurements.append(measurement(metric, .overfitting, estimate))
        }
        if classes.count == 2 {
            let fit = sample.calibration()
            add("rocAUC", sample.rocAUC())
            add("accuracy", sample.accuracy(threshold: threshold))
            add("logLoss", sample.logLoss())
            add("brierScore", sample.brierScore())
            add("averagePrecision", sample.averagePrecision())
            add("sensitivity", sample.sensitivity(threshold: threshold))
            add("specificity", sample.specificity(threshold: threshold))
            add(
                "positivePredictiveValue", sample.positivePredictiveValue(threshold: threshold))
            add("balancedAccuracy", sample.balancedAccuracy(threshold: threshold))
            add("macroF1", sample.macroF1(threshold: threshold))
            add("selectionRate", sample.selectionRate(threshold: threshold))
            add("expectedCalibrationError", sample.expectedCalibrationError())
            add("calibrationSlope", fit.slope)
            add("calibrationIntercept", fit.intercept)
            if let costs {
                add(
                    "expectedCost",
                    sample.expectedCost(
                        threshold: threshold, falsePositive: costs.falsePositive,
                        falseNegative: costs.falseNegative))
            }
            result.figures.append(rocFigure(sample))
            for (column, groups) in protected {
                result.groups.append(try groupTable(sample, column, groups))
            }
        } else {
            add("accuracy", sample.accuracy())
            add("macroF1", sample.macroF1())
            add("balancedAccuracy", sample.balancedAccuracy())
            add("macroAUC", sample.macroAUC())
            add("logLoss", sample.logLoss())
            add("brierScore", sample.brierScore())
            add("expectedCalibrationError", sample.expectedCalibrationError())
        }
        result.figures.append(reliabilityFigure(sample))
        result.figures.append(confusionFigure(sample))
        return result
    }
}

// MARK: - Figures and groups

extension LabelledPredictions {
    private func rocFigure(_ sample: ClassificationSample) -> Figure {
        let points = sample.rocCurve()
        return Figure(
            id: "roc", title: "ROC curve",
            caption: "Share of positives found against share of negatives wrongly called positive, "
                + "as the threshold falls; \(sample.rows) \(split) rows.",
            plot: .lines(
                LineChart(
                    x: Axis("False-positive rate", lower: 0, upper: 1),
                    y: Axis("True-positive rate", lower: 0, upper: 1),
                    series: [
                        .init(
                            name: "model", x: points.map(\.falsePositiveRate),
                            y: points.map(\.truePositiveRate))
                    ], diagonal: "chance")))
    }

    private func reliabilityFigure(_ sample: ClassificationSample) -> Figure {
        let bins = sample.reliability(bins: 10)
        let event =
            sample.classes == 2
            ? "\(predictions.classes[1])" : "the most probable class is right"
        return Figure(
            id: "reliability", title: "Reliability",
            caption:
                "Of rows given a probability, how many were so: a calibrated model lies on the "
                + "line. Bins of equal mass, bars are 95 % intervals; \(sample.rows) \(split) rows.",
            plot: .reliability(
                ReliabilityDiagram(
                    event: event,
                    bins: bins.compactMap { bin in
                        guard let observed = bin.observedRate.value,
                            let lower = bin.observedRate.lower, let upper = bin.observedRate.upper
                        else { return nil }
                        return .init(
                            predicted: bin.meanScore, observed: observed, lower: lower,
                            upper: upper, count: bin.count)
                    })))
    }

    private func confusionFigure(_ sample: ClassificationSample) -> Figure {
        let classes = predictions.classes
        let calls = sample.calls(threshold: threshold)
        var counts = Array(
            repeating: Array(repeating: 0, count: classes.count), count: classes.count)
        for row in 0..<sample.rows { counts[Int(labels[row])][Int(calls[row])] += 1 }
        return Figure(
            id: "confusion", title: "Confusion matrix",
            caption: "Rows by true class and decided class"
                + (classes.count == 2 ? " at threshold \(NumberText.plain(threshold))" : "")
                + "; \(sample.rows) \(split) rows, unweighted.",
            plot: .confusion(Figures.ConfusionMatrix(classes: classes, counts: counts)))
    }

    private func groupTable(
        _ sample: ClassificationSample, _ column: String, _ groups: [String]
    ) throws -> RunReport.GroupTable {
        let names = Array(Set(groups)).sorted()
        var index: [String: Int32] = [:]
        for (code, name) in names.enumerated() { index[name] = Int32(code) }
        let metrics = try groupMetrics(
            sample, codes: groups.map { index[$0] ?? -1 }, threshold: threshold)
        let rows = metrics.map { group in
            let name = names[Int(group.code)]
            func made(_ metric: String, _ estimate: Estimate) -> Measurement {
                measurement(metric, .bias, estimate, group: "\(column) = \(name)")
            }
            return RunReport.GroupRow(
                group: name, rows: group.count,
                measurements: [
                    made("selectionRate", group.selectionRate),
                    made("sensitivity", group.truePositiveRate),
                    made("falsePositiveRate", group.falsePositiveRate),
                    made("accuracy", group.accuracy),
                    made("meanScore", group.meanScore),
                ])
        }
        return RunReport.GroupTable(column: column, rows: rows)
    }
}

extension Column {
    /// The group of every row: its text, or the range of its number; missing is a group of its own.
    func groupNames(edges: [Double]?) -> [String] {
        guard case .numbers(let numbers) = cells, let edges else {
            return (0..<count).map { text($0) ?? "(missing)" }
        }
        let names = (0...edges.count).map { bin in
            switch bin {
            case 0: "≤ \(numberText(edges[0]))"
            case edges.count: "> \(numberText(edges[bin - 1]))"
            default: "\(numberText(edges[bin - 1])) – \(numberText(edges[bin]))"
            }
        }
        return numbers.map { number in
            if number.isNaN { return "(missing)" }
            return names[edges.firstIndex { number <= $0 } ?? edges.count]
        }
    }

    /// Quartiles that cut a column of many numbers into groups; `nil` where its values are groups.
    func groupEdges(rows: [Int]) -> [Double]? {
        guard case .numbers(let numbers) = cells else { return nil }
        let sorted = rows.map { numbers[$0] }.filter { !$0.isNaN }.sorted()
        guard Set(sorted).count > 10 else { return nil }
        let edges = [0.25, 0.5, 0.75].map { sortedQuantile(sorted, $0) }
        return Array(Set(edges)).sorted()
    }
}
