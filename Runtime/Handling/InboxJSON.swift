package import Domain
package import JSON
import Time

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
