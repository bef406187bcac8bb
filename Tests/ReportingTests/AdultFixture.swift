import Evidence
import Figures
import Reporting
import Statistics

/// A report with numbers as a run on UCI Adult gives them.
enum AdultFixture {
    static func measurement(
        _ metric: MetricID, _ value: Double?, _ half: Double = 0, rows: Int = 16_281,
        drawback: Drawback = .overfitting, method: String = "bootstrap, 2,000 resamples",
        group: String? = nil, unit: String = "", note: String? = nil
    ) -> Measurement {
        Measurement(
            metric: metric, drawback: drawback, value: value, unit: unit,
            interval: value.flatMap {
                half == 0
                    ? nil
                    : .init(
                        lower: $0 - half, upper: $0 + half * 0.97, method: method, varied: "rows")
            },
            sample: .init(split: "test", rows: rows), group: group, note: note)
    }

    static let definitions: [MetricDefinition] = [
        .init(
            id: "rocAUC", name: "ROC AUC",
            formula: "P(score of a random positive > score of a random negative), ties half",
            direction: 1, drawback: .overfitting,
            source: "Hanley and McNeil 1982, DOI 10.1148/radiology.143.1.7063747"),
        .init(
            id: "accuracy", name: "Accuracy", formula: "(TP + TN) / n", direction: 1,
            drawback: .overfitting,
            source: "Fawcett 2006, DOI 10.1016/j.patrec.2005.10.010"),
        .init(
            id: "sensitivity", name: "Sensitivity", formula: "TP / (TP + FN)", direction: 1,
            drawback: .overfitting,
            source: "Altman and Bland 1994, DOI 10.1136/bmj.308.6943.1552"),
        .init(
            id: "specificity", name: "Specificity", formula: "TN / (TN + FP)", direction: 1,
            drawback: .overfitting,
            source: "Altman and Bland 1994, DOI 10.1136/bmj.308.6943.1552"),
        .init(
            id: "averagePrecision", name: "Average precision",
            formula: "Σ (recallₖ − recallₖ₋₁) · precisionₖ", direction: 1, drawback: .overfitting,
            source: "Davis and Goadrich 2006, DOI 10.1145/1143844.1143874"),
        .init(
            id: "logLoss", name: "Log loss", formula: "−mean(y ln p + (1 − y) ln(1 − p))",
            unit: "nats", direction: -1, drawback: .overfitting, source: "Good 1952"),
        .init(
            id: "brier", name: "Brier score", formula: "mean((p − y)²)", direction: -1,
            drawback: .overfitting,
            source: "Brier 1950"),
        .init(
            id: "ece", name: "Expected calibration error, 15 bins",
            formula: "Σ nₖ/n · |mean(yₖ) − mean(pₖ)|", direction: -1, drawback: .overfitting,
            source: "Naeini et al. 2015, AAAI"),
        .init(
            id: "calibrationSlope", name: "Calibration slope",
            formula: "b in logit P(y = 1) = a + b · logit p", direction: 0, drawback: .overfitting,
            source: "Cox 1958"),
        .init(
            id: "selectionRate", name: "Share decided >50K", formula: "(TP + FP) / n", direction: 0,
            drawback: .overfitting,
            source: "count"),
        .init(
            id: "sensitivityGap", name: "Gap in sensitivity", formula: "max − min over groups",
            direction: -1, drawback: .overfitting, source: "Hardt et al. 2016, arXiv:1610.02413"),
        .init(
            id: "trainingSeconds", name: "Training time", formula: "wall clock", unit: "s",
            direction: -1, drawback: .overfitting, source: "CLOCK_MONOTONIC"),
    ]

    static func groupRow(
        _ group: String, _ rows: Int, _ accuracy: Double, _ sensitivity: Double,
        _ specificity: Double, _ selected: Double
    ) -> GroupRow {
        let root = 1 / Double(max(rows, 1)).squareRoot()
        let few = rows < 12
        return .init(
            group: group, rows: rows,
            measurements: [
                measurement(
                    "accuracy", accuracy, 0.7 * root, rows: rows, drawback: .bias, method: "Wilson"),
                measurement(
                    "sensitivity", few ? nil : sensitivity, 1.9 * root, rows: few ? 3 : rows / 5,
                    drawback: .bias, method: "Wilson"),
                measurement(
                    "specificity", specificity, 0.6 * root, rows: rows * 4 / 5, drawback: .bias,
                    method: "Wilson"),
                measurement(
                    "selectionRate", selected, 0.8 * root, rows: rows, drawback: .bias,
                    method: "Wilson"),
            ])
    }

