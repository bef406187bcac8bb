import Evidence
import Figures
import Reporting

/// The Adult report as a run has it: with the first screen in plain words and a chapter a drawback.
extension AdultFixture {
    static var plainReport: RunReport {
        var report = report
        report.about = .init(
            target: "class", task: .binary, classes: ["<=50K", ">50K"], testFile: "adult_test.csv",
            protectedColumns: ["sex", "race"], isTrainedHere: true, ending: .interrupted)
        report.brief = .init(
            answers: [
                .init(
                    id: "howOftenRight", question: "How often is it right?",
                    text: "Right for 87 of 100 rows; saying \"<=50K\" of everybody is right for 76.",
                    numbers: ["87", "76"], metrics: ["accuracy"], tone: .good),
                .init(
                    id: "groups", question: "Whom does it serve worse?",
                    text: "Of 100 that are \">50K\", it misses 6 more of sex \"Female\" (verdict: gap).",
                    numbers: ["6"], metrics: ["sensitivityGap"], tone: .bad),
                .init(
                    id: "whenNot", question: "When must it not be used?",
                    text: "Not for people, places or times unlike those of \"adult_test.csv\"."),
            ],
            drawbacks: [
                .init(
                    drawback: .overfitting,
                    answer: .init(
                        id: "overfitting", question: "Will it hold on new rows?",
                        text: "A little worse on new rows.", metrics: ["logLoss"], tone: .unsure),
                    remedy: "Temperature scaling was proved to help; it made something else worse."),
                .init(
                    drawback: .hyperParameters,
                    answer: .init(
                        id: "hyperParameters", question: "Is it luck?",
                        text: "Not measured: the budget was used up."),
                    remedy: "No remedy was tried."),
            ])
        report.concerns = (1...7).map {
            .init(
                id: "rule\($0)", title: "Worry \("abcdefg".prefix($0).suffix(1)).",
                text: "Its number is 0.\($0).", proposal: $0 == 2 ? "Do this." : nil,
                metrics: ["accuracy"])
        }
        report.worries = (report.concerns ?? []).map(\.whole)
        report.sections = [
            report.sections[0],
            .init(
                .overfitting, title: "Overfitting", text: "Will it hold on new rows?",
                figures: report.sections[1].figures),
            .init(
                .bias, title: "Bias", text: "Whom does it fail?",
                figures: report.sections[2].figures),
        ]
        for place in report.groupTables.indices {
            for gap in report.groupTables[place].gaps.indices {
                report.groupTables[place].gaps[gap].verdict = "gap"
            }
        }
        return report
    }

    /// The hostile report with a first screen of hostile texts.
    static var hostilePlainReport: RunReport {
        var report = hostileReport
        report.about = .init(
            target: hostile, task: .multiclass, classes: [hostile], testFile: hostile,
            protectedColumns: [hostile], isTrainedHere: false)
        let answer = RunReport.Answer(
            id: hostile, question: hostile, text: hostile, numbers: [hostile],
            metrics: [MetricID(hostile)], tone: .bad)
        report.brief = .init(
            answers: [answer, answer],
            drawbacks: [.init(drawback: .bias, answer: answer, remedy: hostile)])
        report.concerns = [
            .init(
                id: hostile, title: hostile, text: hostile, proposal: hostile,
                metrics: [MetricID(hostile)])
        ]
        return report
    }
}
