/// At most so many of `0..<total`, evenly spread from the first on: `⌊i · total / count⌋`; all where they are no more.
package func evenlySpread(_ most: Int, of total: Int) -> [Int] {
    let count = min(most, total)
    return (0..<count).map { $0 * total / count }
}
