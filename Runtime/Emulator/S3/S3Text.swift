import Time

/// Forms of values in S3's answers.
enum S3Text {
    /// `2023-02-23T18:00:00.000Z`, always to the whole second, which is what S3 keeps.
    static func instant(_ time: Timestamp) -> String {
        Timestamp(seconds: time.secondsRoundedDown).description
    }

    /// As notifications have it: 18 hexadecimal digits.
    static func sequencer(_ sequence: UInt64) -> String {
        let digits = String(sequence, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 18 - digits.count)) + digits
    }

    /// `2023-02-23T18:00:00Z`
    static func seconds(_ time: Timestamp) -> String { time.description.prefix(19) + "Z" }
}
