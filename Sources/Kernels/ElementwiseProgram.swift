import CVouchKernels

/// A fused chain of elementwise operations: straight-line code over registers, each a block of the
/// result that stays in the first-level cache.
package struct ElementwiseProgram: Sendable {
    package enum Opcode: UInt8, Sendable, CaseIterable {
        // In the order of `vk_opcode`.
        case identity, negate, exp, log, sqrt, reciprocal, square, abs, sign
        case relu, step, gelu, silu, tanh, sigmoid, softplus, erf, sin, cos
        case add, subtract, multiply, divide, minimum, maximum, greater, equal
        case select, dropout
    }

    /// How an operand's elements meet the result's.
    package enum Access: Sendable, Hashable {
        /// Element for element.
        case full
        /// One number for all.
        case scalar
        /// Along the result's merged axes with strides, 0 where the operand stretches.
        case stretched(extents: [Int], strides: [Int])
    }

    package static let registerCount = Int(VK_REGISTERS)
    package static let maximumRank = Int(VK_RANK)

    package let count: Int
    private var instructions: [vk_instruction] = []
    private var accesses: [vk_access] = []
    private var constantRegisters: [UInt8] = []
    private var constants: [Float] = []
    private var outputRegisters: [UInt8] = []
    private var used = 0

    /// - Parameter count: The number of elements of every result.
    package init(count: Int) { self.count = count }

    package var instructionCount: Int { instructions.count }

    private mutating func newRegister() -> UInt8 {
        precondition(used < Self.registerCount, "a fused program has too many registers")
        defer { used += 1 }
        return UInt8(used)
    }

    package mutating func constant(_ number: Float) -> UInt8 {
        let register = newRegister()
        constantRegisters.append(register)
        constants.append(number)
        return register
    }

    /// Adds the next operand.
    package mutating func operand(_ access: Access) -> UInt8 {
        let register = newRegister()
        var raw = vk_access()
        raw.reg = register
        switch access {
        case .full: raw.kind = UInt8(VK_FULL.rawValue)
        case .scalar: raw.kind = UInt8(VK_SCALAR.rawValue)
        case .stretched(let extents, let strides):
            precondition(extents.count == strides.count && extents.count <= Self.maximumRank)
            raw.kind = UInt8(VK_STRETCHED.rawValue)
            raw.rank = UInt8(extents.count)
            unsafe withUnsafeMutableBytes(of: &raw.extents) { bytes in
                for (axis, extent) in extents.enumerated() {
                    unsafe bytes.storeBytes(
                        of: Int64(extent), toByteOffset: axis * 8, as: Int64.self)
                }
            }
            unsafe withUnsafeMutableBytes(of: &raw.strides) { bytes in
                for (axis, stride) in strides.enumerated() {
                    unsafe bytes.storeBytes(
                        of: Int64(stride), toByteOffset: axis * 8, as: Int64.self)
                }
            }
        }
        accesses.append(raw)
        return register
    }

    /// Adds an operation; returns the register of its result.
    package mutating func append(
        _ opcode: Opcode, _ a: UInt8 = 0, _ b: UInt8 = 0, _ c: UInt8 = 0, stream: UInt32 = 0,
        rate: Float = 0
    ) -> UInt8 {
        let register = newRegister()
        instructions.append(
            vk_instruction(
                opcode: opcode.rawValue, destination: register, a: a, b: b, c: c, stream: stream,
                immediate: rate))
        return register
    }

    /// Writes a register to the next output.
    ///
    /// - Precondition: the register is the result of an operation, and not an output yet.
    package mutating func output(_ register: UInt8) {
        precondition(
            !outputRegisters.contains(register)
                && instructions.contains { $0.destination == register })
        outputRegisters.append(register)
    }

    /// Runs over the operands and outputs in the order in which they were added.
    package func run(
        operands: [(region: Region, words: Int)], outputs: [Region], random: RandomPosition,
        in workspace: Workspace
    ) {
        precondition(operands.count == accesses.count && outputs.count == outputRegisters.count)
        unsafe withUnsafeTemporaryAllocation(
            of: UnsafeMutablePointer<Float>.self, capacity: outputs.count + 1
        ) { outputPointers in
            unsafe withUnsafeTemporaryAllocation(
                of: UnsafePointer<Float>?.self, capacity: operands.count + 1
            ) { operandPointers in
                for (position, operand) in operands.enumerated() {
                    precondition(operand.region.count >= operand.words)
                    unsafe operandPointers[position] = UnsafePointer(
                        workspace.pointer(operand.region))
                }
                for (position, region) in outputs.enumerated() {
                    precondition(region.count == count)
                    unsafe outputPointers[position] = workspace.pointer(region)
                }
                unsafe runRaw(operandPointers, outputPointers, random)
            }
        }
    }

    private func runRaw(
        _ operands: UnsafeMutableBufferPointer<UnsafePointer<Float>?>,
        _ outputs: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>,
        _ random: RandomPosition
    ) {
        unsafe instructions.withUnsafeBufferPointer { instructions in
            unsafe accesses.withUnsafeBufferPointer { accesses in
                unsafe outputRegisters.withUnsafeBufferPointer { outputRegisters in
                    unsafe constantRegisters.withUnsafeBufferPointer { constantRegisters in
                        unsafe constants.withUnsafeBufferPointer { constants in
                            var program = unsafe vk_program(
                                instructions: instructions.baseAddress,
                                instruction_count: instructions.count,
                                accesses: accesses.baseAddress, access_count: accesses.count,
                                output_registers: outputRegisters.baseAddress,
                                output_count: outputRegisters.count,
                                constant_registers: constantRegisters.baseAddress,
                                constants: constants.baseAddress, constant_count: constants.count)
                            var position = vk_random(
                                seed: random.seed, step: random.step,
                                base: UInt64(random.shard) << 40)
                            let raw = unsafe UnsafeMutableRawPointer(outputs.baseAddress!)
                                .assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self)
                            unsafe vk_run_program(
                                &program, operands.baseAddress, raw, Int64(count), &position)
                        }
                    }
                }
            }
        }
    }
}

/// Where the random masks of an execution stand: the same position gives the same masks.
package struct RandomPosition: Sendable, Hashable {
    package var seed: UInt64
    package var step: UInt32
    package var shard: UInt32

    package init(seed: UInt64, step: UInt32, shard: UInt32) {
        self.seed = seed
        self.step = step
        self.shard = shard
    }
}
