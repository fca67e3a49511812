import Domain
import Handling
import Items
package import LambdaRuntime
package import Services
import Time

/// When to look: what a schedule sends, or whoever wants to know.
package struct AuditRequest: Decodable, Sendable {
    /// Whether nothing is under way, so that what has just happened can be judged too.
    package var settled: Bool?
}

/// What an audit has found.
package struct AuditReport: Encodable, Sendable {
    package struct Finding: Encodable, Sendable {
        package var rule: String
        package var subject: String
    }

    package var violations: [Finding]
}

/// Looks through the tables for what can't be: credits that don't add up, votes that were not paid, tallies that
/// differ.
///
/// It changes nothing. Each night's findings are counted as metrics, by rule, for an alarm; who is told by it invokes
/// the function, whose reply names the places.
package struct AuditBooksHandler: LambdaHandler {
    /// More would not fit the function's memory: it fails, and the audit has to be cut up.
    package static let itemsMax = 5_000_000
    /// Findings in a reply.
    package static let findingsMax = 1_000
    private static let pageItems = 1_000
    /// How long something may be under way, retries included.
    private static let quietTime = Duration.seconds(900)
    private static let audited: [TableName] = [.users, .votings, .inventory, .orders]

    private let tables: any TableScanner
    package init(tables: any TableScanner) { self.tables = tables }

    package func handle(_ request: AuditRequest, context: InvocationContext) async throws -> AuditReport {
        var books = Books()
        var items = 0
        for table in Self.audited {
            var cursor: ItemCursor?
            repeat {
                let page = try await tables.scan(table, limit: Self.pageItems, after: cursor)
                for item in page.items { books.enter(item, of: table) }
                items += page.items.count
                guard items <= Self.itemsMax else { throw AuditTooLarge() }
                cursor = page.next
            } while cursor != nil
        }
        let end = request.settled ?? false ? nil : context.receivedAt - Self.quietTime
        let violations = books.violations(before: end)
        count(violations, of: items, context)
        return AuditReport(
            violations: violations.prefix(Self.findingsMax).map {
                AuditReport.Finding(rule: $0.rule.rawValue, subject: $0.subject)
            })
    }

    private func count(_ violations: [Violation], of items: Int, _ context: InvocationContext) {
        context.count(["Items": items, "Violations": violations.count], by: "AuditBooks")
        for (rule, found) in Dictionary(grouping: violations, by: \.rule).sorted(by: {
            $0.key.rawValue < $1.key.rawValue
        }) {
            context.count(["Violations.\(rule.rawValue)": found.count], by: "AuditBooks")
        }
    }
}

/// There is more to look through than fits.
package struct AuditTooLarge: Error, CustomStringConvertible {
    package var description: String { "The tables have more than \(AuditBooksHandler.itemsMax) items." }
}
