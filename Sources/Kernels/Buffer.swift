import CVouchKernels
import TensorCore

/// A piece of memory of 4-byte words, 64-byte aligned, zero at first, freed with its owner.
///
/// A buffer holds `Float` or `Int32` words; who made the layout knows which.
// Sendable is unchecked because the memory is shared by address: between two meetings of the
// workers each word has one writer, which the plan and the optimizer's partition guarantee.
@safe package final class Buffer: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    package let count: Int

    /// - Precondition: the system has `4 · count` bytes left.
    package init(count: Int) {
        precondition(count >= 0, "a buffer cannot have \(count) words")
        guard let memory = unsafe vk_allocate(count * 4) else {
            preconditionFailure("no memory for a buffer of \(count * 4) bytes")
        }
        unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
        self.count = count
    }

    deinit { unsafe vk_deallocate(UnsafeMutableRawPointer(base)) }

    private func check(_ range: Range<Int>) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "\(range) is not in a buffer of \(count) words")
    }

    /// The words of `range` as numbers, to read.
    package func withFloats<Result>(
        _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        check(range)
        let words = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
        return try body(unsafe words.span)
    }

    /// The words of `range` as numbers, to write.
    package func withMutableFloats<Result>(
        _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
    ) rethrows -> Result {
        check(range)
        let words = unsafe UnsafeMutableBufferPointer(
            start: base + range.lowerBound, count: range.count)
        var span = unsafe words.mutableSpan
        return try body(&span)
    }

    /// The words of `range` as indices, to write.
    package func withMutableIndices<Result>(
        _ range: Range<Int>, _ body: (inout MutableSpan<Int32>) throws -> Result
    ) rethrows -> Result {
        check(range)
        let words = unsafe UnsafeMutableRawPointer(base + range.lowerBound)
            .bindMemory(to: Int32.self, capacity: range.count)
        defer {
            _ = unsafe UnsafeMutableRawPointer(words).bindMemory(
                to: Float.self, capacity: range.count)
        }
        var span = unsafe UnsafeMutableBufferPointer(start: words, count: range.count).mutableSpan
        return try body(&span)
    }

    package subscript(index: Int) -> Float {
        get {
            check(index..<index + 1)
            return unsafe base[index]
        }
        set {
            check(index..<index + 1)
            unsafe base[index] = newValue
        }
    }

    package func index(at position: Int) -> Int32 {
        check(position..<position + 1)
        return unsafe Int32(bitPattern: base[position].bitPattern)
    }

    /// The words of `range`, copied.
    package func floats(_ range: Range<Int>) -> [Float] {
        check(range)
        return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// The bytes of `range` as whole numbers, to read.
    func withBytes<Result>(
        _ range: Range<Int>, _ body: (UnsafePointer<Int8>) throws -> Result
    ) rethrows -> Result {
        check(range)
        return try unsafe (base + range.lowerBound).withMemoryRebound(
            to: Int8.self, capacity: 4 * range.count
        ) { try unsafe body($0) }
    }

    /// The first `count` bytes of `range` as whole numbers, copied.
    package func int8s(_ range: Range<Int>, count: Int) -> [Int8] {
        check(range)
        precondition(count <= 4 * range.count, "\(count) bytes are not in \(range)")
        let bytes = unsafe UnsafeRawPointer(base + range.lowerBound)
        return (0..<count).map { unsafe bytes.load(fromByteOffset: $0, as: Int8.self) }
    }

    /// Writes whole numbers into the bytes of words from `start` on.
    package func copy(int8s numbers: [Int8], to start: Int) {
        check(start..<start + DType.int8.words(of: numbers.count))
        let bytes = unsafe UnsafeMutableRawPointer(base + start)
        for (place, number) in numbers.enumerated() {
            unsafe bytes.storeBytes(of: number, toByteOffset: place, as: Int8.self)
        }
    }

    /// Copies `count` words from another buffer, or from this one, where the two ranges may overlap.
    package func copy(from other: Buffer, at source: Int, to target: Int, count: Int) {
        other.check(source..<source + count)
        check(target..<target + count)
        unsafe (base + target).update(from: other.base + source, count: count)
    }

    /// Copies numbers from elsewhere.
    package func copy(from numbers: Span<Float>, to target: Int) {
        check(target..<target + numbers.count)
        unsafe numbers.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe (base + target).update(from: start, count: source.count)
        }
    }

    /// Copies the words of `range` elsewhere.
    ///
    /// - Precondition: `numbers` are as many.
    package func copy(_ range: Range<Int>, to numbers: inout MutableSpan<Float>) {
        check(range)
        precondition(numbers.count == range.count, "another number of words")
        unsafe numbers.withUnsafeMutableBufferPointer { target in
            guard let start = target.baseAddress else { return }
            unsafe start.update(from: base + range.lowerBound, count: range.count)
        }
    }

    /// Adds `count` words of another buffer to this one's.
    package func add(from other: Buffer, at source: Int, to target: Int, count: Int) {
        other.check(source..<source + count)
        check(target..<target + count)
        for position in 0..<count {
            unsafe base[target + position] += other.base[source + position]
        }
    }

    package func fill(_ range: Range<Int>, with number: Float) {
        check(range)
        unsafe (base + range.lowerBound).update(repeating: number, count: range.count)
    }
}

/// Which of a workspace's buffers a region lies in.
package enum Space: UInt8, Sendable, Hashable {
    /// Inputs and intermediate values.
    case arena
    case parameters
    /// What a training step leaves behind: gradients and the loss.
    case results
}

/// A range of words in one of a workspace's buffers.
package struct Region: Sendable, Hashable {
    package var space: Space
    package var offset: Int
    package var count: Int

    package init(space: Space, offset: Int, count: Int) {
        self.space = space
        self.offset = offset
        self.count = count
    }

    package var range: Range<Int> { offset..<offset + count }
}

/// The three buffers that one execution works on.
package struct Workspace: Sendable {
    package var arena: Buffer
    package var parameters: Buffer
    package var results: Buffer

    package init(arena: Buffer, parameters: Buffer, results: Buffer) {
        self.arena = arena
        self.parameters = parameters
        self.results = results
    }

    package subscript(space: Space) -> Buffer {
        switch space {
        case .arena: arena
        case .parameters: parameters
        case .results: results
        }
    }

    /// The address of a region, after checking that it lies in its buffer.
    @inline(__always)
    func pointer(_ region: Region) -> UnsafeMutablePointer<Float> {
        let buffer = self[region.space]
        precondition(
            region.offset >= 0 && region.offset + region.count <= buffer.count,
            "\(region) is not in its buffer of \(buffer.count) words")
        return unsafe buffer.base + region.offset
    }

    @inline(__always)
    func indices(_ region: Region) -> UnsafePointer<Int32> {
        unsafe UnsafeRawPointer(pointer(region)).assumingMemoryBound(to: Int32.self)
    }
}

extension Buffer {
    package convenience init(_ numbers: [Float]) {
        self.init(count: numbers.count)
        withMutableFloats(0..<numbers.count) { words in
            for index in numbers.indices { words[index] = numbers[index] }
        }
    }

    package convenience init(_ indices: [Int32]) {
        self.init(count: indices.count)
        withMutableIndices(0..<indices.count) { words in
            for index in indices.indices { words[index] = indices[index] }
        }
    }
}
