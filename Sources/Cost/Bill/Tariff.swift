package import Evidence

/// What a kilowatt-hour emits and costs, and an hour of the machine.
///
/// A setting of what is told of a run, never of its bits.
package struct Tariff: Codable, Sendable, Hashable {
    /// In grams of CO2 equivalents a kilowatt-hour.
    package var carbonIntensity: Amount
    /// Where the intensity comes from, with its year.
    package var carbonSource: String
    /// The country's two letters; `nil` where none was given.
    package var grid: String?
    /// In `currency`.
    package var pricePerKilowattHour: Double?
    package var pricePerHour: Double?
    /// ISO 4217; `nil` where no price is given.
    package var currency: String?

    /// - Parameters:
    ///   - grid: A country's letters.
    ///   - carbonIntensity: In g/kWh; it goes before the grid's.
    ///   - pricePerKilowattHour: Of electricity.
    ///   - pricePerHour: Of the machine, whatever it computes.
    /// - Throws: `TariffError` where a grid or a currency is not known, naming near ones, or two currencies meet.
    package init(
        grid: String? = nil, carbonIntensity: Double? = nil, pricePerKilowattHour: Price? = nil,
        pricePerHour: Price? = nil
    ) throws(TariffError) {
        let table = Grids.shipped
        if let grid, let complaint = table.complaint(grid) {
            throw TariffError(part: .grid, complaint: complaint)
        }
        for (part, price) in [
            (TariffError.Part.pricePerKilowattHour, pricePerKilowattHour),
            (.pricePerHour, pricePerHour),
        ] {
            guard let complaint = price?.complaint else { continue }
            throw TariffError(part: part, complaint: complaint)
        }
        if let first = pricePerKilowattHour, let second = pricePerHour,
            first.currency != second.currency
        {
            throw TariffError(
                part: .pricePerHour,
                complaint: " is \(second.text), and the price of a kilowatt-hour \(first.text); "
                    + "give both in one currency")
        }
        let known = grid.flatMap(table.grid)
        self.grid = known?.code
        if let intensity = carbonIntensity {
            guard intensity >= 0, intensity.isFinite else {
                throw TariffError(
                    part: .carbonIntensity,
                    complaint: " is \(intensity); it must be zero or positive")
            }
            self.carbonIntensity = .estimate(
                intensity, in: intensity...intensity,
                unknowns: ["the carbon intensity is as given"])
            carbonSource = "as given"
        } else if let known {
            let grams = known.gramsPerKilowattHour
            self.carbonIntensity = .estimate(
                grams, in: grams * table.lowerFactor...grams * table.upperFactor,
                unknowns: [
                    "the grid of the hour: the intensity is \(known.name)'s mean of \(known.year), taken "
                        + "to be within \(Int(table.lowerFactor * 100)) to "
                        + "\(Int(table.upperFactor * 100)) % of it"
                ])
            carbonSource = "\(known.name) \(known.year), \(table.source)"
        } else {
            self.carbonIntensity = .estimate(
                table.world.gramsPerKilowattHour, in: table.world.lower...table.world.upper,
                unknowns: [
                    "the grid (--grid): the intensity is the world's mean, with the range of countries in "
                        + "which 95 % of electricity is made"
                ])
            carbonSource = "mean of the world, \(table.source)"
        }
        self.pricePerKilowattHour = pricePerKilowattHour?.value
        self.pricePerHour = pricePerHour?.value
        currency = (pricePerKilowattHour ?? pricePerHour)?.currency
    }

    /// With nothing given: the world's mean, and no money.
    package static let unknown: Tariff = {
        do throws(TariffError) {
            return try Tariff()
        } catch {
            preconditionFailure("nothing that is not given can be unknown")
        }
    }()

    /// What a piece of work costs.
    package func bill(of usage: Usage) -> Bill {
        Bill(
            seconds: usage.wallSeconds, energy: usage.energy,
            money: money(usage.wallSeconds, usage.energy), currency: currency,
            grams: usage.energy * (1 / Bill.joulesPerKilowattHour) * carbonIntensity)
    }

    private func money(_ wallSeconds: Double, _ energy: Amount) -> Amount? {
        var parts: [Amount] = []
        if let pricePerKilowattHour {
            parts.append(energy * (pricePerKilowattHour / Bill.joulesPerKilowattHour))
        }
        if let pricePerHour { parts.append(.measured(wallSeconds / 3600 * pricePerHour)) }
        guard let first = parts.first else { return nil }
        return parts.dropFirst().reduce(first, +)
    }
}

/// What a piece of work costs.
///
/// `grams = joules / 3.6e6 · intensity`, `money = joules / 3.6e6 · price a kWh + seconds / 3600 · price an hour`;
/// the ends of a range are those of its factors, multiplied.
package struct Bill: Codable, Sendable, Hashable {
    package static let joulesPerKilowattHour = 3.6e6

    /// Of a clock.
    package var seconds: Double
    /// In joules.
    package var energy: Amount
    /// `nil` where no price is given.
    package var money: Amount?
    /// Of the money.
    package var currency: String?
    /// Of CO2 equivalents.
    package var grams: Amount
}

/// A part of a tariff that cannot be.
package struct TariffError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Part: String, Sendable, Hashable {
        case grid
        case carbonIntensity = "carbon-intensity"
        case pricePerKilowattHour = "price-per-kwh"
        case pricePerHour = "price-per-hour"
    }

    package var part: Part
    /// To be read after the part's name.
    package var complaint: String

    package var description: String { part.rawValue + complaint }
}
