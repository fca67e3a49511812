import JSON

/// The tables of the bundle, in an emulator that runs its template.
struct BundleTables {
    let load: LoadGenerator
    let votings: String
    let users: String

    init(_ load: LoadGenerator) throws(LoadGenerator.Failure) {
        self.load = load
        var names: [String] = []
        _ = try load.run(count: 1, connections: 1) { _ in
            HTTPRequests.dynamoDB("ListTables", "{}")
        } accepts: { status, body in
            names = (try? parseJSON(Array(body)))?["TableNames"]?.array?.compactMap(\.string) ?? []
            return status == 200
        }
        guard let votings = names.first(where: { $0.hasSuffix("VotingsTable") }),
            let users = names.first(where: { $0.hasSuffix("UsersTable") })
        else { throw LoadGenerator.Failure(description: "the template's tables are missing: \(names)") }
        self.votings = votings
        self.users = users
    }

    func put(_ item: String, in table: String) throws(LoadGenerator.Failure) {
        _ = try load.run(count: 1, connections: 1) { _ in
            HTTPRequests.dynamoDB("PutItem", #"{"TableName":"\#(table)","Item":\#(item)}"#)
        } accepts: { status, _ in
            status == 200
        }
    }

    /// Gives each of the users `credits`.
    func giveCredits(_ credits: Int, to userIDs: [String]) throws(LoadGenerator.Failure) {
        let perBatch = 25
        _ = try load.run(count: (userIDs.count + perBatch - 1) / perBatch, connections: 8) { batch in
            let puts = userIDs[batch * perBatch..<min((batch + 1) * perBatch, userIDs.count)].map { user in
                #"{"PutRequest":{"Item":{"pk":{"S":"USER#\#(user)"},"sk":{"S":"BALANCE"},"credits":{"N":"\#(credits)"}}}}"#
            }
            return HTTPRequests.dynamoDB(
                "BatchWriteItem", #"{"RequestItems":{"\#(users)":[\#(puts.joined(separator: ","))]}}"#)
        } accepts: { status, _ in
            status == 200
        }
    }

    /// Reads a whole table, page by page, and gives each item for which the filter holds to `each`.
    func scan(
        _ table: String, filter: String, values: JSONValue, projection: String = "pk, sk", each: (JSONValue) -> Void
    ) throws(LoadGenerator.Failure) {
        var start: JSONValue?
        repeat {
            var request: JSONObject = [
                "TableName": .string(table), "FilterExpression": .string(filter), "ExpressionAttributeValues": values,
                "ProjectionExpression": .string(projection),
            ]
            request["ExclusiveStartKey"] = start
            let body = JSONValue.object(request).compactText
            _ = try load.run(count: 1, connections: 1) { _ in
                HTTPRequests.dynamoDB("Scan", body)
            } accepts: { status, body in
                let page = try? parseJSON(Array(body))
                for item in page?["Items"]?.array ?? [] { each(item) }
                start = page?["LastEvaluatedKey"]
                return status == 200
            }
        } while start != nil
    }

    func count(in table: String, filter: String, values: JSONValue) throws(LoadGenerator.Failure) -> Int {
        var total = 0
        try scan(table, filter: filter, values: values) { _ in total += 1 }
        return total
    }
}
