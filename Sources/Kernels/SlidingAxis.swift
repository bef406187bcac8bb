import CVouchKernels

/// One axis of images over which a window slides, in cells.
package struct SlidingAxis: Hashable, Sendable {
    /// Cells of the image.
    package var input: Int
    /// Places of the window.
    package var output: Int
    package var window: Int
    package var stride: Int
    package var dilation: Int
    /// Padding before the first cell.
    package var before: Int

    package init(
        input: Int, output: Int, window: Int, stride: Int, dilation: Int, before: Int
    ) {
        self.input = input
        self.output = output
        self.window = window
        self.stride = stride
        self.dilation = dilation
        self.before = before
    }

    var raw: vk_axis {
        vk_axis(
            input: Int64(input), output: Int64(output), window: Int64(window),
            stride: Int64(stride), dilation: Int64(dilation), before: Int64(before))
    }
}