    static var curves: [Figure] {
        let steps = (0...60).map { Double($0 * 50) }
        func loss(_ low: Double, _ rate: Double, _ overfit: Double) -> [Double] {
            steps.map { step in
                var decay = 1.0
                for _ in 0..<Int(step / 50) { decay *= rate }
                return low + 0.36 * decay + overfit * step * step / 9e6
            }
        }
        let rates = (0...400).map { Double($0) / 400 }
        func roc(_ power: Double) -> [Double] {
            // 1 − (1 − x)ᵏ by repeated multiplication: a smooth concave curve from 0 to 1.
            rates.map { x in
                var rest = 1.0
                for _ in 0..<Int(power) { rest *= 1 - x }
                return 1 - rest
            }
        }
        let better = roc(11)
        return [
            Figure(
                id: "loss", title: "Loss while training",
                caption: "Log loss after each 50 steps. The weights of step 1,900 were kept.",
                plot: .lines(
                    LineChart(
                        x: Axis("step"), y: Axis("log loss", unit: "nats"),
                        series: [
                            .init(name: "training", x: steps, y: loss(0.276, 0.87, 0)),
                            .init(name: "validation", x: steps, y: loss(0.283, 0.87, 0.012)),
                        ], marks: [.init(x: 1900, label: "kept")]))),
            Figure(
                id: "roc", title: "ROC curve",
                caption: "16,281 test rows; AUC 0.915 [0.910, 0.919].",
                plot: .lines(
                    LineChart(
                        x: Axis("false positive rate", lower: 0, upper: 1),
                        y: Axis("true positive rate", lower: 0, upper: 1),
                        series: [
                            .init(
                                name: "test", x: rates, y: better,
                                band: .init(
                                    lower: better.map { max(0, $0 - 0.03 * (1 - $0) * 4) },
                                    upper: better.map { min(1, $0 + 0.03 * (1 - $0) * 4) },
                                    meaning: "95 % simultaneous band"))
                        ], diagonal: "coin toss"))),
            Figure(
                id: "reliability", title: "Reliability diagram",
                caption: "Test rows in ten bins of equal width, 95 % Wilson intervals.",
                plot: .reliability(
                    ReliabilityDiagram(
                        event: ">50K",
                        bins: (0..<10).map { bin in
                            let p = Double(bin) / 10 + 0.05
                            let count = [8034, 1880, 1120, 880, 760, 680, 640, 610, 700, 977][bin]
                            let observed = p + (bin % 3 == 0 ? -0.012 : 0.018)
                            let half =
                                1.96 * (observed * (1 - observed) / Double(count)).squareRoot()
                            return .init(
                                predicted: p, observed: observed, lower: max(0, observed - half),
                                upper: min(1, observed + half), count: count)
                        }))),
            Figure(
                id: "confusion", title: "Confusion matrix",
                caption: "Test rows, decided at a threshold of 0.5.",
                plot: .confusion(
                    ConfusionMatrix(
                        classes: ["<=50K", ">50K"], counts: [[11_712, 723], [1_402, 2_444]]))),
            Figure(
                id: "scores", title: "Predicted probabilities", caption: "Test rows.",
                plot: .bars(
                    BarChart(
                        category: Axis("predicted probability of >50K", lower: 0, upper: 1),
                        amount: Axis("rows"),
                        bars: (0..<10).map {
                            .init(
                                lower: Double($0) / 10, upper: Double($0 + 1) / 10,
                                amount: [8034, 1880, 1120, 880, 760, 680, 640, 610, 700, 977][$0])
                        }))),
            Figure(
                id: "groups", title: "Sensitivity by race",
                caption: "95 % Wilson intervals; rows that are >50K.",
                plot: .intervals(
                    IntervalChart(
                        axis: Axis("sensitivity"),
                        rows: [
                            .init(
                                label: "White", value: 0.641, lower: 0.625, upper: 0.657,
                                count: 3_510),
                            .init(
                                label: "Black", value: 0.559, lower: 0.488, upper: 0.628, count: 188
                            ),
                            .init(
                                label: "Asian-Pac-Islander", value: 0.628, lower: 0.541,
                                upper: 0.707,
                                count: 121),
                            .init(
                                label: "Amer-Indian-Eskimo", value: 0.421, lower: 0.231,
                                upper: 0.637,
                                count: 19),
                            .init(label: "Other", value: 0.5, lower: 0.1, upper: 0.9, count: 3),
                        ], reference: .init(value: 0.635, label: "all rows")))),
            Figure(
                id: "cost", title: "Time by stage", caption: "Wall clock on 2 cores.",
                plot: .bars(
                    BarChart(
                        category: Axis("stage"), amount: Axis("time", unit: "s"),
                        bars: [
                            .init(label: "reading the table", amount: 0.11),
                            .init(label: "training", amount: 7.92),
                            .init(label: "measuring", amount: 1.34),
                        ]))),
        ]
    }

