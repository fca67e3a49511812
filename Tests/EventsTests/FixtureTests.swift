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

    @Test func `every HTTP event re-encodes to what it was`() throws {
        let files = try Self.files()
        #expect(files.count > 200)
        for file in files {
            let json = try parseJSON(Array(Data(contentsOf: file)))
            // `"scopes": null` is how a token without scopes comes; leaving it out says the same.
            let event = try decodeJSON(HTTPEvent.self, from: json)
            let again = try decodeJSON(HTTPEvent.self, from: encodeJSONValue(event))
            #expect(again == event, "\(file.lastPathComponent)")
            #expect(try encodeJSONValue(event).withoutNulls == json.withoutNulls, "\(file.lastPathComponent)")
        }
    }
}

extension JSONValue {
    fileprivate var withoutNulls: JSONValue {
        guard let object else { return self }
        return .object(JSONObject(object.members.filter { !$0.value.isNull }.map { ($0.key, $0.value.withoutNulls) }))
    }
}
