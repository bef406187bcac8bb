/// A window of cells that slides over the height and the width of images.
package struct Window: Hashable, Sendable, Codable {
    /// The window along one axis, in cells.
    package struct Axis: Hashable, Sendable, Codable {
        /// Cells that the window reads.
        package var extent: Int
        /// How far it moves from one place to the next.
        package var stride: Int
        /// From one cell that it reads to the next; 1 reads neighbours.
        package var dilation: Int
        /// Cells beyond the image's first, which are no data.
        package var before: Int
        /// Cells beyond the image's last, which are no data.
        package var after: Int

        package init(
            _ extent: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0
        ) {
            self.extent = extent
            self.stride = stride
            self.dilation = dilation
            self.before = before
            self.after = after
        }

        /// The cells from the first that the window reads to the last.
        package var span: Int { dilation * (extent - 1) + 1 }

        /// The places that the window takes over so many cells: `⌊(cells + before + after − span)
        /// / stride⌋ + 1`; not positive where it does not fit.
        package func places(over cells: Int) -> Int {
            let free = cells + before + after - span
            return free < 0 ? 0 : free / stride + 1
        }
    }

    package var vertical: Axis
    package var horizontal: Axis

    package init(_ vertical: Axis, _ horizontal: Axis) {
        self.vertical = vertical
        self.horizontal = horizontal
    }

    /// A square window with the same settings along both axes.
    ///
    /// - Parameter padding: Cells on each of the four sides.
    package static func square(
        _ extent: Int, stride: Int = 1, dilation: Int = 1, padding: Int = 0
    ) -> Window {
        let axis = Axis(
            extent, stride: stride, dilation: dilation, before: padding, after: padding)
        return Window(axis, axis)
    }

    /// A square window with the padding that gives `⌈cells / stride⌉` places along each axis; an odd
    /// cell of it goes after the image.
    package static func same(
        _ extent: Int, stride: Int = 1, dilation: Int = 1, height: Int, width: Int
    ) -> Window {
        func axis(_ cells: Int) -> Axis {
            var axis = Axis(extent, stride: stride, dilation: dilation)
            let places = (cells + stride - 1) / max(stride, 1)
            let missing = max(0, (places - 1) * stride + axis.span - cells)
            axis.before = missing / 2
            axis.after = missing - missing / 2
            return axis
        }
        return Window(axis(height), axis(width))
    }

    /// The cells that the window reads at each place.
    package var area: Int { vertical.extent * horizontal.extent }
}

extension Window.Axis: CustomStringConvertible {
    package var description: String {
        "\(extent)" + (stride == 1 ? "" : " stride \(stride)")
            + (dilation == 1 ? "" : " dilation \(dilation)")
            + (before == 0 && after == 0 ? "" : " padding \(before), \(after)")
    }
}

extension Window: CustomStringConvertible {
    package var description: String { "(\(vertical)) × (\(horizontal))" }
}