    static let modelCard = Document(
        title: "Model card", source: "Mitchell et al. 2019, doi:10.1145/3287560.3287596",
        sections: [
            .init(
                title: "Model details",
                items: [
                    .init("Type", .measured("multi-layer perceptron, 3 hidden layers of 256")),
                    .init("License", .given("CC BY 4.0", key: "model.details.license")),
                    .init("Where to send questions", .open(key: "model.details.contact")),
                ]),
            .init(
                title: "Intended use",
                items: [
                    .init("Primary intended uses", .open(key: "model.intended_use.primary_uses"))
                ]),
        ])

    static let dataSheet = Document(
        title: "Data sheet", source: "Gebru et al. 2021, doi:10.1145/3458723",
        sections: [
            .init(
                title: "Composition",
                items: [.init("How many rows there are", .measured("32,561 and 16,281"))])
        ])

    /// Two rows of the first screen: one with a remedy, one that could not be measured.
    static var rows: [RunReport.DrawbackRow] {
        func change(_ metric: MetricID, _ drawback: Drawback, _ verdict: Verdict, _ value: Double)
            -> Change
        {
            Change(
                metric: metric, drawback: drawback, verdict: verdict,
                difference: measurement(
                    metric.difference, value, abs(value) / 4, drawback: drawback,
                    method: "Jackknife, paired", note: verdict.rawValue))
        }
        let proof = Proof(
            remedy: .init(
                id: "temperature-scaling", name: "Temperature scaling", drawback: .overfitting,
                judgedBy: "logLoss", source: "Guo et al. 2017, arXiv:1706.04599"),
            means: "temperature 1.31, fitted on 6512 validation rows", over: "16281 test rows",
            before: measurement("logLoss", 0.2871, 0.004),
            after: measurement("logLoss", 0.2794, 0.004),
            changes: [
                change("logLoss", .overfitting, .better, -0.0077),
                change("accuracy", .overfitting, .cannotTell, 0.0002),
                change("selectionRate", .bias, .worse, 0.004),
            ])
        return [
            .init(
                drawback: .overfitting, question: "Will it hold on new rows?",
                measured: [measurement("logLoss", 0.2871, 0.004)], proofs: [proof]),
            .init(
                drawback: .hyperParameters, question: "Is the result luck of a seed?",
                notMeasured: "the budget was used up"),
        ]
    }

