package import Evidence
package import Reporting

extension RunReport {
    /// With further proofs in their rows; one of the same remedy is replaced.
    package func adding(_ proofs: [Proof]) -> RunReport {
        var result = self
        for proof in proofs {
            for index in result.drawbacks.indices
            where result.drawbacks[index].drawback == proof.drawback {
                result.drawbacks[index].proofs.removeAll { $0.remedy == proof.remedy }
                result.drawbacks[index].proofs.append(proof)
            }
            // What the price is told in must be explained too.
            let ratios = proof.changes.filter { $0.difference.metric.isRatio }
            let needed = Set(proof.changes.map(\.metric))
            let shown = Set(result.definitions.map(\.id))
            result.definitions +=
                (MetricRegistry.all.filter { needed.contains($0.id) }
                + differenceDefinitions(ratios))
                .filter { !shown.contains($0.id) }
        }
        return result
    }
}
