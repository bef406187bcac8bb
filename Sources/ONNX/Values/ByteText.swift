/// A text as ONNX compares texts: by its bytes.
///
/// Swift's own `String` takes texts as equal that are written with other scalars, such as é as one or as two.
package struct ByteText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (one: ByteText, other: ByteText) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
