/// The members of a JSON object in the order they were written. Names are distinct; of a name that is written twice
/// the last value counts, at the place of the first. Objects are equal whatever the order of their members is.
///
/// - Note: Source: RFC 8259, section 4.
package struct JSONObject: Sendable {
    package struct Member: Sendable {
        package var key: String
        package var value: JSONValue
    }

    /// Up to this many members looking at each in turn is quicker than hashing.
    static let scannedMembersMax = 16

    private(set) var storage: [Member]
    /// Where each name is, once there are more than ``scannedMembersMax``.
    private var positions: [ExactName: Int]?

    package init() { storage = [] }

    package init(_ pairs: some Sequence<(String, JSONValue)>) {
        storage = []
        for (name, value) in pairs { self[name] = value }
    }

    /// Members as the parser met them: names may come twice.
    init(parsed members: [Member]) {
        guard members.count > 1 else {
            storage = members
            return
        }
        if members.count <= Self.scannedMembersMax, !Self.hasRepeatedName(members) {
            storage = members
            return
        }
        storage = []
        storage.reserveCapacity(members.count)
        for member in members { self[member.key] = member.value }
    }

    private static func hasRepeatedName(_ members: [Member]) -> Bool {
        members.withUnsafeBufferPointer { members in
            for index in 1..<members.count {
                for earlier in 0..<index where members[earlier].key.hasSameBytes(as: members[index].key) { return true }
            }
            return false
        }
    }

    package var count: Int { storage.count }
    package var isEmpty: Bool { storage.isEmpty }
    package var keys: [String] { storage.map(\.key) }
    /// Names and values in order.
    package var members: [(key: String, value: JSONValue)] { storage.map { ($0.key, $0.value) } }

    package subscript(_ name: String) -> JSONValue? {
        get { position(of: name).map { storage[$0].value } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): storage[position].value = value
            case (let position?, nil):
                storage.remove(at: position)
                indexNames()
            case (nil, let value?):
                storage.append(Member(key: name, value: value))
                if positions == nil { indexNames() } else { positions![ExactName(name)] = storage.count - 1 }
            case (nil, nil): break
            }
        }
    }

    private mutating func indexNames() {
        guard storage.count > Self.scannedMembersMax else {
            positions = nil
            return
        }
        positions = Dictionary(uniqueKeysWithValues: storage.enumerated().map { (ExactName($1.key), $0) })
    }

    /// - Parameter hint: where the caller expects the name: readers mostly ask in the order of the members.
    @inline(__always)
    func position(of name: String, hint: Int = 0) -> Int? {
        if hint < storage.count, storage[hint].key.hasSameBytes(as: name) { return hint }
        if let positions { return positions[ExactName(name)] }
        return storage.firstIndex { $0.key.hasSameBytes(as: name) }
    }
}

extension JSONObject: Sequence {
    /// Names and values in order.
    package struct Iterator: IteratorProtocol {
        private var members: IndexingIterator<[Member]>

        init(_ object: JSONObject) { members = object.storage.makeIterator() }

        package mutating func next() -> (key: String, value: JSONValue)? {
            members.next().map { ($0.key, $0.value) }
        }
    }

    package func makeIterator() -> Iterator { Iterator(self) }

    /// The member of an object that has one and no other.
    package var onlyMember: (key: String, value: JSONValue)? {
        storage.count == 1 ? (storage[0].key, storage[0].value) : nil
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: Hashable {
    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        guard a.count == b.count else { return false }
        for (index, member) in a.storage.enumerated() {
            guard let position = b.position(of: member.key, hint: index), b.storage[position].value == member.value
            else { return false }
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        // A sum does not depend on the order.
        var sum = 0
        for member in storage {
            var inner = Hasher()
            inner.combine(member.key)
            inner.combine(member.value)
            sum &+= inner.finalize()
        }
        hasher.combine(storage.count)
        hasher.combine(sum)
    }
}

/// A name told from others by its bytes.
private struct ExactName: Hashable, Sendable {
    let text: String
    init(_ text: String) { self.text = text }

    static func == (a: ExactName, b: ExactName) -> Bool { a.text.hasSameBytes(as: b.text) }
    // Equal bytes hash equally, which is all that is asked of a hash.
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
