import Emulator
import Testing
import Time

struct QueueMessagesTests {
    static let start = Timestamp(seconds: 1_000)
    static let retention = Duration.seconds(345_600)

    static func message(_ queue: QueueMessages, _ body: String, group: String? = nil, delay: Duration = .zero)
        -> QueueMessage
    {
        var message = QueueMessage(
            number: queue.nextNumber(at: start), id: body, body: body, senderID: "s", sentAt: start)
        message.groupID = group
        if delay > .zero { message.state = .delayed(until: start + delay) }
        return message
    }

    static func receive(_ queue: QueueMessages, _ limit: Int = 10, seconds: Int = 30, at now: Timestamp = start)
        -> [String]
    {
        queue.settle(at: now, retention: retention)
        return queue.receive(limit, visibility: .seconds(seconds), maxReceiveCount: nil, at: now).received.map(\.body)
    }

    @Test func `messages come in order, are out of sight, and come back`() {
        let queue = QueueMessages(isFIFO: false) { _ in }
        for body in ["a", "b", "c"] { queue.add(Self.message(queue, body)) }
        #expect(Self.receive(queue, 2) == ["a", "b"])
        #expect((queue.readyCount, queue.inFlightCount) == (1, 2))
        #expect(queue.nextDue == Self.start + .seconds(30))
        #expect(Self.receive(queue, at: Self.start + .milliseconds(29_999)) == ["c"])
        #expect(Self.receive(queue, at: Self.start + .seconds(30)) == ["a", "b"])
    }

    @Test func `a delayed message is ready at its instant`() {
        let queue = QueueMessages(isFIFO: false) { _ in }
        queue.add(Self.message(queue, "a", delay: .seconds(5)))
        #expect(queue.delayedCount == 1 && !queue.hasAvailable && queue.nextDue == Self.start + .seconds(5))
        #expect(Self.receive(queue, at: Self.start + .milliseconds(4_999)).isEmpty)
        #expect(Self.receive(queue, at: Self.start + .seconds(5)) == ["a"])
    }

    @Test func `a message received too often is taken out`() {
        let queue = QueueMessages(isFIFO: false) { _ in }
        queue.add(Self.message(queue, "a"))
        for receive in 1...3 {
            let (received, spent) = queue.receive(1, visibility: .zero, maxReceiveCount: 2, at: Self.start)
            #expect(received.count == (receive <= 2 ? 1 : 0) && spent.count == (receive <= 2 ? 0 : 1))
        }
        #expect(queue.count == 0)
    }

    @Test func `the limit of messages in flight is met and not passed`() {
        let queue = QueueMessages(isFIFO: false) { _ in }
        for number in 0...QueueMessages.inFlightMax { queue.add(Self.message(queue, "\(number)")) }
        #expect(Self.receive(queue, .max).count == QueueMessages.inFlightMax)
        #expect(Self.receive(queue).isEmpty && queue.readyCount == 1)
    }

    @Test func `what is older than the retention goes, in flight or not`() {
        let queue = QueueMessages(isFIFO: false) { _ in }
        for body in ["a", "b"] { queue.add(Self.message(queue, body)) }
        #expect(Self.receive(queue, 1, seconds: 43_200) == ["a"])
        queue.settle(at: Self.start + .milliseconds(59_999), retention: .seconds(60))
        #expect(queue.count == 2)
        queue.settle(at: Self.start + .seconds(60), retention: .seconds(60))
        #expect(queue.count == 0 && queue.inFlightCount == 0)
    }

    @Test func `a hundred thousand waiting messages cost each operation little`() {
        let queue = QueueMessages(isFIFO: false) { _ in }
        for number in 0..<100_000 { queue.add(Self.message(queue, "\(number)")) }
        let clock = ContinuousClock()
        let time = clock.measure {
            for _ in 0..<1_000 {
                for message in queue.receive(10, visibility: .seconds(30), maxReceiveCount: nil, at: Self.start)
                    .received
                {
                    queue.remove(message.number)
                }
            }
        }
        #expect(queue.count == 90_000)
        // A step per message would be a hundred thousand times ten thousand.
        #expect(time < .seconds(5))
    }

    /// Any order of calls against the plainest model there is: a group gives its messages in the order of their
    /// arrival, and none while one is in flight.
    @Test(arguments: 0..<50) func `a FIFO queue does as its model does`(seed: UInt64) {
        var random = SmallRandom(state: seed)
        let queue = QueueMessages(isFIFO: true) { _ in }
        var model = FIFOModel()
        var now = Self.start
        for step in 0..<400 {
            switch random.next(below: 6) {
            case 0, 1:
                let group = "g\(random.next(below: 4))"
                let message = Self.message(queue, "\(step)", group: group)
                queue.add(message)
                model.messages.append(.init(number: message.number, group: group))
            case 2, 3:
                let limit = random.next(below: 5) + 1
                queue.settle(at: now, retention: Self.retention)
                let got = queue.receive(limit, visibility: .seconds(10), maxReceiveCount: nil, at: now).received
                #expect(got.map(\.number) == model.receive(limit, until: now + .seconds(10), at: now))
            case 4:
                guard let message = model.messages.filter({ $0.until > now }).randomElement(using: &random) else {
                    continue
                }
                if random.next(below: 3) > 0 {
                    queue.remove(message.number)
                    model.messages.removeAll { $0.number == message.number }
                } else {
                    queue.changeVisibility(of: message.number, until: now, at: now)
                    model.change(message.number, until: now)
                }
            default: now = now + .seconds(random.next(below: 4))
            }
            queue.settle(at: now, retention: Self.retention)
            #expect(queue.count == model.messages.count)
            #expect(queue.inFlightCount == model.messages.count { $0.until > now })
        }
    }
}

private struct FIFOModel {
    struct Entry {
        var number: Int64
        var group: String
        var until = Timestamp(milliseconds: 0)
    }
    var messages: [Entry] = []

    mutating func receive(_ limit: Int, until: Timestamp, at now: Timestamp) -> [Int64] {
        var got: [Int64] = []
        var groups: [String] = []
        for message in messages where !groups.contains(message.group) { groups.append(message.group) }
        for group in groups where !messages.contains(where: { $0.group == group && $0.until > now }) {
            for message in messages where message.group == group && got.count < limit { got.append(message.number) }
        }
        for number in got { change(number, until: until) }
        return got
    }

    mutating func change(_ number: Int64, until: Timestamp) {
        for index in messages.indices where messages[index].number == number { messages[index].until = until }
    }
}

/// A small generator with a fixed sequence per seed.
private struct SmallRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }

    mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
