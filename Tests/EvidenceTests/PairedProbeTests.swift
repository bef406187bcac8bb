import Evidence
import Prediction
import Statistics
import Testing

/// Probes that measure two subjects by turns.
@Suite struct PairedProbeTests {
    /// Tells how many test rows it is shown of each.
    private struct Shown: PairedProbe {
        var needs: Set<Need> = [.predictions]
        var looksAt: Set<RowSplit> = []
        var fails = false

        static let metric = MetricDefinition(
            id: "shown", name: "Shown", formula: "", direction: 0, drawback: .computeCost,
            source: "")

        var description: ProbeDescription {
            ProbeDescription(
                id: "shown", name: "Shown", drawback: .computeCost, needs: needs, looksAt: looksAt,
                metrics: [Self.metric])
        }

        func expectedSeconds(_ subject: Subject) -> Double { 0 }

        private func rows(_ subject: Subject) -> Measurement {
            Measurement(
                metric: "shown", drawback: .computeCost, value: Double(subject.test.rows),
                sample: .init(split: .test, rows: 0))
        }

        func measure(_ subject: Subject) throws -> Findings {
            Findings(measurements: [rows(subject)])
        }

        func measure(_ first: Subject, _ second: Subject) throws -> PairedFindings {
            if fails { throw StatisticsError("not these") }
            return PairedFindings(first: [rows(first)], second: [rows(second)])
        }
    }

    private func subject(_ rows: Int) -> Subject {
        Subject(
            test: LabelledPredictions(
                split: .test,
                predictions: Predictions(
                    rows: rows, classes: [], values: [Double](repeating: 0, count: rows)),
                answers: .numbers([Double](repeating: 0, count: rows))))
    }

    /// Like any probe it is shown no held-out rows but those that it declares.
    @Test func isShownWhatItNames() throws {
        func shown(_ splits: Set<RowSplit>) throws -> [Double?] {
            let found = try #require(
                Shown(looksAt: splits).findings(of: subject(3), subject(5)))
            return [found.first[0].value, found.second[0].value]
        }
        #expect(try shown([]) == [0, 0])
        #expect(try shown([.test]) == [3, 5])
    }

    @Test func whatCannotBeMeasuredIsLeftOut() {
        #expect(Shown(needs: [.model]).findings(of: subject(1), subject(1)) == nil)
        #expect(Shown(fails: true).findings(of: subject(1), subject(1)) == nil)
    }
}
