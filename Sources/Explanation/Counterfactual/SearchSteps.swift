import Models
import Prediction
import Tables

/// The search's steps, from one column to many.
extension SearchAttempt {
    private static let mostPairs = 1024
    private static let beam = 8
    private static let mostExtensions = 512
    private static let betweenPlaces = 16
    private static let nearestRows = 64

    mutating func run() throws -> CounterfactualAnswer {
        // The row as it is.
        let base = try search.predictor.predictions(for: table([[]]))
        evaluations += 1
        let baseScore = goal.score(base, 0)
        known.insert([])
        let singles = choices.indices.flatMap { column in
            choices[column].grid.map { [Move(column: column, place: $0)] }
        }
        try evaluate(singles)
        try approach()
        let effects = singleEffects(baseScore)
        if best().count < options.count, options.mostColumns > 1 {
            try tryPairs(effects, baseScore)
            try approach()
            try shrink()
            var columns = 3
            while best().isEmpty, columns <= min(options.mostColumns, choices.count), !isEnded {
                try extend(to: columns, effects)
                try approach()
                try shrink()
                columns += 1
            }
            if best().isEmpty {
                try borrow()
                try shrink()
                try approach()
                try shrink()
            }
        }
        var found = best()
        if found.isEmpty, options.plausibility == .preferred { found = best(unlike: true) }
        let answers = found.map { described($0) }
        return CounterfactualAnswer(
            value: goal.value(base, 0), found: answers, evaluations: evaluations,
            endedByTime: isEnded)
    }

    /// What each single change does to the score.
    private func singleEffects(_ base: Double) -> [Move: Double] {
        var effects: [Move: Double] = [:]
        for found in valid + tried where found.moves.count == 1 {
            effects[found.moves[0]] = found.score - base
        }
        return effects
    }

    // MARK: - Two columns

    /// Pairs of changes, those first that would do if effects added up.
    ///
    /// A column that does it alone is left out, as a pair with it would be no smaller.
    private mutating func tryPairs(_ effects: [Move: Double], _ base: Double) throws {
        let alone = Set(best().filter { $0.moves.count == 1 }.map { $0.moves[0].column })
        let columns = choices.indices.filter {
            !alone.contains($0) && !choices[$0].grid.isEmpty
        }
        let gains = choices.indices.map { column in
            choices[column].grid.map { effects[Move(column: column, place: $0)] ?? 0 }
        }
        struct Pair {
            var first: Move
            var second: Move
            var margin: Double
            var distance: Double
        }
        let room = max(4, Self.mostPairs / 2 / max(1, columns.count * (columns.count - 1) / 2))
        var hopeful: [Pair] = []
        var chosen: [[Move]] = []
        for (index, one) in columns.enumerated() {
            for other in columns[(index + 1)...] {
                var pairs: [Pair] = []
                for (i, a) in choices[one].grid.enumerated() {
                    for (j, b) in choices[other].grid.enumerated() {
                        pairs.append(
                            Pair(
                                first: Move(column: one, place: a),
                                second: Move(column: other, place: b),
                                margin: goal.margin(base + gains[one][i] + gains[other][j]),
                                distance: choices[one].distances[a] + choices[other].distances[b]))
                    }
                }
                if options.triesAllPairs {
                    chosen += pairs.map { [$0.first, $0.second] }
                    continue
                }
                hopeful += pairs.filter { $0.margin >= 0 }
                // The likeliest pairs of every two columns, should effects not add up.
                var likely: [Pair] = []
                for pair in pairs where pair.margin < 0 {
                    if likely.count == room, pair.margin <= likely[room - 1].margin { continue }
                    if likely.count == room { likely.removeLast() }
                    let place = likely.firstIndex { $0.margin < pair.margin } ?? likely.count
                    likely.insert(pair, at: place)
                }
                chosen += likely.map { [$0.first, $0.second] }
            }
        }
        hopeful.sort { ($0.distance, -$0.margin) < ($1.distance, -$1.margin) }
        var near: [[Move]] = []
        for pair in hopeful where near.count < Self.mostPairs / 2 {
            let moves = [pair.first, pair.second]
            if options.plausibility == .ignored || !hasExcludedPair(moves) { near.append(moves) }
        }
        try evaluate(near)
        if best().count < options.count { try evaluate(chosen) }
    }

