import Kernels
import TensorCore
import Testing

/// Convolutions stay within their operands and their scratch memory.
@Suite struct ConvolutionMemoryTests {
    /// Strided points over few channels: oneDNN 2.6's implementation of them wrote past its scratchpad,
    /// and only a thousand random graphs later the heap told.
    @Test(arguments: [ConvolutionShape.Kind.forward, .inputGradient, .weightGradient])
    func nothingIsWrittenOutside(_ kind: ConvolutionShape.Kind) {
        let canary: Float = -12345.5
        for channels in [1, 2, 3, 4, 5, 7, 9, 12, 16, 17] {
            for (rows, columns) in [(2, 1), (1, 2), (2, 2)] {
                func axis(_ cells: Int, _ stride: Int) -> SlidingAxis {
                    SlidingAxis(
                        input: cells, output: (cells - 1) / stride + 1, window: 1, stride: stride,
                        dilation: 1, before: 0)
                }
                let shape = ConvolutionShape(
                    kind: kind, images: 3, channels: channels, outputs: 3, groups: 1,
                    vertical: axis(8, rows), horizontal: axis(4, columns))
                let convolution = Convolution(shape)
                let images = 3 * 8 * 4 * channels
                let places = 3 * (8 / rows) * (4 / columns) * 3
                let counts =
                    switch kind {
                    case .forward: [images, channels * 3, places]
                    case .inputGradient: [places, channels * 3, images]
                    case .weightGradient: [images, places, channels * 3]
                    }
                let gap = 1024
                var offset = gap
                let regions = counts.map { count in
                    defer { offset += (count + 15) / 16 * 16 + gap }
                    return Region(space: .arena, offset: offset, count: count)
                }
                let arena = Buffer(count: offset)
                let scratch = Buffer(count: convolution.scratchWords + gap)
                arena.fill(0..<arena.count, with: canary)
                scratch.fill(0..<scratch.count, with: canary)
                for region in regions { arena.fill(region.range, with: 0.5) }
                let empty = Buffer(count: 0)
                convolution.run(
                    a: regions[0], b: regions[1], bias: nil, c: regions[2], scratch: scratch,
                    in: Workspace(arena: arena, parameters: empty, results: empty))
                let outside = (0..<arena.count).filter { word in
                    !regions.contains { $0.range.contains(word) }
                }
                #expect(outside.allSatisfy { arena[$0] == canary }, "\(shape)")
                let rest = scratch.floats(convolution.scratchWords..<scratch.count)
                #expect(rest.allSatisfy { $0 == canary }, "\(shape)")
            }
        }
    }
}
