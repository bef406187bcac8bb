import Figures
import Prediction
import Statistics

extension LabelledPredictions {
    func rocFigure(_ sample: ClassificationSample) -> Figure {
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

    func reliabilityFigure(_ sample: ClassificationSample) -> Figure {
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

    func confusionFigure(_ sample: ClassificationSample) -> Figure {
        let classes = predictions.classes
        let calls = sample.calls(threshold: threshold)
        guard case .classes(let labels) = answers else {
            preconditionFailure("a regression has no classes")
        }
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
}
