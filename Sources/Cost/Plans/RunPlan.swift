package import Evidence

/// What a run is expected to take: an estimate, made when its rows are read and encoded and nothing is trained.
package struct RunPlan: Codable, Sendable, Hashable {
    /// Of the clock until the plan was made: reading, encoding, the plan itself.
    package var begunSeconds: Double
    package var trainingSeconds: Double
    package var probeSeconds: Double
    /// Predicting rows, proving remedies, writing the report; an additive model's search of pairs.
    package var otherSeconds: Double
    /// Of all trainings.
    package var steps: Int
    package var pace: TrainingPace
    package var knowledge: PlanKnowledge
    /// Of what is left, as a multiple of `restSeconds`.
    package var interval: RatioInterval
    /// What `trainingSeconds` was multiplied by, as earlier runs on this machine had it.
    package var trainingFactor: Double
    /// What `probeSeconds` and `otherSeconds` were multiplied by, as earlier runs on this machine had it.
    package var restFactor: Double
    /// Counted work of the probes, in seconds of the nominal machine.
    package var probeWorkSeconds: Double
    /// Cores that compute, the mean over the command.
    package var busyCores: Double
    /// Where a clock ends the command.
    package var limitSeconds: Double?

    package init(
        begunSeconds: Double, trainingSeconds: Double, probeSeconds: Double, otherSeconds: Double,
        steps: Int, pace: TrainingPace, knowledge: PlanKnowledge, interval: RatioInterval,
        trainingFactor: Double, restFactor: Double, probeWorkSeconds: Double, busyCores: Double,
        limitSeconds: Double? = nil
    ) {
        self.begunSeconds = begunSeconds
        self.trainingSeconds = trainingSeconds
        self.probeSeconds = probeSeconds
        self.otherSeconds = otherSeconds
        self.steps = steps
        self.pace = pace
        self.knowledge = knowledge
        self.interval = interval
        self.trainingFactor = trainingFactor
        self.restFactor = restFactor
        self.probeWorkSeconds = probeWorkSeconds
        self.busyCores = busyCores
        self.limitSeconds = limitSeconds
    }

    /// What was not begun when the plan was made.
    package var restSeconds: Double { trainingSeconds + probeSeconds + otherSeconds }

    /// Of the whole command, on the clock.
    package var seconds: Double { limited(begunSeconds + restSeconds) }
    /// The ends of its 90 % interval.
    package var lower: Double { limited(begunSeconds + interval.bounds.lower * restSeconds) }
    package var upper: Double { limited(begunSeconds + interval.bounds.upper * restSeconds) }

    private func limited(_ seconds: Double) -> Double { min(seconds, limitSeconds ?? .infinity) }

    /// Whether a command that took so long lies within the interval.
    package func holds(_ seconds: Double) -> Bool { lower <= seconds && seconds <= upper }

    /// As the report of the run tells it.
    package var expected: ExpectedSeconds {
        ExpectedSeconds(
            value: seconds, lower: lower, upper: upper, level: RatioInterval.level,
            note: "\(knowledge.sentence); interval \(interval.origin())")
    }

    /// What the quotient of real and planned time is taken of.
    package func ratio(_ seconds: Double) -> Double {
        (seconds - begunSeconds) / max(restSeconds, 1e-9)
    }
}
