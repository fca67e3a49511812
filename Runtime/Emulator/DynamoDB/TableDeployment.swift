import ItemDB
import JSON
import Template

/// Makes the template's tables and fills them.
struct TableDeployment {
    private let endpoint: DynamoDBEndpoint

    init(database: ItemDatabase, clock: EmulatorClock) {
        endpoint = DynamoDBEndpoint(database: database, clock: clock, identifiers: IdentifierSource())
    }

    /// Properties of tables that CreateTable takes by the same name and in the same shape.
    private static let sharedProperties = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes", "ProvisionedThroughput"]

    /// Creates the tables that are not there yet and fills those with their seed. Their streams begin after it: a seed
    /// is the state from which everything starts and nothing that happened.
    ///
    /// - Parameters:
    ///   - seedFolder: holds `<logical id>.json` for each table to be filled; nil for none.
    ///   - others: logical ids whose seeds are not for tables.
    /// - Returns: the tables made.
    /// - Throws: `EmulatorError` at the table's place in the template, or with the file and item of the seed. Tables
    ///   made by this call are then gone again.
    @discardableResult
    func prepare(
        _ tables: [TableResource], seedFolder: String?, others: Set<String>
    ) async throws(EmulatorError) -> [TableResource] {
        var made: [TableResource] = []
        do throws(EmulatorError) {
            for table in tables {
                if try await exists(table) { continue }
                try await create(table)
                made.append(table)
            }
            if let seedFolder {
                try await seed(tables, from: seedFolder, only: Set(made.map(\.logicalID)), others: others)
            }
            for table in made { try await startStream(of: table) }
            return made
        } catch {
            try await remove(made)
            throw error
        }
    }

    func remove(_ tables: [TableResource]) async throws(EmulatorError) {
        for table in tables {
            let name: JSONValue = .string(table.name)
            if table.isDeletionProtected {
                _ = try await endpoint.perform("UpdateTable", ["TableName": name, "DeletionProtectionEnabled": false])
            }
            _ = try await endpoint.perform("DeleteTable", ["TableName": name])
        }
    }

    /// - Throws: `EmulatorError` if the table is there with other keys, indexes or stream than the template gives it.
    private func exists(_ table: TableResource) async throws(EmulatorError) -> Bool {
        guard try await endpoint.tableNames().contains(table.name) else { return false }
        let description = try await endpoint.perform("DescribeTable", ["TableName": .string(table.name)])["Table"]
        let wanted = JSONValue.object(Self.request(for: table))
        for property in ["KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            guard Self.shape(description?[property]) == Self.shape(wanted[property]) else {
                throw EmulatorError(
                    "\(table.position): \(property) of \(table.logicalID) differ from those of the stored table "
                        + "\(table.name). Delete that table or the --data file, or take the change back.")
            }
        }
        guard description?["StreamSpecification"]?["StreamViewType"] == wanted["StreamSpecification"]?["StreamViewType"]
        else {
            throw EmulatorError(
                "\(table.position): the stream of \(table.logicalID) differs from that of the stored table \(table.name). "
                    + "Delete that table or the --data file, or take the change back.")
        }
        return true
    }

    /// What of keys and indexes can be compared: the keys, and of each index its name, keys and projection.
    private static func shape(_ value: JSONValue?) -> Set<JSONValue> {
        Set(
            (value?.array ?? []).map { element in
                guard let name = element["IndexName"] else { return element }
                return [
                    "IndexName": name, "KeySchema": element["KeySchema"] ?? .null,
                    "Projection": element["Projection"] ?? .null,
                ]
            })
    }

    private func create(_ table: TableResource) async throws(EmulatorError) {
        do throws(EmulatorError) {
            var request = Self.request(for: table)
            request["StreamSpecification"] = nil
            _ = try await endpoint.perform("CreateTable", .object(request))
            if let attribute = table.timeToLiveAttribute {
                let setting: JSONValue = ["AttributeName": .string(attribute), "Enabled": true]
                _ = try await endpoint.perform(
                    "UpdateTimeToLive", ["TableName": .string(table.name), "TimeToLiveSpecification": setting])
            }
        } catch {
            throw EmulatorError("\(table.position): table \(table.logicalID) can't be created: \(error)")
        }
    }

    private func startStream(of table: TableResource) async throws(EmulatorError) {
        guard let specification = Self.request(for: table)["StreamSpecification"] else { return }
        _ = try await endpoint.perform(
            "UpdateTable", ["TableName": .string(table.name), "StreamSpecification": specification])
    }

    private static func request(for table: TableResource) -> JSONObject {
        var request: JSONObject = ["TableName": .string(table.name)]
        for name in sharedProperties { request[name] = table.properties[name]?.json }
        // Other types of tables say the same in other words or places; a parameter's value is a text even if it is
        // true.
        request["DeletionProtectionEnabled"] = .bool(table.isDeletionProtected)
        request["TableClass"] = table.tableClass.map { .string($0) }
        request["BillingMode"] = .string(table.billingMode)
        request["AttributeDefinitions"] = .array(
            table.attributes.map { ["AttributeName": .string($0.name), "AttributeType": .string($0.type)] })
        let keys = [(table.key.partition, "HASH")] + (table.key.sort.map { [($0, "RANGE")] } ?? [])
        request["KeySchema"] = .array(
            keys.map { ["AttributeName": .string($0.0), "KeyType": .string($0.1)] })
        if let view = table.streamView {
            request["StreamSpecification"] = ["StreamEnabled": true, "StreamViewType": .string(view)]
        }
        return request
    }

    /// Puts the items of `folder/<logical id>.json` into each of the tables named.
    ///
    /// - Throws: `EmulatorError` with the file, and the index of the item that can't be stored.
    /// - Parameter fresh: the logical ids of tables that were just made; others keep what they hold.
    private func seed(
        _ tables: [TableResource], from folder: String, only fresh: Set<String>, others: Set<String>
    ) async throws(EmulatorError) {
        let known = Set(tables.map(\.logicalID))
        for file in try Directory.entries(of: folder) where file.hasSuffix(".json") {
            let logicalID = String(file.dropLast(5))
            let path = "\(folder)/\(file)"
            if others.contains(logicalID) { continue }
            guard known.contains(logicalID) else {
                let names = known.isEmpty ? "none at all" : known.sorted().joined(separator: ", ")
                throw EmulatorError("\(path): the template has no table \(logicalID). It has: \(names).")
            }
            guard fresh.contains(logicalID), let table = tables.first(where: { $0.logicalID == logicalID }) else {
                continue
            }
            guard let items = try TextFile.json(path).array else {
                throw EmulatorError("\(path): a seed is an array of items in DynamoDB's JSON.")
            }
            for (index, item) in items.enumerated() {
                do throws(EmulatorError) {
                    _ = try await endpoint.perform("PutItem", ["TableName": .string(table.name), "Item": item])
                } catch {
                    throw EmulatorError("\(path): item \(index): \(error)")
                }
            }
        }
    }
}
