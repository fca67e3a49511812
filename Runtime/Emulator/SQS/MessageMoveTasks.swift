import Items
import JSON
import NIOCore
import Time

/// Messages on their way back from a dead-letter queue.
struct MessageMoveTask {
    enum Status: String {
        case running = "RUNNING"
        case completed = "COMPLETED"
        case cancelled = "CANCELLED"
        case failed = "FAILED"
    }

    var id: String
    var sourceARN: String
    /// nil for the queue each message came from.
    var destinationARN: String?
    var perSecondMax: Int?
    var startedAt: Timestamp
    var toMove: Int
    var moved = 0
    var status = Status.running
    var failure: String?

    /// What a client names it by.
    var handle: String {
        let value: JSONValue = ["taskId": .string(id), "sourceArn": .string(sourceARN)]
        return Base64.text(of: value.compactBytes)
    }
}

/// - Note: Source: Amazon SQS API Reference, StartMessageMoveTask and its kin.
extension SQSService {
    private static let kind = "sqs.move"
    /// In one turn of the loop, so that others get their turns.
    private static let movedAtOnce = 500
    /// Tasks of a queue that are remembered.
    private static let listedMax = 10
    private static let perSecondRange = 1...500

    func startMoveTask(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let sourceARN = try input.requireText("SourceArn")
        let destinationARN = try input.text("DestinationArn")
        let perSecond = try input.integer(
            "MaxNumberOfMessagesPerSecond", in: Self.perSecondRange, reason: "Must be between 1 and 500.")
        guard let source = queue(arn: sourceARN) else {
            throw .resourceUnknown("The resource that you specified for the SourceArn parameter doesn't exist.")
        }
        if let destinationARN, queue(arn: destinationARN) == nil {
            throw .resourceUnknown("The resource that you specified for the DestinationArn parameter doesn't exist.")
        }
        guard queues.values.contains(where: { $0.settings.redrive?.targetARN == sourceARN }) else {
            throw .invalidParameter("Source queue must be configured as a Dead Letter Queue.")
        }
        guard sourceARN != destinationARN else {
            throw .invalidParameter("Source queue arn and destination queue arn cannot be same.")
        }
        guard !moveTasks.contains(where: { $0.sourceARN == sourceARN && $0.status == .running }) else {
            throw ServiceFault(
                code: "UnsupportedOperation",
                message: "There is already a task running. Only one active task is allowed for a source queue arn at a "
                    + "given time.")
        }
        source.settle()
        let task = MessageMoveTask(
            id: host.identifiers.requestID(), sourceARN: sourceARN, destinationARN: destinationARN,
            perSecondMax: perSecond, startedAt: host.clock.now, toMove: source.messages.readyCount)
        moveTasks.insert(task, at: 0)
        keep(task)
        forgetOldTasks(of: sourceARN)
        continueMoving(task.id)
        return ["TaskHandle": .string(task.handle)]
    }

    func listMoveTasks(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let sourceARN = try input.requireText("SourceArn")
        let limit = try input.integer("MaxResults", in: 1...Self.listedMax, reason: "Must be between 1 and 10.") ?? 1
        guard queue(arn: sourceARN) != nil else {
            throw .resourceUnknown("The resource that you specified for the SourceArn parameter doesn't exist.")
        }
        let tasks = moveTasks.filter { $0.sourceARN == sourceARN }.prefix(limit)
        return ["Results": .array(tasks.map(\.json))]
    }

    func cancelMoveTask(_ input: SQSInput) throws(ServiceFault) -> JSONValue {
        let handle = try input.requireText("TaskHandle")
        guard let index = moveTasks.firstIndex(where: { $0.handle == handle }) else {
            throw .resourceUnknown("Task does not exist.")
        }
        guard moveTasks[index].status == .running else {
            throw ServiceFault(
                code: "UnsupportedOperation", message: "Only active tasks can be cancelled.")
        }
        moveTasks[index].status = .cancelled
        keep(moveTasks[index])
        return ["ApproximateNumberOfMessagesMoved": .number(JSONNumber(moveTasks[index].moved))]
    }

