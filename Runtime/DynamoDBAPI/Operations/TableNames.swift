import ItemDB
import JSON

// The names and ARNs of tables.

extension DynamoDBService {
    func tableARN(_ name: String) -> String { "arn:aws:dynamodb:\(region):\(accountID):table/\(name)" }

    /// The table of this name or ARN; nil if there is none.
    ///
    /// - Throws: AccessDenied for an ARN of another account.
    /// - Note: Source: Amazon DynamoDB API Reference, TableName: "You can also provide the Amazon Resource Name (ARN)
    ///   of the table in this parameter."
    func tableIfAny(_ text: String) throws(APIError) -> Table? {
        guard text.isARN else { return database.table(named: text) }
        let prefix = tableARN("")
        guard text.hasPrefix(prefix) else {
            try checkAccount(ofARN: text)
            return nil
        }
        let name = String(text.dropFirst(prefix.count))
        // Backups are tables too, whose ARNs are no tables' ARNs.
        return TableNameText.isValid(name) ? database.table(named: name) : nil
    }

    /// The name in a table's ARN; a name is its own.
    static func tableName(of text: String) -> String {
        text.isARN ? text.split(separator: "/").last.map { String($0) } ?? text : text
    }

    private func checkAccount(ofARN arn: String) throws(APIError) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "dynamodb", parts[5].hasPrefix("table/") else {
            throw .validation("Invalid TableArn: \(arn)")
        }
        guard parts[4] == accountID[...] else {
            throw APIError(
                kind: .accessDenied,
                message:
                    "User: arn:aws:iam::\(accountID):root is not authorized to perform this operation on resource: "
                    + arn)
        }
    }
}
