/// The sizes and counts at which Lambda, and so the emulator, says no.
///
/// - Note: Source: AWS Lambda Developer Guide, "Lambda quotas".
package enum LambdaQuotas {
    /// A synchronous invocation's payload, and its response.
    package static let syncPayloadBytesMax = 6 * 1_048_576
    package static let asyncPayloadBytesMax = 1_048_576
    /// The Runtime API takes a little more than the payload: AWS's own text names this number.
    package static let responseBytesMax = syncPayloadBytesMax + 100
    /// How long a fresh environment has until its first `next`.
    package static let initTimeout = Duration.seconds(10)
    /// The end of the log that an answer with `LogType: Tail` carries.
    package static let logTailBytesMax = 4_096
    /// Ours: invocations waiting for an environment; one more is throttled. AWS throttles at once, but a local
    /// machine has far fewer environments than an account.
    package static let waitingInvocationsMax = 2_000
    /// Ours: log kept of one invocation; what exceeds it is dropped and counted.
    package static let logBytesPerInvocationMax = 262_144
    /// Ours: invocations whose logs are kept.
    package static let keptInvocationsMax = 1_000
    /// Ours: how long an ended process has between SIGTERM and SIGKILL.
    package static let shutdownGrace = Duration.seconds(2)
}