    // MARK: - More columns

    /// Gives the best so far, of different columns, another one.
    private mutating func extend(to count: Int, _ effects: [Move: Double]) throws {
        var states: [Found] = []
        let before = tried.filter { $0.moves.count == count - 1 }.sorted {
            goal.margin($0.score) > goal.margin($1.score)
        }
        // Valid ones that are unlike the training rows may become like them.
        let unlike = valid.filter { $0.moves.count == count - 1 }.sorted {
            $0.distance < $1.distance
        }
        for found in unlike.prefix(Self.beam / 2) + before where states.count < Self.beam {
            if states.filter({ $0.columns == found.columns }).count < 2 { states.append(found) }
        }
        var extensions: [(moves: [Move], margin: Double)] = []
        for state in states {
            for (move, gain) in effects where !state.columns.contains(move.column) {
                let moves = (state.moves + [move]).sorted { $0.column < $1.column }
                extensions.append((moves, goal.margin(state.score + gain)))
            }
        }
        // Ties are broken by place, as the order of a dictionary is chance.
        extensions.sort {
            if $0.margin != $1.margin { return $0.margin > $1.margin }
            return $0.moves.flatMap { [$0.column, $0.place] }
                .lexicographicallyPrecedes($1.moves.flatMap { [$0.column, $0.place] })
        }
        var near = extensions.filter { $0.margin >= 0 }
        near.sort { distance($0.moves) < distance($1.moves) }
        try evaluate(
            extensions.prefix(Self.mostExtensions / 2).map(\.moves)
                + near.prefix(Self.mostExtensions / 2).map(\.moves))
    }

    // MARK: - Cells of training rows

    /// Takes the cells of near training rows that have the wanted prediction, as far as they are permitted.
    private mutating func borrow() throws {
        let space = search.space
        let wanted = (0..<space.sampleRows).filter { goal.isMet(search.samplePredictions, $0) }
            .sorted { ownTotal[$0] < ownTotal[$1] }
        let places = choices.map { choice in
            Dictionary(
                zip(choice.codes.dropFirst(), 1..<max(choice.codes.count, 1)),
                uniquingKeysWith: { first, _ in first })
        }
        var candidates: [[Move]] = []
        for row in wanted.prefix(Self.nearestRows) {
            candidates.append(
                choices.indices.compactMap { column in
                    places[column][space.sample[column].codes[row]].map {
                        Move(column: column, place: $0)
                    }
                })
        }
        try evaluate(candidates)
    }

    // MARK: - Smaller changes

    /// Takes back changes that are not needed, of the best rows found.
    private mutating func shrink() throws {
        var current = smallest(6)
        while !current.isEmpty, !isEnded {
            try evaluate(
                current.flatMap { found in
                    found.moves.indices.map { index in
                        var moves = found.moves
                        moves.remove(at: index)
                        return moves
                    }
                })
            let next = smallest(6)
            guard next.map(\.moves) != current.map(\.moves) else { return }
            current = next
        }
    }

    /// Moves numbers of the best rows nearer to the row's own, as far as the outcome allows.
    private mutating func approach() throws {
        for _ in 0..<4 where !isEnded {
            let current = smallest(options.count + 2)
            try evaluate(
                current.flatMap { found in
                    found.moves.indices.flatMap { index in
                        let move = found.moves[index]
                        return choices[move.column]
                            .between(move.place, most: Self.betweenPlaces)
                            .map { place in
                                var moves = found.moves
                                moves[index].place = place
                                return moves
                            }
                    }
                })
            guard smallest(options.count + 2).map(\.moves) != current.map(\.moves) else { return }
        }
    }

    private mutating func described(_ found: Found) -> Counterfactual {
        Counterfactual(
            changes: found.moves.map { move in
                let cells = choices[move.column].cells
                return .init(
                    column: cells.name, from: cells.text(0), to: cells.text(move.place) ?? "")
            }, value: found.value, distance: found.distance, isLikeTraining: isLike(found.moves))
    }
}
