/// Spreads users over the partitions of what would otherwise be one hot partition, or one too long to read at once.
package enum UserShard {
    /// FNV-1a over the UTF-8 of the user's id, 64 bits, modulo `count`. Never change it: the keys of stored items
    /// depend on it.
    ///
    /// - Parameter count: 1 or more.
    package static func of(_ userID: String, among count: Int) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in userID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(hash % UInt64(count))
    }
}
