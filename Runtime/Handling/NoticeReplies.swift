package import Domain
package import Events
import JSON

extension HTTPReply {
    /// What a provider is told of its notice. Every notice that is the provider's is answered with 200, what was put
    /// aside included: sending it again would change nothing.
    package init(_ outcome: Settlement.Outcome) {
        switch outcome {
        case .approved: self.init(notice: "APPROVED")
        case .paid: self.init(notice: "PAID")
        case .expired: self.init(notice: "EXPIRED")
        case .declined: self.init(notice: "DECLINED")
        case .refunded: self.init(notice: "REFUNDED")
        case .alreadySettled: self.init(notice: "ALREADY_SETTLED")
        case .quarantined(let reason): self.init(notice: "QUARANTINED", ["reason": .string(reason.rawValue)])
        }
    }

    /// For a notice of what is none of the bundle's business.
    static let noticeIgnored = HTTPReply(notice: "IGNORED")

    init(notice outcome: String, _ details: JSONObject = [:]) {
        var body: JSONObject = ["outcome": .string(outcome)]
        for (name, value) in details { body[name] = value }
        self.init(.ok, body: body)
    }
}
