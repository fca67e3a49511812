import JSON
import Template

/// Makes the template's tables and fills them.
struct TableDeployment {
    let endpoint: DynamoDBEndpoint

    /// Properties of `AWS::DynamoDB::Table` that CreateTable takes by the same name and in the same shape.
    private static let sharedProperties = [
        "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode",
        "ProvisionedThroughput", "TableClass", "DeletionProtectionEnabled",
    ]

    /// Creates the tables that are not there yet.
    ///
    /// - Returns: the names of those that were made.
    /// - Throws: `EmulatorError` at the table's place in the template.
    func create(_ tables: [TableResource]) async throws(EmulatorError) -> Set<String> {
        let existing = try await endpoint.perform("ListTables", [:])["TableNames"]?.array?.compactMap(\.string) ?? []
        var created: Set<String> = []
        for table in tables where !existing.contains(table.name) {
            do throws(EmulatorError) {
                _ = try await endpoint.perform("CreateTable", Self.request(for: table))
                if let attribute = table.timeToLiveAttribute {
                    let setting: JSONValue = ["AttributeName": .string(attribute), "Enabled": true]
                    _ = try await endpoint.perform(
                        "UpdateTimeToLive",
                        ["TableName": .string(table.name), "TimeToLiveSpecification": setting])
                }
            } catch {
                throw EmulatorError("\(table.position): table \(table.logicalID) can't be created: \(error)")
            }
            created.insert(table.logicalID)
        }
        return created
    }

    private static func request(for table: TableResource) -> JSONValue {
        var request: JSONObject = ["TableName": .string(table.name)]
        for name in sharedProperties { request[name] = table.properties[name]?.json }
        if let view = table.streamView {
            request["StreamSpecification"] = ["StreamEnabled": true, "StreamViewType": .string(view)]
        }
        return .object(request)
    }

    /// Puts the items of `folder/<logical id>.json` into each of the tables named.
    ///
    /// - Throws: `EmulatorError` with the file, and the index of the item that can't be stored.
    /// - Parameter fresh: the logical ids of tables that were just made; others keep what they hold.
    func seed(_ tables: [TableResource], from folder: String, only fresh: Set<String>) async throws(EmulatorError) {
        let known = Set(tables.map(\.logicalID))
        for file in try Directory.entries(of: folder) where file.hasSuffix(".json") {
            let logicalID = String(file.dropLast(5))
            let path = "\(folder)/\(file)"
            guard known.contains(logicalID) else {
                throw EmulatorError("\(path): the template has no table \(logicalID). It has: \(known.sorted().joined(separator: ", ")).")
            }
            guard fresh.contains(logicalID), let table = tables.first(where: { $0.logicalID == logicalID }) else { continue }
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
