package import Time

/// How a database is opened.
package struct DatabaseOptions: Sendable {
    package enum Durability: String, Hashable, Sendable {
        /// An answered write survives the end of the process, however it ends.
        case process
        /// An answered write survives the loss of power: every commit waits for the disk.
        case disk
    }

    package var durability: Durability = .process
    /// The time by which tokens, stream records and items expire.
    package var clock: @Sendable () -> Timestamp
    /// The greatest size of the file in pages of 8 KB; nil for SQLite's own bound.
    package var pagesMax: Int?

    package init(clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

    // Larger caches do not pay. In a table of ten million items of 1 KB a get reads 5.6 pages that are not in the
    // cache, with 16 MiB 4.1 and with 128 MiB 2.9, but takes 12, 11 and 12 µs in SQLite: most of it goes to the lowest
    // three levels, which no cache holds. Mapping the file saves 2 µs, and makes 1 GB resident after 60,000 gets.
    static let writerCacheBytes = 2 << 20
    static let readerCacheBytes = 1 << 20
}