    static var report: RunReport {
        RunReport(
            title: "Income above 50K from the 1994 census",
            summary: "Predicts whether a person earns more than 50,000 dollars a year (class) from "
                + "11 columns of the Adult census table, with a probability for each class.",
            facts: [
                .init("Model", "multi-layer perceptron, 3 hidden layers of 256, GELU, dropout 0.1"),
                .init("Parameters", "197,634"),
                .init("Loss", "binary cross-entropy"),
                .init("Optimizer", "AdamW, learning rate 0.002 with cosine schedule, batch 256"),
                .init(
                    "Stopped", "after 3,000 steps without improvement; best weights of step 1,900"),
                .init("Time", "7.9 s on 2 cores, peak memory 214 MB"),
                .init("Seed", "0"),
            ],
            warnings: [
                "The test table shares 23 rows with the training table, value for value.",
                "The protected columns sex and race are not features. Others, such as relationship, "
                    + "tell much of them all the same.",
            ],
            data: .init(
                splits: [
                    .init(name: "training", rows: 26_049, use: "fits the weights and the encoder"),
                    .init(
                        name: "validation", rows: 6_512, use: "early stopping; looked at 60 times"),
                    .init(name: "test", rows: 16_281, use: "these numbers; looked at once"),
                ],
                columns: [
                    .init(name: "age", kind: "number", role: "feature", missing: 0, distinct: 73),
                    .init(
                        name: "workclass", kind: "category", role: "feature", missing: 1_836,
                        distinct: 8),
                    .init(
                        name: "fnlwgt", kind: "number", role: "feature", missing: 0,
                        distinct: 21_648),
                    .init(
                        name: "education", kind: "category", role: "feature", missing: 0,
                        distinct: 16),
                    .init(
                        name: "education-num", kind: "number", role: "feature", missing: 0,
                        distinct: 16),
                    .init(
                        name: "marital-status", kind: "category", role: "feature", missing: 0,
                        distinct: 7
                    ),
                    .init(
                        name: "occupation", kind: "category", role: "feature", missing: 1_843,
                        distinct: 14),
                    .init(
                        name: "race", kind: "category", role: "protected", missing: 0, distinct: 5),
                    .init(
                        name: "sex", kind: "category", role: "protected", missing: 0, distinct: 2),
                    .init(
                        name: "native-country", kind: "category", role: "feature", missing: 583,
                        distinct: 41),
                    .init(name: "class", kind: "category", role: "target", missing: 0, distinct: 2),
                ]),
            drawbacks: rows,
            worries: ["Gap in true-positive rate by sex: 8 % (4 % to 12 %) between two groups."],
            leftOut: [
                .init(
                    drawback: .hyperParameters, probe: "Spread over seeds and settings",
                    reason: "it is expected to take 28 s, and 13 s are left (--probe-budget)")
            ],
            ledger: .init(
                head: String(repeating: "0123456789abcdef", count: 4),
                looks: [
                    .init(split: "validation", count: 1, purposes: "early stopping, 60 epochs"),
                    .init(
                        split: "test", count: 2, purposes: "report; proof of Temperature scaling"),
                ], models: 3),
            headlines: ["rocAUC", "accuracy", "sensitivity", "ece"],
            measurements: [
                measurement("rocAUC", 0.91473820164, 0.00452, method: "DeLong"),
                measurement("accuracy", 0.86948, 0.00518, method: "Wilson"),
                measurement("sensitivity", 0.63546, 0.0152, rows: 3_846, method: "Wilson"),
                measurement("specificity", 0.94186, 0.0042, rows: 12_435, method: "Wilson"),
                measurement("averagePrecision", 0.7892, 0.0117),
                measurement("logLoss", 0.28811, 0.0067, unit: "nats"),
                measurement("brier", 0.09127, 0.0024),
                measurement(
                    "ece", 0.0121, 0.0039,
                    note: "Biased upwards by about 0.003 at this n; not corrected."),
                measurement("calibrationSlope", 1.043, 0.039, method: "profile likelihood"),
                measurement("trainingSeconds", 7.92, unit: "s", note: "One run: no interval."),
            ], definitions: definitions,
            sections: [
                .init(title: "Training", figures: [curves[0], curves[6]]),
                .init(
                    title: "Performance on test data",
                    text: "All figures are of the 16,281 test rows, which nothing was fitted on.",
                    figures: Array(curves[1...4])),
                .init(title: "Sensitivity of groups", figures: [curves[5]]),
            ],
            groupTables: [
                .init(
                    column: "sex",
                    rows: [
                        groupRow("Female", 5_421, 0.9304, 0.5831, 0.9801, 0.078),
                        groupRow("Male", 10_860, 0.8391, 0.6453, 0.9172, 0.249),
                    ],
                    gaps: [
                        measurement(
                            "sensitivityGap", 0.0622, 0.041, rows: 3_846, drawback: .bias,
                            method: "bootstrap, 2,000 resamples")
                    ]),
                .init(
                    column: "race",
                    rows: [
                        groupRow("White", 13_946, 0.8641, 0.641, 0.938, 0.201),
                        groupRow("Black", 1_561, 0.9212, 0.559, 0.972, 0.084),
                        groupRow("Asian-Pac-Islander", 480, 0.8542, 0.628, 0.931, 0.217),
                        groupRow("Amer-Indian-Eskimo", 9, 0.889, 0.42, 0.95, 0.11),
                        groupRow("Other", 4, 0.75, 0.5, 0.66, 0.5),
                    ]),
            ],
            modelCard: modelCard, dataSheet: dataSheet,
            command:
                "vouch train adult_train.csv --test adult_test.csv --target class "
                + "--protected sex --protected race --seed 0 --out runs/adult",
            environment: [
                .init("Processor", "2 cores, AVX-512"),
                .init("Vouch", "0.1"),
                .init("SHA-256 of the weights", String(repeating: "3f9a", count: 16)),
            ],
            notIncluded: [
                "Explanations of single predictions.",
                "A test on data of another year or country.",
            ])
    }

    /// Text that breaks out of HTML, Markdown, terminals and layouts.
    static let hostile =
        "</script><b>\"x\" & 'y' |`*_[z](javascript:alert(1)) \u{202E}evil\u{1B}[31m\u{0} مرحبا 👩‍👩‍👧 "
        + "日本 " + String(repeating: "VeryLong", count: 40)

