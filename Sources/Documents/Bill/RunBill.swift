package import Cost
import Evidence
import Figures
import Reporting
package import Runs

/// What a run's model cost so far, by kind of work, and what predicting with it costs; as its ledger says.
package struct RunBill: Encodable, Sendable {
    package var format = 1
    package var run: String
    package var tariff: Tariff
    /// By kind of work, in the order of `RunCharge.Work`.
    package var works: [Line]
    package var total: Bill
    /// Of so many predictions, from the rate that the training measured; `nil` where none was.
    package var perThousandPredictions: Bill?
    /// What is not in the ledger.
    package var missing: [String]

    package struct Line: Encodable, Sendable {
        package var work: RunCharge.Work
        /// How many pieces of work.
        package var count: Int
        /// That were predicted.
        package var rows: Int?
        package var processorSeconds: Double
        package var bill: Bill
    }

    /// - Parameters:
    ///   - run: A run folder.
    ///   - tariff: At which everything is billed, whatever it was when it was done.
    /// - Throws: where the ledger or the report cannot be read.
    package init(run: String, tariff: Tariff) throws {
        self.init(
            run: run, tariff: tariff, charges: try RunCharge.all(of: run),
            report: try storedReport(run: run))
    }

    init(run: String, tariff: Tariff, charges: [RunCharge], report: RunReport) {
        self.run = run
        self.tariff = tariff
        works = RunCharge.Work.allCases.compactMap { work in
            let own = charges.filter { $0.work == work }
            guard !own.isEmpty else { return nil }
            let usage = own.map(\.usage).reduce(.none, +)
            let rows = own.compactMap(\.rows)
            return Line(
                work: work, count: own.count, rows: rows.isEmpty ? nil : rows.reduce(0, +),
                processorSeconds: usage.processorSeconds, bill: tariff.bill(of: usage))
        }
        missing = []
        let isAdopted = report.about?.isTrainedHere == false
        if !charges.contains(where: { $0.work == .training }) {
            missing.append(
                isAdopted
                    ? "what the training took: the model was trained elsewhere"
                    : "what the training took: this version of vouch did not train the run; its report tells its time")
        }
        missing.append(
            "what programs did with the run through the library, and work that was killed")
        total = tariff.bill(of: charges.map(\.usage).reduce(.none, +))
        // The rate is of the machine that made the run.
        let trained = charges.last { $0.work == .training } ?? (isAdopted ? charges.first : nil)
        perThousandPredictions = trained.flatMap { charge in
            Self.usagePerThousand(report, on: charge.place).map(tariff.bill)
        }
    }

    /// `1000 / rate` seconds, of from one core to all at the watts of a busy core.
    private static func usagePerThousand(_ report: RunReport, on place: RunCharge.Place) -> Usage? {
        guard let measured = report.measurements.first(where: { $0.metric == .predictionRate }),
            let rate = measured.value, rate > 0
        else { return nil }
        let slow = max(measured.interval?.lower ?? rate, rate / 10)
        let fast = max(measured.interval?.upper ?? rate, rate)
        let seconds = Amount.estimate(
            1000 / rate, in: 1000 / fast...1000 / slow,
            unknowns: [
                "how fast rows are predicted: the rate of a batch as the training measured it, reading and "
                    + "writing left out"
            ])
        let all = Double(max(1, place.cores))
        let cores = Amount.estimate(
            all.squareRoot(), in: 1...all,
            unknowns: ["how many cores predict at once: from one to all \(place.cores)"])
        let power = PowerEstimate(processor: place.processor, table: .shipped)
        let busy = seconds * cores
        return Usage(
            wallSeconds: seconds.value, processorSeconds: busy.value,
            energy: (power.energy(processorSeconds: 1) * busy))
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }
}

extension RunBill {
    /// For the terminal.
    package var text: String {
        let currency = tariff.currency
        var rows = [
            ["work", "times", "rows", "time (s)", "energy (J)", "", "CO2e (g)", ""]
                + (currency.map { [$0, ""] } ?? [])
        ]
        func row(_ name: String, _ times: String, _ count: String, _ bill: Bill) {
            rows.append(
                [name, times, count, NumberText.plain(bill.seconds)]
                    + Self.cells(bill.energy) + Self.cells(bill.grams)
                    + (currency == nil ? [] : bill.money.map(Self.cells) ?? ["", ""]))
        }
        for line in works {
            row(
                line.work.rawValue, NumberText.count(line.count),
                line.rows.map { NumberText.count($0) } ?? "", line.bill)
        }
        row("all so far", NumberText.count(works.reduce(0) { $0 + $1.count }), "", total)
        if let perThousandPredictions { row("predictions", "", "1,000", perThousandPredictions) }
        var text =
            alignedTable(rows, rightAligned: [1, 2, 3, 4, 6, 8])
            + "\nTime is a clock's. The rest are estimates; in brackets what is assumed allows, which is no "
            + "confidence interval.\nElectricity: \(Self.tariffText(tariff)).\n"
        if perThousandPredictions == nil {
            text += "Per 1,000 predictions: no rate was measured when the run was made.\n"
        }
        text += "Not known or assumed:\n"
        for unknown in unknowns { text += "- \(visible(unknown))\n" }
        return text
    }

    /// Of all amounts, each once.
    private var unknowns: [String] {
        var seen: Set<String> = []
        let bills = works.map(\.bill) + [total] + [perThousandPredictions].compactMap { $0 }
        return (missing + bills.flatMap { $0.grams.unknowns + ($0.money?.unknowns ?? []) })
            .filter { seen.insert($0).inserted }
    }

    private static func cells(_ amount: Amount) -> [String] {
        let range = amount.range
        return [
            NumberText.plain(amount.value),
            amount.isMeasured ? "" : NumberText.range(range.lowerBound, range.upperBound),
        ]
    }

    private static func tariffText(_ tariff: Tariff) -> String {
        let intensity = tariff.carbonIntensity
        var parts = ["\(NumberText.plain(intensity.value)) g CO2e a kWh (\(tariff.carbonSource))"]
        if let currency = tariff.currency {
            if let price = tariff.pricePerKilowattHour { parts.append("\(price) \(currency) a kWh") }
            if let price = tariff.pricePerHour {
                parts.append("\(price) \(currency) an hour of the machine")
            }
        } else {
            parts.append("no price was given (--price-per-kwh, --price-per-hour)")
        }
        return parts.joined(separator: "; ")
    }
}
