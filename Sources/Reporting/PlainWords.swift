package import Evidence

extension RunReport {
    /// What is predicted: what a sentence about the model needs beside measurements.
    package struct About: Codable, Sendable, Hashable {
        package var target: String
        package var task: Task
        /// Of two classes the second is the positive one; empty for a number.
        package var classes: [String]
        /// Rows of the test file, by its name.
        package var testFile: String
        /// Columns whose groups were looked at.
        package var protectedColumns: [String]
        /// Whether the model was trained here; of an audit only predictions are known.
        package var isTrainedHere: Bool
        /// How the training ended, where it did not end by itself.
        package var ending: Ending?

        package enum Task: String, Codable, Sendable { case binary, multiclass, regression }
        package enum Ending: String, Codable, Sendable {
            case interrupted, numericalFailure, diverged
        }

        package init(
            target: String, task: Task, classes: [String], testFile: String,
            protectedColumns: [String], isTrainedHere: Bool, ending: Ending? = nil
        ) {
            self.target = target
            self.task = task
            self.classes = classes
            self.testFile = testFile
            self.protectedColumns = protectedColumns
            self.isTrainedHere = isTrainedHere
            self.ending = ending
        }
    }

    /// One question of a reader, answered from measurements.
    package struct Answer: Codable, Sendable, Hashable {
        /// Stable, such as `howOftenRight`.
        package var id: String
        package var question: String
        package var text: String
        /// The numbers in the text that were measured, in their order, as written there.
        package var numbers: [String]
        /// The metrics that the text follows from, by id.
        package var metrics: [MetricID]
        package var tone: Tone

        /// What a reader may take from an answer at a glance.
        package enum Tone: String, Codable, Sendable { case good, bad, unsure, plain }

        package init(
            id: String, question: String, text: String, numbers: [String] = [],
            metrics: [MetricID] = [], tone: Tone = .plain
        ) {
            self.id = id
            self.question = question
            self.text = text
            self.numbers = numbers
            self.metrics = metrics
            self.tone = tone
        }
    }

    /// The answer for one of the six drawbacks, and what was done against it.
    package struct DrawbackAnswer: Codable, Sendable, Hashable {
        package var drawback: Drawback
        package var answer: Answer
        /// What a remedy did, and at what price elsewhere.
        package var remedy: String

        package init(drawback: Drawback, answer: Answer, remedy: String) {
            self.drawback = drawback
            self.answer = answer
            self.remedy = remedy
        }
    }

    /// The report in plain words: all that its first screen says.
    package struct Brief: Codable, Sendable, Hashable {
        package var answers: [Answer]
        package var drawbacks: [DrawbackAnswer]

        package init(answers: [Answer], drawbacks: [DrawbackAnswer] = []) {
            self.answers = answers
            self.drawbacks = drawbacks
        }
    }

    /// Something to worry about: a title without numbers, and a text with them.
    package struct Concern: Codable, Sendable, Hashable {
        /// The rule that found it, such as `neverPredicted`.
        package var id: String
        package var title: String
        package var text: String
        /// What was measured to help.
        package var proposal: String?
        /// The metrics that it follows from, by id.
        package var metrics: [MetricID]

        package init(
            id: String, title: String, text: String, proposal: String? = nil, metrics: [MetricID]
        ) {
            self.id = id
            self.title = title
            self.text = text
            self.proposal = proposal
            self.metrics = metrics
        }

        /// Title, text and proposal as one text.
        package var whole: String {
            [title, text, proposal].compactMap { $0 }.filter { !$0.isEmpty }
                .joined(separator: " ")
        }
    }

    /// Concerns that are shown at once; more are folded.
    package static let shownConcerns = 5
}
