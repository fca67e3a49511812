import Events
import Foundation
import JSON
import Testing

/// Every recorded event is read as its type and written again as it was.
struct FixtureTests {
    static let events = URL(filePath: #filePath).appending(path: "../../../events").standardizedFileURL

    static func files() throws -> [URL] {
        let folders = try FileManager.default.contentsOfDirectory(at: events, includingPropertiesForKeys: nil)
            .filter { $0.hasDirectoryPath && !["seed", "flows"].contains($0.lastPathComponent) }
        return try folders.flatMap {
            try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
        }
        .filter { $0.pathExtension == "json" && !$0.lastPathComponent.hasSuffix(".expected.json") }
    }

    /// By function, what reads an event as its type and writes it again; all others come from an HTTP API. One line
    /// each.
    static let types: [String: @Sendable (JSONValue) throws -> JSONValue] = [
        // What it is asked is its own business.
        "AuditBooks": { $0 },
        "AuthorizeConnection": { try again(ConnectionRequest.self, $0) },
        "Connect": { try again(WebSocketEvent.self, $0) },
        "CountVotes": { try again(ScheduledVotingEvent.self, $0) },
        "DeliverMessage": { try again(SQSEvent.self, $0) },
        "GreetUser": { try again(UserPoolEvent.self, $0) },
        "ProcessAvatar": { try again(S3Event.self, $0) },
        "PublishEvents": { try again(DynamoDBStreamEvent.self, $0) },
        "RecordSignIn": { try again(UserPoolEvent.self, $0) },
        "RefundVotes": { try again(SQSEvent.self, $0) },
        "ReleaseStock": { try again(SQSEvent.self, $0) },
        "ScheduleVoting": { try again(DynamoDBStreamEvent.self, $0) },
        "SendAlert": { try again(ScheduledVotingEvent.self, $0) },
        "SendReminder": { try again(ScheduledVotingEvent.self, $0) },
        "SpreadUpdate": { try again(DynamoDBStreamEvent.self, $0) },
        "TallyVotes": { try again(DynamoDBStreamEvent.self, $0) },
    ]

    @Test func `every event re-encodes to what it was`() throws {
        let files = try Self.files()
        #expect(files.count > 200)
        for file in files {
            let json = try parseJSON(Array(Data(contentsOf: file)))
            let function = file.deletingLastPathComponent().lastPathComponent
            let written = try Self.types[function]?(json) ?? Self.again(HTTPEvent.self, json)
            // `"scopes": null` is how a token without scopes comes; leaving it out says the same.
            #expect(written.withoutNulls == json.withoutNulls, "\(file.lastPathComponent)")
        }
    }

    private static func again<Event: Codable & Equatable>(
        _ type: Event.Type, _ json: JSONValue
    ) throws -> JSONValue {
        let event = try decodeJSON(type, from: json)
        let written = try encodeJSONValue(event)
        #expect(try decodeJSON(type, from: written) == event)
        return written
    }
}

extension JSONValue {
    fileprivate var withoutNulls: JSONValue {
        guard let object else { return self }
        return .object(JSONObject(object.members.filter { !$0.value.isNull }.map { ($0.key, $0.value.withoutNulls) }))
    }
}
