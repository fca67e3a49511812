package import Items

extension ItemDatabase {
    /// The size of an item collection: all items of a partition and their entries in local indexes, in bytes as
    /// DynamoDB counts them.
    ///
    /// - Note: Source: Amazon DynamoDB Developer Guide, "Item collections in local secondary indexes".
    package func collectionSizeBytes(_ table: Table, partition: AttributeValue) throws(ReadFailure) -> Int {
        var requests = [ReadRequest(table, rows: .partition(partition, nil))]
        for index in table.indexes where index.definition.isLocal {
            requests.append(ReadRequest(table, index: index, rows: .partition(partition, nil)))
        }
        var ranges: [(request: ReadRequest, range: KeyRange)] = []
        for request in requests {
            ranges.append((request, try readKey { () throws(KeyFailure) in try request.range() }))
        }
        return try readStorage { () throws(StorageError) in
            try readers.readSnapshot { connection throws(StorageError) in
                var size = 0
                for (request, range) in ranges {
                    try connection.rows(for: request).forEach(in: range, of: request.place) { item in
                        size += item.sizeBytes
                        return true
                    }
                }
                return size
            }
        }
    }
}
