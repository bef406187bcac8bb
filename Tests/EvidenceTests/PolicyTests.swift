import Evidence
import Testing

@Suite struct PolicyTests {
    static func measurement(
        _ metric: MetricID, _ value: Double?, _ bounds: (Double, Double)? = nil,
        group: String? = nil
    ) -> Measurement {
        Measurement(
            metric: metric, drawback: .overfitting, value: value,
            interval: bounds.map {
                .init(lower: $0.0, upper: $0.1, method: "m", varied: "rows")
            }, sample: .init(split: "test", rows: 10), group: group)
    }

    static func rule(
        _ metric: MetricID, _ quantity: Policy.Quantity, min: Double? = nil, max: Double? = nil,
        group: String? = nil
    ) -> Policy.Rule {
        .init(
            metric: metric, quantity: quantity, minimum: min, maximum: max, group: group, line: 1)
    }

    private func passed(_ rule: Policy.Rule, _ measurements: [Measurement]) -> [Bool] {
        Policy(rules: [rule]).judge(measurements).map(\.passed)
    }

    @Test func limitsHoldAtTheirEdge() {
        let found = [Self.measurement("accuracy", 0.9, (0.8, 0.95))]
        #expect(passed(Self.rule("accuracy", .value, min: 0.9), found) == [true])
        #expect(passed(Self.rule("accuracy", .value, min: 0.91), found) == [false])
        #expect(passed(Self.rule("accuracy", .lower, min: 0.8), found) == [true])
        #expect(passed(Self.rule("accuracy", .lower, min: 0.81), found) == [false])
        #expect(passed(Self.rule("accuracy", .upper, max: 0.95), found) == [true])
        #expect(passed(Self.rule("accuracy", .upper, max: 0.94), found) == [false])
    }

    @Test func missingEvidenceFails() {
        let found = [Self.measurement("accuracy", 0.9), Self.measurement("rocAUC", nil)]
        #expect(passed(Self.rule("logLoss", .value, max: 9), found) == [false])
        #expect(passed(Self.rule("accuracy", .lower, min: 0), found) == [false])
        #expect(passed(Self.rule("rocAUC", .value, min: 0), found) == [false])
        let nan = [Self.measurement("accuracy", .nan)]
        #expect(passed(Self.rule("accuracy", .value, min: 0), nan) == [false])
    }

    @Test func groupsAreJudgedEach() {
        let found = [
            Self.measurement("accuracy", 0.9),
            Self.measurement("accuracy", 0.7, group: "sex = Female"),
            Self.measurement("accuracy", 0.8, group: "sex = Male"),
        ]
        #expect(
            passed(Self.rule("accuracy", .value, min: 0.75, group: "*"), found) == [false, true])
        #expect(
            passed(Self.rule("accuracy", .value, min: 0.75, group: "sex = Male"), found) == [true])
        #expect(passed(Self.rule("accuracy", .value, min: 0.75), found) == [true])
    }
}
