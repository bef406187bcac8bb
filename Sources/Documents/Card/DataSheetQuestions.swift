extension Questionnaire {
    /// The seven sections of the paper, in its order, with their key questions.
    ///
    /// - Source: Gebru et al. 2021, "Datasheets for Datasets", doi:10.1145/3458723, section 3.
    static let dataSheet = Questionnaire(
        key: "data", title: "Data sheet",
        source: "Gebru et al. 2021, doi:10.1145/3458723, arXiv:1803.09010",
        sections: [
            Section(
                "motivation", "Motivation",
                [
                    .person("purpose", "For what purpose the data were made"),
                    .person("creators", "Who made them, on behalf of whom"),
                    .person("funding", "Who paid for it"),
                ]),
            Section(
                "composition", "Composition",
                [
                    .person("instances", "What a row stands for: a person, a visit, a document"),
                    .run("How many rows there are", \.rowCounts),
                    .person(
                        "sampling", "All there are, or a sample; of what, and how representative"),
                    .run("What each row consists of", \.contents),
                    .run("Label or target", \.label),
                    .run("Missing cells", \.missingCells),
                    .person("missing_reason", "Why they are missing"),
                    .run("Relationships between rows", \.relationships),
                    .run("Splits", \.splits),
                    .run("Redundancies", \.redundancies),
                    .person("errors", "Known errors and sources of noise"),
                    .person("self_contained", "Whether they rely on outside resources"),
                    .person("confidential", "Whether they hold confidential data"),
                    .person("offensive", "Whether they hold what may offend or cause anxiety"),
                    .run("Subpopulations that were told apart", \.evaluatedFactors),
                    .person(
                        "identification", "Whether persons can be identified, also indirectly"),
                    .person("sensitive", "Whether they hold sensitive data, and which"),
                ]),
            Section(
                "collection_process", "Collection process",
                [
                    .person(
                        "acquisition", "How values were acquired: observed, reported, derived"),
                    .person("mechanisms", "With what instruments, programs or procedures"),
                    .person("sampling_strategy", "If a sample, how it was drawn"),
                    .person("collectors", "Who collected, and how they were paid"),
                    .person("timeframe", "Over what time"),
                    .person(
                        "ethical_review", "Whether an ethical review was done, and its outcome"),
                    .person("directness", "From the persons themselves, or through others"),
                    .person("notification", "Whether the persons were told"),
                    .person("consent", "Whether they consented, and to what"),
                    .person("revocation", "How they can revoke their consent"),
                    .person("impact_analysis", "Whether the impact on them was analysed"),
                ]),
            Section(
                "preprocessing", "Preprocessing, cleaning, labeling",
                [
                    .run("Done by this run", \.preprocessing),
                    .person("earlier_steps", "Done before the file reached this run"),
                    .person("raw_data", "Whether the raw data were kept, and where"),
                    .run("Software of this run", \.software),
                    .person("earlier_software", "Software of the earlier steps"),
                ]),
            Section(
                "uses", "Uses",
                [
                    .run("In this run", \.useOfData),
                    .person("earlier_uses", "What they have been used for already"),
                    .person("repository", "Where papers or systems that use them are listed"),
                    .person("other_uses", "What else they could be used for"),
                    .person(
                        "impact_of_composition",
                        "What in their making may impact later uses, and who may be harmed"),
                    .person("unsuitable_uses", "What they should not be used for"),
                ]),
            Section(
                "distribution", "Distribution",
                [
                    .person("third_parties", "Whether others receive them, and who"),
                    .person("method", "How they are distributed; their DOI"),
                    .person("date", "When"),
                    .person("license", "License or terms of use"),
                    .person(
                        "restrictions", "Restrictions by third parties, export or other rules"),
                ]),
            Section(
                "maintenance", "Maintenance",
                [
                    .run("Files of this run", \.files),
                    .person("maintainer", "Who supports, hosts and maintains them"),
                    .person("contact", "How to reach them"),
                    .person("errata", "Whether there is an erratum"),
                    .person("updates", "Whether, how often and by whom they are updated"),
                    .person("retention", "Limits on how long data of persons are kept"),
                    .person("older_versions", "Whether older versions stay available"),
                    .person("contributions", "How others can extend or correct them"),
                ]),
        ])
}