    /// The same report with hostile text in every field that holds text.
    static var hostileReport: RunReport {
        func bad(_ figure: Figure) -> Figure {
            var figure = figure
            figure.id = hostile + figure.id
            figure.title = hostile
            figure.caption = hostile
            switch figure.plot {
            case .lines(var chart):
                chart.x = Axis(hostile, unit: hostile)
                chart.y = Axis(hostile, unit: hostile)
                chart.diagonal = hostile
                for index in chart.series.indices { chart.series[index].name = hostile }
                for index in chart.series.indices { chart.series[index].band?.meaning = hostile }
                chart.marks = [.init(x: 0.5, label: hostile)]
                figure.plot = .lines(chart)
            case .waterfall(var chart):
                chart.axis.title = hostile
                chart.start.label = hostile
                for index in chart.steps.indices { chart.steps[index].label = hostile }
                figure.plot = .waterfall(chart)
            case .swarm(var chart):
                chart.axis.title = hostile
                chart.shade = hostile
                for index in chart.rows.indices { chart.rows[index].label = hostile }
                figure.plot = .swarm(chart)
            case .scatter(var chart):
                chart.x.title = hostile
                chart.y.title = hostile
                figure.plot = .scatter(chart)
            case .contours(var chart):
                chart.x.title = hostile
                chart.y.title = hostile
                chart.title = hostile
                chart.box?.label = hostile
                figure.plot = .contours(chart)
            case .intervals(var chart):
                chart.axis.title = hostile
                chart.reference?.label = hostile
                for index in chart.rows.indices { chart.rows[index].label = hostile }
                figure.plot = .intervals(chart)
            case .bars(var chart):
                chart.category.title = hostile
                chart.amount.title = hostile
                for index in chart.bars.indices { chart.bars[index].label = hostile }
                figure.plot = .bars(chart)
            case .reliability(var chart):
                chart.event = hostile
                figure.plot = .reliability(chart)
            case .confusion(var chart):
                chart.classes = chart.classes.map { _ in hostile }
                figure.plot = .confusion(chart)
            }
            return figure
        }
        func bad(_ measurement: Measurement) -> Measurement {
            var result = measurement
            result.metric = MetricID(hostile)
            result.unit = hostile
            result.note = hostile
            result.group = result.group.map { _ in hostile }
            result.interval?.method = hostile
            result.interval?.varied = hostile
            result.sample.split = hostile
            return result
        }
        var report = report
        report.title = hostile
        report.summary = hostile
        report.facts = [.init(hostile, hostile)]
        report.warnings = [hostile, hostile]
        report.data.splits = [.init(name: hostile, rows: 1, use: hostile)]
        report.data.columns = [
            .init(name: hostile, kind: hostile, role: hostile, missing: 1, distinct: 1)
        ]
        report.drawbacks = report.drawbacks.map { row in
            var row = row
            row.question = hostile
            row.notMeasured = row.notMeasured.map { _ in hostile }
            row.measured = row.measured.map(bad)
            row.proofs = row.proofs.map { proof in
                var proof = proof
                proof.name = hostile
                proof.remedy = hostile
                proof.means = hostile
                proof.over = hostile
                proof.source = hostile
                proof.judgedBy = MetricID(hostile)
                proof.before = bad(proof.before)
                proof.after = bad(proof.after)
                proof.changes = proof.changes.map { change in
                    var change = change
                    change.metric = MetricID(hostile)
                    change.difference = bad(change.difference)
                    return change
                }
                return proof
            }
            return row
        }
        report.worries = [hostile]
        report.leftOut = [.init(drawback: .opacity, probe: hostile, reason: hostile)]
        report.ledger = .init(
            head: hostile, looks: [.init(split: hostile, count: 1, purposes: hostile)], models: 2)
        report.headlines = [MetricID(hostile)]
        report.measurements = report.measurements.map(bad)
        report.definitions = [
            .init(
                id: MetricID(hostile), name: hostile, formula: hostile, unit: hostile,
                direction: 1, drawback: .overfitting, source: hostile)
        ]
        report.sections = report.sections.map {
            .init(title: hostile, text: hostile, figures: $0.figures.map(bad))
        }
        report.groupTables = report.groupTables.map { table in
            .init(
                column: hostile,
                rows: table.rows.map {
                    .init(group: hostile, rows: $0.rows, measurements: $0.measurements.map(bad))
                }, gaps: table.gaps.map(bad))
        }
        report.modelCard = Document(
            title: hostile, source: hostile,
            sections: [
                .init(
                    title: hostile,
                    items: [
                        .init(hostile, .measured(hostile)),
                        .init(hostile, .given(hostile, key: hostile)),
                        .init(hostile, .open(key: hostile)),
                    ])
            ])
        report.dataSheet = report.modelCard
        report.command = hostile
        report.environment = [.init(hostile, hostile)]
        report.notIncluded = [hostile]
        return report
    }
}
