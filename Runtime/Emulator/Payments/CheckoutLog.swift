import JSON
import Synchronization

/// Every checkout that the bundle opened, with whichever provider, in order.
package final class CheckoutLog: Sendable {
    package struct Entry: Hashable, Sendable {
        /// nil for Stripe.
        var provider: String?
        var reference: String
        /// In the currency's smallest unit.
        var amount: Int
        /// ISO 4217, in small letters.
        var currency: String

        var json: JSONValue {
            var object: JSONObject = [
                "reference": .string(reference), "amount": .number(JSONNumber(amount)), "currency": .string(currency),
            ]
            if let provider { object["provider"] = .string(provider) }
            return .object(object)
        }
    }

    private let log = Mutex<[Entry]>([])

    package init() {}

    package var entries: [Entry] { log.withLock { $0 } }
    func add(_ entry: Entry) { log.withLock { $0.append(entry) } }
}
