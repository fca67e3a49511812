import Expressions
import ItemDB
import JSON

/// What DynamoDB says of an UpdateTable that changes indexes.
enum IndexUpdateChecks {
    /// Each entry is one change of one index, and one index at most is made or deleted at a time.
    static func check(_ updates: [Request]) throws(APIError) {
        var names: Set<String> = []
        var onlineChanges = 0
        for entry in updates {
            let actions = ["Update", "Create", "Delete"].filter(entry.has)
            guard let action = actions.first else {
                throw .invalid(
                    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                        + "GlobalSecondaryIndexUpdate.Delete must not be null")
            }
            guard actions.count == 1 else {
                throw .invalid(
                    "Only one of GlobalSecondaryIndexUpdate.\(actions.joined(separator: ", ")) can be specified")
            }
            let name = entry.structure(action)?.string("IndexName") ?? ""
            guard names.insert(name).inserted else {
                throw .invalid(
                    "Only one global secondary index update per index is allowed simultaneously. Index: \(name)")
            }
            if action != "Update" { onlineChanges += 1 }
        }
        guard onlineChanges <= 1 else {
            throw APIError(
                kind: .limitExceeded,
                message:
                    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
        }
    }

    /// An attribute that is part of a key already keeps its type.
    static func check(_ key: KeySchema, against definitions: [KeyAttribute]) throws(APIError) {
        for attribute in key.attributes {
            guard let known = definitions.first(where: { $0.name == attribute.name }), known.type != attribute.type
            else {
                continue
            }
            let kind = attribute == key.partition ? "HASH" : "RANGE"
            throw .invalid(
                "Attributes cannot be redefined. Please check that your attribute has the same type as previously "
                    + "defined. Existing schema: Schema:[SchemaElement: key{\(known.name):\(known.type.rawValue):\(kind)}] "
                    + "New schema: Schema:[SchemaElement: key{\(known.name):\(attribute.type.rawValue):\(kind)}]")
        }
    }

    static func check(isGlobal name: String, of table: Table) throws(APIError) {
        guard let index = table.index(named: name) else {
            throw APIError(kind: .resourceNotFound, message: "Requested resource not found")
        }
        guard !index.definition.isLocal else { throw .invalid("\(name) is not a global secondary index") }
    }
}
