package import GraphIR
import TensorCore

/// Layers on images `[rows, height, width, channels]`.
extension GraphBuilder {
    /// 2-D convolution with a bias: `y = x ∗ W + b`.
    ///
    /// - Parameters:
    ///   - x: `[rows, height, width, channels]`.
    ///   - output: The channels of the result.
    ///   - window: Extent, stride, dilation and padding; `Window.square` and `Window.same` make the
    ///     usual ones.
    ///   - groups: Divides `channels` and `output`; as many as `channels` for a depthwise
    ///     convolution.
    ///   - bias: Whether there is one; a batch norm that follows makes it superfluous.
    /// - Returns: `[rows, places, places, output]`.
    ///
    /// The weight is `[window height, window width, channels/groups, output]`. Weight and bias start
    /// uniform on ±1/√(window · channels/groups), as PyTorch's `Conv2d` does.
    package mutating func convolution2D(
        _ name: String, _ x: Value, output: Int, window: Window, groups: Int = 1,
        bias: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let channels = shape(x).extents.last?.count(rows: 1) ?? 1
        let inputs = max(1, channels / max(groups, 1))
        let bound = 1 / Float(max(1, window.area * inputs)).squareRoot()
        return scoped(name) { b in
            let w = b.parameter(
                "weight",
                [
                    .fixed(window.vertical.extent), .fixed(window.horizontal.extent),
                    .fixed(inputs), .fixed(output),
                ], role: .weight, initializer: .uniform(bound: bound))
            let y = b.apply(.convolution(window, groups: groups), [x, w], file: file, line: line)
            guard bias else { return y }
            let shift = b.parameter(
                "bias", [.fixed(output)], role: .bias, initializer: .uniform(bound: bound))
            return b.add(y, shift)
        }
    }

    /// The greatest number of each window, channel by channel: `[rows, places, places, channels]`.
    ///
    /// Padding never is the greatest. Of equal numbers, the first in reading order gets the gradient.
    package mutating func maxPool2D(
        _ x: Value, window: Window, file: StaticString = #fileID, line: UInt = #line
    ) -> Value { apply(.maxPool(window), [x], file: file, line: line) }

    /// The mean of each window, channel by channel: `[rows, places, places, channels]`.
    ///
    /// - Parameter countsPadding: Whether padding counts as zeros, as PyTorch's default has it, or
    ///   the mean is that of the image's own cells.
    package mutating func averagePool2D(
        _ x: Value, window: Window, countsPadding: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        apply(.averagePool(window, countsPadding: countsPadding), [x], file: file, line: line)
    }

    /// The mean of each channel over the whole image: `[rows, channels]`.
    package mutating func globalAveragePool(_ x: Value) -> Value {
        let extents = shape(x).extents
        let pooled = mean(x, axes: Array(1..<max(2, extents.count - 1)))
        return reshape(pooled, Shape([extents.first, extents.last].compactMap { $0 }))
    }
}
