import Time

/// The instant of a signature as it is written: `20150830T123600Z`, and its day `20150830`.
struct SigningDate: Hashable, Sendable {
    let text: String
    let day: String

    init(_ instant: Timestamp) {
        let seconds = instant.secondsRoundedDown
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let inDay = seconds - days * 86_400
        let (year, month, day) = Timestamp.civil(fromDays: days)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        func append(_ value: Int64, _ width: Int) {
            var divisor: Int64 = width == 4 ? 1_000 : 10
            for _ in 0..<width {
                bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
        }
        append(year, 4)
        append(month, 2)
        append(day, 2)
        self.day = String(decoding: bytes, as: UTF8.self)
        bytes.append(UInt8(ascii: "T"))
        append(inDay / 3_600, 2)
        append(inDay / 60 % 60, 2)
        append(inDay % 60, 2)
        bytes.append(UInt8(ascii: "Z"))
        text = String(decoding: bytes, as: UTF8.self)
    }
}
