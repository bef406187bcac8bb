import Autodiff
package import Cost
import GraphIR
package import Kernels
import Models
import NN
import Optim
import Platform
import RunStore
import Tables
import TensorCore
import Training

/// What a training step takes on this machine, from steps of two small networks: measured once in a fifth of a second,
/// and kept.
///
/// `seconds = operations / operationsPerSecond + steps · secondsPerStep`, the two unknowns from two networks. A plan times
/// steps of its own network; this stands in where that cannot be done.
package struct MachineCalibration: Codable, Sendable, Hashable {
    package var machine: PlanMachine
    /// ISO 8601, in UTC.
    package var made: String
    package var operationsPerSecond: Double
    package var secondsPerStep: Double

    package init(
        machine: PlanMachine, made: String, operationsPerSecond: Double, secondsPerStep: Double
    ) {
        self.machine = machine
        self.made = made
        self.operationsPerSecond = operationsPerSecond
        self.secondsPerStep = secondsPerStep
    }

    /// Of one training step.
    package func seconds(operations: Double) -> Double {
        operations / operationsPerSecond + secondsPerStep
    }

    private var isSound: Bool {
        operationsPerSecond.isFinite && operationsPerSecond > 0 && secondsPerStep.isFinite
            && secondsPerStep >= 0
    }

    // MARK: - The file

    package static let fileName = "calibration.json"

    /// Beside the index of runs.
    ///
    /// - Throws: `RunStoreError` where there is no place for either.
    package static func defaultPath() throws -> String {
        Files.folder(of: try RunIndex.defaultPath()) + "/" + fileName
    }

    /// What is kept of this machine; where nothing is, or not of it, it is measured and kept.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - measure: What measures.
    ///   - say: Told why a file was not of use, or could not be written.
    package static func kept(
        at path: String, machine: PlanMachine, measure: () throws -> MachineCalibration,
        say: (String) -> Void
    ) throws -> MachineCalibration {
        if Files.exists(path) {
            do {
                let known = try JSON.decode(
                    MachineCalibration.self, from: try Files.read(path), file: path)
                if known.machine == machine, known.isSound { return known }
                if !known.isSound { say("\(path) holds no rates; the machine is measured anew") }
            } catch {
                say("\(path) cannot be read; the machine is measured anew")
            }
        }
        let made = try measure()
        do {
            try Files.makeFolder(Files.folder(of: path))
            try AtomicFile.write(try JSON.encode(made), to: path)
        } catch {
            say("the machine's calibration cannot be kept: \(error)")
        }
        return made
    }

    // MARK: - Measuring

    /// Times steps of two perceptrons.
    package static func measured(machine: PlanMachine, pool: WorkerPool) throws -> Self {
        let small = try timed(width: 16, hidden: 32, rows: 32, pool)
        let large = try timed(width: 64, hidden: 384, rows: 256, pool)
        let rate = (large.operations - small.operations) / max(large.seconds - small.seconds, 1e-9)
        return MachineCalibration(
            machine: machine, made: Clock.text(unixSeconds: Clock.unixSeconds()),
            operationsPerSecond: rate,
            secondsPerStep: max(0, small.seconds - small.operations / rate))
    }

    private static let secondsEach = 0.08

    /// Operations of a step, and its median time.
    private static func timed(
        width: Int, hidden: Int, rows: Int, _ pool: WorkerPool
    ) throws -> (operations: Double, seconds: Double) {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: width, cardinalities: []), task: .binary,
            hidden: [hidden, hidden])
        let graph = try network.trainingGraph()
        let random = CounterRandom(seed: 0, name: "calibration")
        let numbers = (0..<rows * width).map { Float(random.uniform(step: 0, index: UInt64($0))) }
        let data = EncodedData(
            EncodedFeatures(numbers: numbers, width: width),
            labels: .numbers((0..<rows).map { Float($0 % 2) }), weights: nil)
        let trainer = try Trainer(
            training: graph, inference: try network.inferenceGraph(), data: data, validation: nil,
            lossOf: .binaryCrossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(learningRate: 1e-4), batchRows: rows,
                maximumEpochs: 1_000_000),
            pool: pool)
        let clock = StepClock(seconds: secondsEach, fewest: 5, most: 10_000)
        _ = try trainer.run(stop: { clock.stop($0) }, onEvent: { clock.hear($0) })
        let operations = try graph.differentiated(output: .loss).graph.operationCount(rows: rows)
        return (operations, clock.step ?? 1e-4)
    }
}
