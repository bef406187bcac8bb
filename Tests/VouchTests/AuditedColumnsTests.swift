import Runs
import Studies
import Testing

@Suite struct AuditedColumnsTests {
    /// Adult's classes have an equals sign of their own.
    @Test func theLastEqualsSignIsBetweenClassAndColumn() throws {
        let found = try AuditedColumns(scores: ["<=50K=low", ">50K=high", "a=b"], prediction: nil)
        guard case .probabilities(let classes) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(classes.map(\.label) == ["<=50K", ">50K", "a"])
        #expect(found.columns == ["low", "high", "b"])
    }

    @Test(arguments: [["a=b", "c"], ["a=b", "=c"], ["a=b", "c="]])
    func aClassNeedsNameAndColumn(_ scores: [String]) {
        let error = #expect(throws: VouchError.self) {
            try AuditedColumns(scores: scores, prediction: nil)
        }
        #expect(error?.description.contains("CLASS=COLUMN") == true)
    }
}
