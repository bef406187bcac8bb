extension ONNXNumber where Self: FixedWidthInteger {
    package init(converting double: Double) {
        let whole = double.rounded(.towardZero)
        if double.isNaN {
            self = 0
        } else if whole >= Double(Self.max) {
            self = .max
        } else if whole <= Double(Self.min) {
            self = .min
        } else if whole < 0x1p63 {
            self.init(truncatingIfNeeded: Int64(whole))
        } else {
            self.init(truncatingIfNeeded: UInt64(whole))
        }
    }
    package init(wrapping integer: Int64) { self.init(truncatingIfNeeded: integer) }
    package var double: Double { Double(self) }
    package var integer: Int64 { Int64(truncatingIfNeeded: self) }
    package static var isFloat: Bool { false }
    package static var lowest: Self { .min }
    package static var highest: Self { .max }
    package func adding(_ other: Self) -> Self { self &+ other }
    package func subtracting(_ other: Self) -> Self { self &- other }
    package func multiplying(_ other: Self) -> Self { self &* other }
    package func dividing(_ other: Self) -> Self {
        other == 0 ? 0 : dividedReportingOverflow(by: other).partialValue
    }
    package var isNaN: Bool { false }
}

extension Int8: ONNXNumber {}
extension Int16: ONNXNumber {}
extension Int32: ONNXNumber {}
extension Int64: ONNXNumber {}
extension UInt8: ONNXNumber {}
extension UInt16: ONNXNumber {}
extension UInt32: ONNXNumber {}
extension UInt64: ONNXNumber {}

extension Int64 {
    /// The nearest towards 0; at the type's ends beyond them, 0 of NaN.
    fileprivate init(cutting double: Double) {
        guard !double.isNaN else {
            self = 0
            return
        }
        self =
            double >= 0x1p63 ? .max : double < -0x1p63 ? .min : Int64(double.rounded(.towardZero))
    }
}

extension Float: ONNXNumber {
    package init(converting double: Double) { self.init(double) }
    package init(wrapping integer: Int64) { self.init(integer) }
    package var double: Double { Double(self) }
    package var integer: Int64 { Int64(cutting: double) }
    package static var isFloat: Bool { true }
    package static var lowest: Float { -.infinity }
    package static var highest: Float { .infinity }
    package func adding(_ other: Float) -> Float { self + other }
    package func subtracting(_ other: Float) -> Float { self - other }
    package func multiplying(_ other: Float) -> Float { self * other }
    package func dividing(_ other: Float) -> Float { self / other }
}

extension Double: ONNXNumber {
    package init(converting double: Double) { self = double }
    package init(wrapping integer: Int64) { self.init(integer) }
    package var double: Double { self }
    package var integer: Int64 { Int64(cutting: self) }
    package static var isFloat: Bool { true }
    package static var lowest: Double { -.infinity }
    package static var highest: Double { .infinity }
    package func adding(_ other: Double) -> Double { self + other }
    package func subtracting(_ other: Double) -> Double { self - other }
    package func multiplying(_ other: Double) -> Double { self * other }
    package func dividing(_ other: Double) -> Double { self / other }
}

/// Floats of 16 bits: each step is that of a float, rounded.
package protocol SmallFloat: ONNXNumber {
    init(_ value: Float)
    var float: Float { get }
}

extension SmallFloat {
    package init(converting double: Double) { self.init(Float(double)) }
    package init(wrapping integer: Int64) { self.init(Float(integer)) }
    package var double: Double { Double(float) }
    package var integer: Int64 { Int64(cutting: double) }
    package static var isFloat: Bool { true }
    package static var lowest: Self { Self(-Float.infinity) }
    package static var highest: Self { Self(Float.infinity) }
    package func adding(_ other: Self) -> Self { Self(float + other.float) }
    package func subtracting(_ other: Self) -> Self { Self(float - other.float) }
    package func multiplying(_ other: Self) -> Self { Self(float * other.float) }
    package func dividing(_ other: Self) -> Self { Self(float / other.float) }
    package var isNaN: Bool { float.isNaN }
}

extension Half: SmallFloat {}
extension BrainFloat: SmallFloat {}