    /// Takes up what an earlier run left.
    func resumeMoveTasks() throws(EmulatorError) {
        for (key, value) in try host.journal.load(Self.kind) {
            guard let task = MessageMoveTask(record: try? parseJSON(value), id: key) else {
                throw EmulatorError("The kept move task \(key) can't be read.")
            }
            moveTasks.append(task)
        }
        moveTasks.sort { $0.startedAt > $1.startedAt }
        for task in moveTasks where task.status == .running { continueMoving(task.id) }
    }

    // MARK: Moving

    private func continueMoving(_ id: String) {
        let move = host.callback { [self] (_: Void) in moveSome(id) }
        host.loop.execute { move(()) }
    }

    private func moveSome(_ id: String) {
        guard let index = moveTasks.firstIndex(where: { $0.id == id }), moveTasks[index].status == .running else {
            return
        }
        var task = moveTasks[index]
        let limit = task.perSecondMax ?? Self.movedAtOnce
        let failure = move(limit, of: &task)
        if let failure { (task.status, task.failure) = (.failed, failure) }
        moveTasks[index] = task
        keep(task)
        guard task.status == .running else { return }
        if task.perSecondMax == nil {
            continueMoving(id)
        } else {
            host.timers.schedule(at: host.clock.now + .seconds(1)) { [self] in moveSome(id) }
        }
    }

    /// - Returns: why it can't go on.
    private func move(_ limit: Int, of task: inout MessageMoveTask) -> String? {
        guard let source = queue(arn: task.sourceARN) else { return "The source queue does not exist." }
        // Those that arrive later stay, so that what fails again does not go round in circles.
        let limit = min(limit, task.toMove - task.moved)
        let messages = limit > 0 ? source.receive(limit, visibility: .seconds(1), deadLetters: nil) : []
        for message in messages {
            guard let destination = queue(arn: task.destinationARN ?? message.deadLetterSourceARN ?? "") else {
                source.changeVisibility(of: message.number, to: .zero)
                return "A message's original source is not known or does not exist."
            }
            destination.takeBack(message)
            source.remove(message.number)
            task.moved += 1
        }
        if task.moved >= task.toMove || messages.isEmpty { task.status = .completed }
        return nil
    }

    private func forgetOldTasks(of sourceARN: String) {
        for task in moveTasks.filter({ $0.sourceARN == sourceARN }).dropFirst(Self.listedMax) {
            moveTasks.removeAll { $0.id == task.id }
            host.journal.remove(Self.kind, task.id)
        }
    }

    private func keep(_ task: MessageMoveTask) { host.journal.put(Self.kind, task.id, task.record) }
}

extension MessageMoveTask {
    fileprivate var json: JSONValue {
        var json: JSONObject = [
            "Status": .string(status.rawValue), "SourceArn": .string(sourceARN),
            "ApproximateNumberOfMessagesMoved": .number(JSONNumber(moved)),
            "ApproximateNumberOfMessagesToMove": .number(JSONNumber(toMove)),
            "StartedTimestamp": .number(JSONNumber(Int(startedAt.milliseconds))),
        ]
        // AWS names only a running task, for then it can be cancelled.
        if status == .running { json["TaskHandle"] = .string(handle) }
        json["DestinationArn"] = destinationARN.map { .string($0) }
        json["MaxNumberOfMessagesPerSecond"] = perSecondMax.map { .number(JSONNumber($0)) }
        json["FailureReason"] = failure.map { .string($0) }
        return .object(json)
    }

    fileprivate var record: [UInt8] { json.compactBytes }

    fileprivate init?(record: JSONValue?, id: String) {
        guard let record, let source = record["SourceArn"]?.string, let started = record["StartedTimestamp"]?.int,
            let status = record["Status"]?.string.flatMap(Status.init),
            let moved = record[
                "ApproximateNumberOfMessagesMoved"]?.int,
            let toMove = record["ApproximateNumberOfMessagesToMove"]?.int
        else { return nil }
        self.init(
            id: id, sourceARN: source, destinationARN: record["DestinationArn"]?.string,
            perSecondMax: record["MaxNumberOfMessagesPerSecond"]?.int,
            startedAt: Timestamp(milliseconds: Int64(started)), toMove: toMove, moved: moved, status: status,
            failure: record["FailureReason"]?.string)
    }
}
