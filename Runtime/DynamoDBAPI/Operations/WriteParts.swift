import Expressions
import ItemDB
import Items
import JSON

/// What a single write is made of besides its item: its condition, and what it returns.
struct WriteParts {
    var condition: ItemPredicate?
    var returnValues: String
    var returnsItemOnFailure: Bool
    var capacityDetail: Capacity.Detail
    var returnsMetrics: Bool
    /// The table as the request names it: by its name or its ARN.
    private var shownTable: String

    init(_ request: Request, condition: ConditionExpression?, expected: LegacyCondition?) {
        if let condition {
            self.condition = { condition.holds(for: $0) }
        } else if let expected {
            self.condition = { expected.holds(for: $0) }
        }
        returnValues = request.string("ReturnValues") ?? "NONE"
        returnsItemOnFailure = request.string("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        capacityDetail = Capacity.detail(of: request)
        shownTable = request.string("TableName") ?? ""
        returnsMetrics = request.string("ReturnItemCollectionMetrics") == "SIZE"
    }

    /// The answer to a write that was made.
    ///
    /// - Parameter key: the item's key attributes.
    func response(_ outcome: MutationOutcome, _ table: Table, key: Item, attributes: ReturnedAttributes?)
        -> DynamoDBResponse
    {
        if case .none = capacityDetail, !returnsMetrics, attributes == nil { return Self.empty }
        var writer = ResponseWriter()
        switch attributes {
        case .stored(let item)?: writer.member("Attributes", item)
        case .chosen(let item)?: writer.member("Attributes", item)
        case nil: break
        }
        if capacityDetail != .none {
            var capacity = Capacity()
            capacity.add(outcome, of: table)
            writer.member("ConsumedCapacity", capacity.json(shownTable, capacityDetail))
        }
        if returnsMetrics, let metrics = Self.metrics(table, key: key) {
            writer.member("ItemCollectionMetrics", metrics)
        }
        return writer.finished()
    }

    static let empty = DynamoDBResponse(status: 200, body: Array("{}".utf8))

    /// The estimate of an item collection, which only tables with a local index have. All of them are small here.
    static func metrics(_ table: Table, key: Item) -> JSONValue? {
        guard table.indexes.contains(where: \.definition.isLocal), let value = key[table.key.partition.name] else {
            return nil
        }
        return [
            "ItemCollectionKey": Item([table.key.partition.name: value]).dynamoDBJSON, "SizeEstimateRangeGB": [0, 1],
        ]
    }
}

enum ReturnedAttributes {
    case stored(StoredItem)
    case chosen(Item)
}

extension DynamoDBService {
    /// The table that a request names.
    func table(_ request: Request) throws(APIError) -> Table {
        let name = request.string("TableName") ?? ""
        guard let table = try tableIfAny(name) else {
            guard name.utf8.count >= TableNameText.lengths.lowerBound else {
                throw .validation(
                    "TableName must be at least 3 characters long and at most 255 characters long")
            }
            throw .tableNotFound
        }
        return table
    }

    func submit(
        _ mutation: () throws(KeyFailure) -> Mutation, _ parts: WriteParts, _ completion: @escaping Completion,
        _ response: @escaping @Sendable (MutationOutcome) -> DynamoDBResponse
    ) throws(APIError) {
        let made: Mutation
        do { made = try mutation() } catch { throw .of(error) }
        let returnsItem = parts.returnsItemOnFailure
        database.write(made) { result in
            switch result {
            case .success(let outcome): completion(response(outcome))
            case .failure(let failure): completion(APIError.of(failure, returnsItem: returnsItem).response)
            }
        }
    }
}
