import Kernels

extension Lowering {
    struct Memory {
        var words: Int
        var regions: [Region]
    }

    /// Gives every block a place: blocks that live at the same time do not overlap.
    ///
    /// Largest first, at the lowest offset that is free during the block's life; an input and
    /// everything that is wanted afterwards live through the whole run.
    ///
    /// - Complexity: O(blocks²).
    /// - Source: Pisarchyk & Lee 2020, arXiv:2001.03288, "greedy by size for offset calculation".
    mutating func assignMemory() -> Memory {
        for (step, draft) in steps.enumerated() {
            for block in draft.reads + draft.writes {
                blocks[block.index].firstStep = min(blocks[block.index].firstStep, step)
                blocks[block.index].lastStep = max(blocks[block.index].lastStep, step)
            }
        }
        for block in kept {
            blocks[block.index].firstStep = 0
            blocks[block.index].lastStep = steps.count
        }
        var regions = blocks.map { info in
            info.fixed ?? Region(space: .arena, offset: 0, count: info.count)
        }
        let movable = blocks.indices.filter { blocks[$0].fixed == nil && blocks[$0].lastStep >= 0 }
            .sorted { (blocks[$1].count, $0) < (blocks[$0].count, $1) }
        var placed: [Int] = []
        var words = 0
        for block in movable {
            let info = blocks[block]
            let neighbours = placed.filter {
                blocks[$0].firstStep <= info.lastStep && info.firstStep <= blocks[$0].lastStep
            }.sorted { regions[$0].offset < regions[$1].offset }
            var offset = 0
            for other in neighbours {
                if regions[other].offset >= offset + info.count { break }
                offset = max(offset, (regions[other].range.upperBound + 15) / 16 * 16)
            }
            regions[block].offset = offset
            words = max(words, offset + info.count)
            placed.append(block)
        }
        return Memory(words: words, regions: regions)
    }
}
