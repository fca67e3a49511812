import AWSServices
import HTTPTransport
import JSON
import Services
import Testing
import Time

struct EventBridgeSchedulerTests {
    static func scheduler(_ client: FakeHTTPClient) -> EventBridgeScheduler {
        EventBridgeScheduler(
            endpoint: endpoint("scheduler", client), group: "votings", roleARN: "arn:role",
            deadLettersARN: "arn:dead", retries: Pauses().policy)
    }
    static let schedule = OneTimeSchedule(
        name: "v1-ALERT-v2", at: Timestamp(milliseconds: 1_440_938_160_001), target: "arn:target", input: #"{"a":1}"#)
    static let done = FakeHTTPClient.Answer.response(200, ["ScheduleArn": "arn:schedule"])
    static func refused(_ error: String, _ status: Int = 409) -> FakeHTTPClient.Answer {
        .response(status, ["__type": .string(error), "Message": "why"])
    }
    static let exists = refused("ConflictException")
    static let unknown = refused("ResourceNotFoundException", 404)
    static let create = "POST /schedules/v1-ALERT-v2"
    static let update = "PUT /schedules/v1-ALERT-v2"

    @Test func `a schedule is one call at the next whole second, and goes then`() async throws {
        let client = FakeHTTPClient([Self.done])
        try await Self.scheduler(client).put(Self.schedule)
        #expect(client.calls == [Self.create])
        #expect(
            client.bodies == [
                [
                    "GroupName": "votings", "ScheduleExpression": "at(2015-08-30T12:36:01)",
                    "ScheduleExpressionTimezone": "UTC", "ActionAfterCompletion": "DELETE",
                    "FlexibleTimeWindow": ["Mode": "OFF"],
                    "Target": [
                        "Arn": "arn:target", "RoleArn": "arn:role", "Input": #"{"a":1}"#,
                        "DeadLetterConfig": ["Arn": "arn:dead"],
                    ],
                ]
            ])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [FakeHTTPClient.Answer]
        var calls: [String]
        var error: ServiceError?
    }
    static let puts = [
        Row(testDescription: "one that is there is changed", answers: [exists, done], calls: [create, update]),
        Row(
            testDescription: "one that goes meanwhile is made", answers: [exists, unknown, done],
            calls: [create, update, create]),
        Row(
            testDescription: "coming and going without end",
            answers: [exists, unknown, exists, unknown, exists, unknown],
            calls: [create, update, create, update, create, update],
            error: .rejected("UpdateSchedule: ResourceNotFoundException: why")),
        Row(
            testDescription: "no such group", answers: [unknown], calls: [create],
            error: .rejected("CreateSchedule: ResourceNotFoundException: why")),
        Row(
            testDescription: "a lost answer is asked again",
            answers: [.failure(.outcomeUnknown("gone")), exists, done],
            calls: [create, create, update]),
        Row(
            testDescription: "busy to the end",
            answers: [.response(429, [:]), .refusal("ThrottlingException"), .response(429, [:])],
            calls: [create, create, create], error: .throttled),
    ]
    @Test(arguments: puts) func `puts a schedule`(row: Row) async throws {
        let client = FakeHTTPClient(row.answers)
        await Self.expect(row.error) { try await Self.scheduler(client).put(Self.schedule) }
        #expect(client.calls == row.calls)
    }

    static let delete = "DELETE /schedules/v1-ALERT-v2?groupName=votings"
    static let deletions = [
        Row(testDescription: "removed", answers: [.response(200, [:])], calls: [delete]),
        Row(testDescription: "not there", answers: [unknown], calls: [delete]),
        Row(
            testDescription: "not allowed", answers: [refused("AccessDeniedException", 403)], calls: [delete],
            error: .rejected("DeleteSchedule: AccessDeniedException: why")),
    ]
    @Test(arguments: deletions) func `deletes a schedule`(row: Row) async throws {
        let client = FakeHTTPClient(row.answers)
        await Self.expect(row.error) { try await Self.scheduler(client).delete(Self.schedule.name) }
        #expect(client.calls == row.calls)
    }

    static func expect(_ error: ServiceError?, _ work: () async throws -> Void) async {
        do {
            try await work()
            #expect(error == nil)
        } catch let thrown {
            #expect(thrown as? ServiceError == error)
        }
    }
}
