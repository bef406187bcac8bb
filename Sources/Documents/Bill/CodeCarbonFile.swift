package import Cost
import Evidence
import Platform
import RunStore
import Runs
import Tables

/// A run's costs as CodeCarbon writes them, a line for each that the run was charged for, so that dashboards for its
/// `emissions.csv` show them. What is not known is empty.
///
/// Energy is in kWh, emissions in kg, power in W, memory in GB. What the processor's counter or its watts do not hold, such as memory, is
/// empty and not 0; the program uses no graphics processor, so that those are 0.
///
/// - Source: CodeCarbon 3.3.2, `output_methods/emissions_data.py`.
package enum CodeCarbonFile {
    package static let columns = [
        "timestamp", "project_name", "run_id", "experiment_id", "duration", "emissions",
        "emissions_rate", "cpu_power", "gpu_power", "ram_power", "cpu_energy", "gpu_energy",
        "ram_energy", "energy_consumed", "water_consumed", "country_name", "country_iso_code",
        "region", "cloud_provider", "cloud_region", "os", "python_version", "codecarbon_version",
        "cpu_count", "cpu_model", "gpu_count", "gpu_model", "longitude", "latitude",
        "ram_total_size", "tracking_mode", "cpu_utilization_percent", "gpu_utilization_percent",
        "ram_utilization_percent", "ram_used_gb", "on_cloud", "pue", "wue",
    ]

    /// - Parameter tariff: At which emissions are told.
    /// - Throws: where the run's ledger cannot be read.
    package static func bytes(run: String, tariff: Tariff) throws -> [UInt8] {
        var bytes: [UInt8] = []
        CSVWriter.append(columns, to: &bytes)
        let name = Files.name(of: run)
        for record in try Ledger.read(run).records {
            guard let charge = try RunCharge(record, of: run) else { continue }
            let cells = cells(charge, id: record.hash, project: name, tariff)
            CSVWriter.append(columns.map { cells[$0, default: ""] }, to: &bytes)
        }
        return bytes
    }

    private static func cells(
        _ charge: RunCharge, id: String, project: String, _ tariff: Tariff
    ) -> [String: String] {
        let usage = charge.usage
        let bill = tariff.bill(of: usage)
        let kilowattHours = usage.energy.value / Bill.joulesPerKilowattHour
        let kilograms = bill.grams.value / 1000
        let grid = tariff.grid.flatMap(Grids.shipped.grid)
        var cells = [
            // As CodeCarbon's, without a zone.
            "timestamp": String(charge.time.prefix { $0 != "Z" }), "project_name": project,
            "run_id": uuid(id), "experiment_id": charge.work.rawValue,
            "duration": "\(usage.wallSeconds)", "emissions": "\(kilograms)", "gpu_power": "0.0",
            "cpu_energy": "\(kilowattHours)", "gpu_energy": "0.0",
            "energy_consumed": "\(kilowattHours)", "country_name": grid?.name ?? "",
            "country_iso_code": grid?.code3 ?? "", "os": charge.place.system,
            "cpu_count": "\(charge.place.cores)", "cpu_model": charge.place.processor,
            "gpu_count": "0", "ram_total_size": "\(Double(charge.place.memoryBytes) / 1e9)",
            "tracking_mode": "process", "pue": "1",
        ]
        if usage.wallSeconds > 0 {
            cells["emissions_rate"] = "\(kilograms / usage.wallSeconds)"
            cells["cpu_power"] = "\(usage.energy.value / usage.wallSeconds)"
            let cores = Double(max(1, charge.place.cores))
            cells["cpu_utilization_percent"] =
                "\(100 * usage.processorSeconds / usage.wallSeconds / cores)"
        }
        return cells
    }

    /// The first digits of a hash in the shape of the ids that CodeCarbon draws.
    private static func uuid(_ hash: String) -> String {
        var rest = hash[...]
        return [8, 4, 4, 4, 12].map { count in
            defer { rest = rest.dropFirst(count) }
            return String(rest.prefix(count))
        }.joined(separator: "-")
    }
}
