package import Items
package import Services

/// A partition with more pages than anybody foresaw.
package struct TooManyPages: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String { "a partition has more pages than are read" }
}

extension ItemStore {
    /// Hands over all items of a query, page after page.
    ///
    /// - Parameter pagesMax: 1 or more.
    /// - Throws: ``TooManyPages`` after the last of them if there are more.
    package func forEachPage(
        of query: ItemQuery, pagesMax: Int, _ page: ([Item]) async throws -> Void
    ) async throws {
        var query = query
        for _ in 0..<pagesMax {
            let found = try await self.query(query)
            try await page(found.items)
            guard let next = found.next else { return }
            query.after = next
        }
        throw TooManyPages()
    }
}
