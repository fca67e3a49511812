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

    static let writerCacheBytes = 2 << 20
    static let readerCacheBytes = 1 << 20
}
