package import Time

/// What a rule knows besides the event: the values of the reserved variables of an input template.
package struct RuleContext: Hashable, Sendable {
    package var ruleARN: String
    package var ruleName: String
    /// When the bus received the event.
    package var ingestionTime: Timestamp

    package init(ruleARN: String, ruleName: String, ingestionTime: Timestamp) {
        self.ruleARN = ruleARN
        self.ruleName = ruleName
        self.ingestionTime = ingestionTime
    }
}

extension Timestamp {
    /// `2017-12-22T18:43:48Z`, as AWS writes the time of an event.
    var textToSecond: String { String(description.dropLast(5)) + "Z" }
}
