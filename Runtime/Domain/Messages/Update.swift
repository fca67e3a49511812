package import Items
package import Time

/// A message of the client's to all who consented (R18).
package struct Update: StoredEntity, Hashable {
    /// Later than that it is no news, and is not delivered any more.
    package static let freshness: Duration = .seconds(86_400)

    package var id: String
    package var title: String
    package var text: String
    package var createdBy: String
    package var createdAt: Timestamp

    package init(id: String, title: String, text: String, createdBy: String, createdAt: Timestamp) {
        self.id = id
        self.title = title
        self.text = text
        self.createdBy = createdBy
        self.createdAt = createdAt
    }

    private static let partitionPrefix = "UPDATE#"

    package static func key(_ id: String) -> ItemKey { ItemKey(.users, partitionPrefix + id, ItemName.meta) }

    /// Whether an item with this key is an update.
    package static func isUpdate(key: Item) -> Bool {
        key[ItemKey.partitionName]?.string?.hasPrefix(partitionPrefix) == true
    }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "update")
        id = try reader.id(after: Self.partitionPrefix)
        title = try reader.string("title")
        text = try reader.string("text")
        createdBy = try reader.string("createdBy")
        createdAt = try reader.time("createdAt")
    }

    var item: Item {
        var item = Self.key(id).attributes
        item["title"] = .string(title)
        item["text"] = .string(text)
        item["createdBy"] = .string(createdBy)
        item["createdAt"] = .time(createdAt)
        return item
    }
}

/// Why an update is not sent; earlier cases win.
package enum UpdateRefusal: Refusal {
    /// The idempotency key stands for another update.
    case keyReused
    case titleInvalid
    case textInvalid

    package enum Code: String, CaseIterable, Sendable {
        case keyReused = "IDEMPOTENCY_KEY_REUSED"
        case titleInvalid = "TITLE_INVALID"
        case textInvalid = "TEXT_INVALID"
    }

    package var code: Code {
        switch self {
        case .keyReused: .keyReused
        case .titleInvalid: .titleInvalid
        case .textInvalid: .textInvalid
        }
    }

    package var message: String {
        switch self {
        case .keyReused: "This request was already used to send another update. Start again from the form."
        case .titleInvalid: "A title has 1 to \(UpdateDraft.titleBytesMax) bytes that are not all blank, on one line."
        case .textInvalid: "A text has 1 to \(UpdateDraft.textBytesMax) bytes that are not all blank."
        }
    }
}

/// What an administrator wants to say.
package struct UpdateDraft: Hashable, Sendable {
    /// Bytes of UTF-8, so that ``InboxMessage/pageMessagesMax`` of them fit one WebSocket message.
    package static let titleBytesMax = 200
    package static let textBytesMax = 2_000

    package var title: String
    package var text: String

    package init(title: String, text: String) {
        self.title = title
        self.text = text
    }

    fileprivate var refusal: UpdateRefusal? {
        guard Self.isText(title, bytesMax: Self.titleBytesMax, allowing: []) else { return .titleInvalid }
        return Self.isText(text, bytesMax: Self.textBytesMax, allowing: ["\n"]) ? nil : .textInvalid
    }

    private static func isText(_ text: String, bytesMax: Int, allowing controls: Set<Unicode.Scalar>) -> Bool {
        text.utf8.count <= bytesMax && !text.allSatisfy(\.isWhitespace)
            && text.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control || controls.contains($0)
            }
    }
}

/// Decides whether an update is sent (R18); the same request come again is accepted and writes nothing. That it is
/// stored is what sends it: the rest follows from the table's stream.
///
/// - Parameters:
///   - id: derives from the request, so that a request come again finds its update.
///   - earlier: the update under that id.
package func decideUpdate(
    _ draft: UpdateDraft, id: String, by userID: String, after earlier: Update?, at now: Timestamp
) -> Decision<Update, UpdateRefusal> {
    if let earlier {
        let isSame = (earlier.title, earlier.text) == (draft.title, draft.text)
        return isSame ? .accepted(earlier, writes: []) : .refused(.keyReused)
    }
    if let refusal = draft.refusal { return .refused(refusal) }
    let update = Update(id: id, title: draft.title, text: draft.text, createdBy: userID, createdAt: now)
    return .accepted(update, writes: [.insert(update.item, in: .users)])
}
