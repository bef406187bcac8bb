extension Questionnaire {
    /// The nine sections of the paper, in its order.
    ///
    /// - Source: Mitchell et al. 2019, "Model Cards for Model Reporting",
    ///   doi:10.1145/3287560.3287596, section 4.
    static let modelCard = Questionnaire(
        key: "model", title: "Model card",
        source: "Mitchell et al. 2019, doi:10.1145/3287560.3287596",
        sections: [
            Section(
                "details", "Model details",
                [
                    .person("developers", "Person or organization that developed the model"),
                    .run("Date", \.date),
                    .run("Version", \.version),
                    .run("Type", \.modelType),
                    .run("Training algorithm and features", \.training),
                    .run("Constraints of fairness, and other approaches", \.constraints),
                    .person("resources", "Paper or other resource with more information"),
                    .person("citation", "How to cite it"),
                    .person("license", "License"),
                    .person("contact", "Where to send questions or comments"),
                ]),
            Section(
                "intended_use", "Intended use",
                [
                    .run("What it predicts", \.prediction),
                    .person("primary_uses", "Primary intended uses"),
                    .person("primary_users", "Primary intended users"),
                    .person("out_of_scope_uses", "Uses that are out of scope"),
                ]),
            Section(
                "factors", "Factors",
                [
                    .person(
                        "relevant_factors",
                        "Groups, instruments and environments on which quality may depend"),
                    .run("Factors that were evaluated", \.evaluatedFactors),
                    .person(
                        "choice_of_factors", "Why these factors and not others were evaluated"),
                ]),
            Section(
                "metrics", "Metrics",
                [
                    .run("Measures of performance", \.performanceMeasures),
                    .person(
                        "choice_of_measures",
                        "Why these measures reflect what the model does in the world"),
                    .run("Decision thresholds", \.decision),
                    .run("Approaches to uncertainty", \.uncertainty),
                ]),
            Section(
                "evaluation_data", "Evaluation data",
                [
                    .run("Data", \.evaluationData),
                    .person("motivation", "Why these data were chosen for evaluation"),
                    .run("Preprocessing", \.evaluationPreprocessing),
                ]),
            Section(
                "training_data", "Training data",
                [
                    .run("Data", \.trainingData),
                    .person("motivation", "Why these data were chosen for training"),
                    .run("Preprocessing", \.preprocessing),
                ]),
            Section(
                "quantitative_analyses", "Quantitative analyses",
                [
                    .run("Over all rows", \.overallResults),
                    .run("Unitary results, one factor at a time", \.unitaryResults),
                    .run("Intersectional results", \.intersectionalResults),
                ]),
            Section(
                "ethical_considerations", "Ethical considerations",
                [
                    .run("Protected columns", \.protectedColumns),
                    .person("sensitive_data", "Whether it uses sensitive data, and which"),
                    .person(
                        "human_life",
                        "Whether it informs decisions central to human life: health, safety, work"),
                    .person("mitigations", "What was done against risks during development"),
                    .person("risks_and_harms", "Who may be harmed, how, how likely, how badly"),
                    .person("fraught_uses", "Known uses that are especially fraught"),
                ]),
            Section(
                "caveats", "Caveats and recommendations",
                [
                    .run("What was not tested", \.untested),
                    .person("further_testing", "What the results suggest should be tested next"),
                    .person(
                        "missing_groups", "Relevant groups that the evaluation data do not hold"),
                    .person(
                        "recommendations",
                        "Recommendations for use, and an ideal evaluation data set"),
                ]),
        ])
}
