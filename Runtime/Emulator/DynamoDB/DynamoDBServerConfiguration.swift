/// What a DynamoDB alone, without a template, is started with.
package struct DynamoDBServerConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes a free one.
    package var port = 8_000
    /// Event loops that carry all connections.
    package var threads = 1
    /// nil keeps the tables in a temporary file.
    package var dataFile: String?
    package var syncsToDisk = false
    /// The keys whose signatures are taken, in the form of `~/.aws/credentials`; nil takes every request.
    package var credentialsFile: String?

    package init() {}
}
