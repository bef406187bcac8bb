/// Distinct texts in order of first use, found by their bytes.
struct TextTable: Sendable {
    /// All distinct texts, one after another.
    private(set) var storage: [UInt8] = []
    private var ends: [Int] = []
    /// A text of up to 8 bytes itself, or the hash of a longer one.
    private var keys: [UInt64] = []
    /// Slot → text + 1; 0 where free. A power of two long, at most half full.
    private var slots = [Int32](repeating: 0, count: 64)

    var count: Int { ends.count }

    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    func text(_ index: Int) -> String { String(decoding: storage[range(index)], as: UTF8.self) }

    /// The index of a text, which is added if it is new.
    @inline(__always)
    mutating func index(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        let length = end - start
        let key = Self.key(bytes, start, end)
        var slot = Int(truncatingIfNeeded: Self.hash(key, length)) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if keys[index] == key, range(index).count == length,
                length <= 8 || equals(index, bytes, start)
            {
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        add(bytes, start, end, key, slot)
        return ends.count - 1
    }

    @inline(__always)
    private static func key(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        guard end - start > 8 else { return Words.load(bytes, start, to: end) }
        var hash: UInt64 = 0
        var at = start
        while end - at > 8 {
            hash = mix(hash ^ Words.load(bytes, at))
            at += 8
        }
        // The last word overlaps the one before.
        return mix(hash ^ Words.load(bytes, end - 8))
    }

    @inline(__always)
    private static func hash(_ key: UInt64, _ length: Int) -> UInt64 {
        mix(key ^ UInt64(truncatingIfNeeded: length) << 56)
    }

    /// Multiplies to 128 bits and folds the halves.
    @inline(__always)
    private static func mix(_ word: UInt64) -> UInt64 {
        let (high, low) = (word ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(
            by: 0x9E37_79B9_7F4A_7C15)
        return high ^ low
    }

    /// - Precondition: the text of the index is longer than 8 bytes.
    private func equals(_ index: Int, _ bytes: Span<UInt8>, _ start: Int) -> Bool {
        let range = range(index)
        let text = storage.span.extracting(range)
        let other = bytes.extracting(start..<start + range.count)
        var at = 0
        while text.count - at > 8 {
            guard Words.load(text, at) == Words.load(other, at) else { return false }
            at += 8
        }
        return Words.load(text, text.count - 8) == Words.load(other, text.count - 8)
    }

    private mutating func add(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ key: UInt64, _ slot: Int
    ) {
        for at in start..<end { storage.append(bytes[at]) }
        ends.append(storage.count)
        keys.append(key)
        slots[slot] = Int32(ends.count)
        if ends.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 4)
        for (index, key) in keys.enumerated() {
            let hash = Self.hash(key, range(index).count)
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index + 1)
        }
    }
}
