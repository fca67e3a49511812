import Domain
import Items
import Testing
import Time

struct PreferenceTests {
    static let now = Timestamp(milliseconds: 1_500)

    static func wish(_ isOn: Bool, _ milliseconds: Int64?) -> Profile.Wish {
        Profile.Wish(isOn: isOn, saidAt: milliseconds.map { Timestamp(milliseconds: $0) })
    }

    /// The keys are those of stored items: these values never change.
    @Test(
        arguments: [
            (.reminders, "ada", "PREF#REMIND#59"), (.updates, "ada", "PREF#UPDATES#59"),
            (.updates, "", "PREF#UPDATES#37"),
            (.updates, "é", "PREF#UPDATES#1"),
        ] as [(Preference.Kind, String, String)])
    func `keeps who agreed in 64 partitions`(kind: Preference.Kind, userID: String, partition: String) {
        #expect(Preference.key(kind, of: userID) == ItemKey(.users, partition, "U#" + userID))
        #expect((0..<Preference.shards).map { Preference.partition(kind, shard: $0) }.contains(partition))
    }

    @Test func `one transaction gives consent, with its time and for the record`() {
        let outcome = decidePreferences(PreferenceChange(updates: true), of: "ada", after: nil, at: Self.now)
        #expect(outcome.profile == Profile(updates: Self.wish(true, 1_500)))
        #expect(
            outcome.writes == [
                .update(
                    ItemKey(.users, "USER#ada", "PROFILE"), [.set("updates", true), .set("updatesAt", 1_500)],
                    if: .all([.notExists("updatesAt")])),
                .put(["pk": "PREF#UPDATES#59", "sk": "U#ada", "since": 1_500], in: .users),
                .put(
                    [
                        "pk": "USER#ada", "sk": "CONSENT#UPDATES#1970-01-01T00:00:01.500Z#GIVEN", "agrees": true,
                        "at": 1_500,
                    ], in: .users),
            ])
    }

    /// R18: what was said before stays on record.
    @Test func `withdrawn consent ends at once and is kept with its time`() {
        let outcome = decidePreferences(
            PreferenceChange(updates: false), of: "ada", after: Profile(updates: Self.wish(true, 900)), at: Self.now)
        #expect(outcome.profile.updates == Self.wish(false, 1_500))
        #expect(
            outcome.writes == [
                .update(
                    ItemKey(.users, "USER#ada", "PROFILE"), [.set("updates", false), .set("updatesAt", 1_500)],
                    if: .all([.equal("updatesAt", 900)])),
                .delete(ItemKey(.users, "PREF#UPDATES#59", "U#ada")),
                .put(
                    [
                        "pk": "USER#ada", "sk": "CONSENT#UPDATES#1970-01-01T00:00:01.500Z#WITHDRAWN", "agrees": false,
                        "at": 1_500,
                    ], in: .users),
            ])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: PreferenceChange
        var profile: Profile?
        var after: Profile
        var writes: Int
    }

    static let rows = [
        Row(testDescription: "nothing", change: .init(), after: Profile(), writes: 0),
        Row(
            testDescription: "all three at once", change: .init(showsPaid: false, reminders: true, updates: true),
            after: Profile(
                showsPaid: wish(false, 1_500), reminders: wish(true, 1_500), updates: wish(true, 1_500)), writes: 5),
        Row(
            testDescription: "paid votings alone are no consent", change: .init(showsPaid: false),
            after: Profile(showsPaid: wish(false, 1_500)), writes: 1),
        Row(
            testDescription: "over a wish without a time", change: .init(showsPaid: true),
            profile: Profile(showsPaid: wish(false, nil)), after: Profile(showsPaid: wish(true, 1_500)), writes: 1),
        Row(
            testDescription: "the same again, later", change: .init(reminders: true),
            profile: Profile(reminders: wish(true, 1_499)), after: Profile(reminders: wish(true, 1_500)), writes: 3),
        Row(
            testDescription: "the same request again", change: .init(showsPaid: true, reminders: true),
            profile: Profile(showsPaid: wish(true, 1_500), reminders: wish(true, 1_500)),
            after: Profile(showsPaid: wish(true, 1_500), reminders: wish(true, 1_500)), writes: 0),
        Row(
            testDescription: "late: the record alone", change: .init(reminders: true, updates: true),
            profile: Profile(reminders: wish(false, 1_501)),
            after: Profile(reminders: wish(false, 1_501), updates: wish(true, 1_500)), writes: 4),
        Row(
            testDescription: "late, of paid votings", change: .init(showsPaid: true),
            profile: Profile(showsPaid: wish(false, 1_501)), after: Profile(showsPaid: wish(false, 1_501)), writes: 0),
    ]

    @Test(arguments: rows) func `what was said last counts`(row: Row) {
        let outcome = decidePreferences(row.change, of: "ada", after: row.profile, at: Self.now)
        #expect(outcome.profile == row.after)
        #expect(outcome.writes.count == row.writes)
    }

    /// At-least-once, reordered: every order of the same statements ends in the same choice and the same record.
    @Test func `ends the same in whatever order statements come`() {
        let statements: [(agrees: Bool, at: Int64)] = [(true, 1), (false, 2), (true, 3), (false, 3)]
        for order in permutations(Array(statements.indices)) {
            var profile: Profile?
            var record: Set<ItemKey> = []
            var agreed = false
            for index in order + order {
                let (agrees, at) = statements[index]
                let outcome = decidePreferences(
                    PreferenceChange(updates: agrees), of: "ada", after: profile, at: Timestamp(milliseconds: at))
                profile = outcome.profile
                for write in outcome.writes {
                    switch write {
                    case .put(let item, _, _) where item["sk"] == "U#ada": agreed = true
                    case .put(let item, _, _):
                        record.insert(ItemKey(.users, item["pk"]!.string!, item["sk"]!.string!))
                    case .delete: agreed = false
                    default: break
                    }
                }
            }
            #expect(profile?.updates == Self.wish(false, 3), "\(order)")
            #expect(!agreed, "\(order)")
            #expect(record.count == 4, "\(order)")
        }
    }

    private func permutations(_ elements: [Int]) -> [[Int]] {
        guard elements.count > 1 else { return [elements] }
        return elements.flatMap { first in permutations(elements.filter { $0 != first }).map { [first] + $0 } }
    }

    @Test func `a preference survives its item`() throws {
        let item: Item = ["pk": "PREF#REMIND#59", "sk": "U#ada", "since": 5]
        #expect(try Preference(item: item) == Preference(userID: "ada", since: Timestamp(milliseconds: 5)))
        #expect(throws: MalformedItem("preference", "sk")) { try Preference(item: ["sk": "ada", "since": 5]) }
        #expect(throws: MalformedItem("preference", "since")) { try Preference(item: ["sk": "U#ada"]) }
    }

    @Test func `a profile survives its item`() throws {
        let item: Item = [
            "pk": "USER#ada", "sk": "PROFILE", "createdAt": 5, "showsPaidVotings": false, "reminders": true,
            "remindersAt": 7, "updates": false, "updatesAt": 8,
        ]
        let profile = Profile(
            createdAt: Timestamp(milliseconds: 5), showsPaid: Self.wish(false, nil), reminders: Self.wish(true, 7),
            updates: Self.wish(false, 8))
        #expect(try Profile(item: item) == profile)
        #expect(try Profile(item: [:]) == Profile())
        #expect(throws: MalformedItem("profile", "updates")) { try Profile(item: ["updates": "yes"]) }
    }
}
