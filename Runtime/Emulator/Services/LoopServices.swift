import NIOCore

/// The way from any thread to the services on their loop.
struct LoopServices: Sendable {
    private let loop: any EventLoop
    private let services: NIOLoopBoundBox<Services>

    /// Makes the services on a loop.
    static func start(
        on loop: any EventLoop, _ make: @escaping @Sendable (any EventLoop) throws(EmulatorError) -> Services
    ) async throws(EmulatorError) -> LoopServices {
        let result: Result<LoopServices, EmulatorError> = await withCheckedContinuation { continuation in
            loop.execute {
                do throws(EmulatorError) {
                    let services = NIOLoopBoundBox(try make(loop), eventLoop: loop)
                    continuation.resume(returning: .success(LoopServices(loop: loop, services: services)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Puts others in the place of the services, within one turn of the loop: what comes before it is theirs, what
    /// comes after it is the others'.
    ///
    /// - Parameter make: nil leaves everything as it is.
    /// - Returns: whether there are others now.
    func replace(
        _ make: @escaping @Sendable (Services) throws(EmulatorError) -> Services?
    ) async throws(EmulatorError) -> Bool {
        let box = services
        return try await call { services throws(EmulatorError) in
            guard let others = try make(services) else { return false }
            box.value = others
            return true
        }
    }

    /// Carries `body` out on the loop: at once, if that is where the caller is.
    func enter(_ body: @escaping @Sendable (Services) -> Void) {
        if loop.inEventLoop {
            body(services.value)
        } else {
            loop.execute { body(services.value) }
        }
    }

    func call<Value: Sendable>(
        _ body: @escaping @Sendable (Services) throws(EmulatorError) -> Value
    ) async throws(EmulatorError) -> Value {
        let result: Result<Value, EmulatorError> = await withCheckedContinuation { continuation in
            enter { services in
                do throws(EmulatorError) {
                    continuation.resume(returning: .success(try body(services)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
