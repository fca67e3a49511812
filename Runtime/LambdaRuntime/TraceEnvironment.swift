import Glibc

/// Holds the trace id in `_X_AMZN_TRACE_ID`, where tracing libraries look for it.
///
/// `setenv` keeps every value it was ever given; this one writes into memory of its own, so that a process which
/// serves millions of invocations does not grow.
final class TraceEnvironment {
    private static let name = "_X_AMZN_TRACE_ID"
    private var entry: UnsafeMutableBufferPointer<CChar> = .init(start: nil, count: 0)
    private var isSet = false

    deinit { set(nil) }

    func set(_ traceID: String?) {
        guard let traceID else {
            if isSet { unsetenv(Self.name) }
            isSet = false
            entry.deallocate()
            entry = .init(start: nil, count: 0)
            return
        }
        let text = Self.name + "=" + traceID
        if text.utf8.count >= entry.count {
            let larger = UnsafeMutableBufferPointer<CChar>.allocate(capacity: max(256, text.utf8.count + 1))
            Self.write(text, into: larger)
            putenv(larger.baseAddress!)
            entry.deallocate()
            entry = larger
            isSet = true
        } else {
            Self.write(text, into: entry)
        }
    }

    private static func write(_ text: String, into entry: UnsafeMutableBufferPointer<CChar>) {
        var end = 0
        for byte in text.utf8 {
            entry[end] = CChar(bitPattern: byte)
            end += 1
        }
        entry[end] = 0
    }
}
