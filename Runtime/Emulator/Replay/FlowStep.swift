package import JSON
package import Time

/// One step of a flow.
package enum FlowStep: Sendable {
    /// Moves the clock forward to an instant.
    case at(Timestamp)
    case advance(Duration)
    case invoke(function: String, eventFile: String, changes: [(path: String, value: JSONValue)])
    /// The buyer leaves the hosted checkout that was opened for `reference`; each webhook comes `deliveries` times.
    case pay(reference: String, provider: PaymentStandIns.Provider, outcome: CheckoutOutcome, deliveries: Int)
    /// The seller gives back an amount in cents, or all that is left, of what was paid for `reference`.
    case refund(reference: String, provider: PaymentStandIns.Provider, amount: Int?, deliveries: Int)
    /// The buyer's bank takes back an amount in cents, or all of it, of what was paid through Stripe for `reference`,
    /// or gives it back to the seller.
    case dispute(reference: String, amount: Int?, isWon: Bool, deliveries: Int)
    /// A provider is down from now on, or no longer.
    case outage(provider: PaymentStandIns.Provider, isOver: Bool)
    /// Someone asks the HTTP API for something.
    case request(FlowRequest)
    /// Someone's app opens a socket, to be called `name` from then on.
    case connect(user: String?, name: String)
    case send(name: String, message: JSONValue)
    case disconnect(name: String)
    /// The app sends a file to an address that it was given.
    case upload(FlowUpload)
    /// The app fetches what an address that it was given leads to; the address may hold `${name}`.
    case download(address: String)
    /// Steps that do not depend on each other.
    case anyOrder([FlowStep])

    /// Whether it may be done again: another connection is another one.
    var isRepeatable: Bool {
        switch self {
        case .connect, .send, .disconnect: false
        default: true
        }
    }
}

/// A request to the HTTP API. Texts may hold `${name}`, which an earlier step has saved.
package struct FlowRequest: Sendable {
    package var method: String
    /// With its query.
    package var path: String
    /// Whose token it carries; nil for none.
    package var user: String?
    package var headers: [(name: String, value: String)]
    package var body: JSONValue?
    /// Dotted paths of the answer's body, by the names under which later steps find their values.
    package var saves: [(name: String, path: String)]
}

/// A PUT of a file to a presigned address.
package struct FlowUpload: Sendable {
    /// May hold `${name}`.
    package var address: String
    package var file: String
    package var headers: [(name: String, value: String)]
}
