import Digest
import Events
package import Items
package import Services

/// Where the next page of a user's own things begins, as a text that fits into an address.
///
/// It holds a sort key alone: the partition is always that of who asks, whatever is sent.
package enum PageCursor {
    package static func text(_ next: ItemCursor) -> String? {
        next.key[ItemKey.sortName]?.string.map { hexadecimal(Array($0.utf8)) }
    }

    /// - Parameters:
    ///   - parameter: the name of the query parameter, for the error.
    ///   - prefix: of the sort keys that are looked through.
    /// - Throws: ``RequestError/parameter(_:)`` unless it is such a text.
    package static func cursor(
        _ text: String, parameter: String, in table: TableName, partition: String, prefix: String
    ) throws -> ItemCursor {
        guard text.utf8.count <= 2 * HTTPEvent.pathParameterBytesMax, let bytes = bytes(hexadecimal: text),
            let sort = String(validating: bytes, as: UTF8.self), sort.hasPrefix(prefix)
        else { throw RequestError.parameter(parameter) }
        return ItemCursor(key: ItemKey(table, partition, sort).attributes)
    }
}
