/// Why there is no such time zone. The texts are for operators and for those who wrote the name.
package enum TimeZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknown(name: String, suggestion: String?)
    /// The database has something by that name that can't be read.
    case unreadable(name: String, reason: String)
    case noDatabase(directory: String)

    package var description: String {
        switch self {
        case .unknown(let name, let suggestion?): "There is no time zone \"\(name)\". Do you mean \"\(suggestion)\"?"
        case .unknown(let name, nil):
            "There is no time zone \"\(name)\". Give an IANA name such as \"Europe/Berlin\" or \"UTC\"."
        case .unreadable(let name, let reason): "The time zone \"\(name)\" can't be read: \(reason)."
        case .noDatabase(let directory): "There are no time zones in \(directory). Install the package tzdata."
        }
    }
}
