import Digest
package import Domain
package import JSON
import Time

extension InboxPlace {
    /// As a text that fits into an address; it means something in its own inbox alone.
    package var cursor: String { hexadecimal(Array("\(sentAt.milliseconds)#\(messageID)".utf8)) }

    /// nil unless it is such a text.
    package init?(cursor: String) {
        guard cursor.utf8.count <= Self.cursorBytesMax, let bytes = bytes(hexadecimal: cursor),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let parts = text.split(separator: "#", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else { return nil }
        self.init(sentAt: Timestamp(milliseconds: milliseconds), messageID: String(parts[1]))
    }

    /// More than any message's id and time come to.
    private static let cursorBytesMax = 1_200
}

extension InboxMessage {
    /// What clients see of a message.
    package var json: JSONObject {
        var json: JSONObject = ["messageID": .string(id), "kind": .string(content.kind.rawValue)]
        // An update's id means nothing to who reads it.
        if content.kind != .update { json["votingID"] = .string(content.reference) }
        json["title"] = .string(content.title)
        json["text"] = .string(content.text)
        if let at = content.at { json["at"] = .string(at.description) }
        json["sentAt"] = .string(sentAt.description)
        json["isRead"] = .bool(readAt != nil)
        return json
    }
}
