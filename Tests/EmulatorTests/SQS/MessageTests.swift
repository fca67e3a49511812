import Emulator
import Testing
import Time

struct MessageTests {
    @Test func `the digests are those of RFC 1321 and of boto3's own check`() {
        #expect(MessageAttribute.md5(of: "message digest") == "f96b697d7cb7938d525a2f31aaf161d0")
        #expect(MessageAttribute.md5(of: [MessageAttribute]()) == nil)
        let attributes = [
            MessageAttribute(name: "b", dataType: "Binary", value: .binary([0, 255])),
            MessageAttribute(name: "a", dataType: "String", value: .text("é")),
        ]
        // Of the bytes, as Python's hashlib gives it.
        #expect(MessageAttribute.md5(of: attributes) == "8ed215b7ffae53a0b0f0a2ee4aeece7c")
        #expect(MessageAttribute.md5(of: attributes) == MessageAttribute.md5(of: attributes.reversed()))
    }

    @Test func `sequence numbers rise in the order of texts too`() {
        let numbers: [Int64] = [1, 9, 10, 1 << 60]
        let texts = numbers.map {
            QueueMessage(number: $0, id: "", body: "", senderID: "", sentAt: Timestamp(seconds: 0)).sequenceNumber
        }
        #expect(texts == texts.sorted() && texts.allSatisfy { $0.utf8.count == 20 })
    }

    @Test func `a message sent again is known for five minutes, and not longer`() {
        var known = Deduplication()
        let start = Timestamp(seconds: 100)
        let entry = Deduplication.Entry(messageID: "m", sequenceNumber: "1", sentAt: start)
        known.remember("d", entry)
        #expect(known.forget(at: start + .milliseconds(299_999)).isEmpty && known["d"] == entry)
        #expect(known.forget(at: start + .seconds(300)) == ["d"] && known["d"] == nil)
    }

    @Test func `the group belongs to the key only with its scope`() {
        #expect(Deduplication.key("d", group: nil) == "d")
        #expect(Deduplication.key("d", group: "g") != Deduplication.key("d", group: "h"))
    }
}
