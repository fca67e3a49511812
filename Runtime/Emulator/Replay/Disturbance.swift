import Routing
import Synchronization

/// What a replay puts in the way of a deployment that AWS may do too: everything that is delivered at least once comes
/// more than once, what has no order comes in another, answers get lost.
///
/// Draws are made as things happen, so that a seed makes the same draws in the same order for each kind of thing.
final class Disturbance: Sendable {
    enum Kind: Hashable, Sendable {
        /// Everything comes twice, in the same order.
        case twice
        case shuffle(seed: UInt64)

        /// What asks for it on the command line.
        var option: String {
            switch self {
            case .twice: "--twice"
            case .shuffle(let seed): "--shuffle \(seed)"
            }
        }
    }

    /// Every so many commits of functions the answer is lost.
    static let commitsPerLostAnswer = 10

    /// One sequence of numbers for each kind of draw: how often one kind is drawn does not change the others.
    private enum Draw: Int, CaseIterable {
        case invocation, delivery, batch, order, message, step, notice
    }
    private struct State {
        var generators: [SeededRandom]
        var commits: Int
    }

    let kind: Kind
    private let state: Mutex<State>

    /// - Parameter name: of the case, so that each draws other numbers from one seed.
    init(_ kind: Kind, of name: String) {
        self.kind = kind
        var seed = name.stableHash
        if case .shuffle(let number) = kind { seed ^= number &* 0x9E37_79B9_7F4A_7C15 }
        var source = SeededRandom(state: seed)
        let commits = Int(source.next() % UInt64(Self.commitsPerLostAnswer))
        state = Mutex(
            State(generators: Draw.allCases.map { _ in SeededRandom(state: source.next()) }, commits: commits))
    }

    private var isTwice: Bool { kind == .twice }

    private func draw(_ draw: Draw, below bound: UInt64) -> UInt64 {
        state.withLock { $0.generators[draw.rawValue].next() % bound }
    }

    // MARK: More than once

    func repeatsInvocation() -> Bool { isTwice || draw(.invocation, below: 2) == 0 }

    /// How often a queue or a bus gets what is sent to it.
    func deliveryCount() -> Int { isTwice || draw(.delivery, below: 2) == 0 ? 2 : 1 }

    /// Whether a message that has been worked off stays in its queue once more.
    func keepsMessage() -> Bool { !isTwice && draw(.message, below: 4) == 0 }

    /// A notice that a payment provider sends again after a step, of those that it has sent; nil for none.
    func lateNotice(of count: Int) -> Int? {
        guard !isTwice, count > 0, draw(.notice, below: 3) == 0 else { return nil }
        return Int(draw(.notice, below: UInt64(count)))
    }

    // MARK: In another order

    /// How many records the next batch has, of as many as there could be.
    func batchSize(of countMax: Int) -> Int {
        isTwice || countMax < 2 ? countMax : 1 + Int(draw(.batch, below: UInt64(countMax)))
    }

    /// Whether the newest of a queue's messages comes before the oldest.
    func takesNewestMessage() -> Bool { !isTwice && draw(.order, below: 2) == 0 }

    /// Steps that may come in any order, each once or, if that is the same, twice.
    func arranged(_ steps: [FlowStep]) -> [FlowStep] {
        guard !isTwice else { return steps }
        var arranged = steps + steps.filter { $0.isRepeatable && draw(.step, below: 2) == 0 }
        for index in arranged.indices.dropFirst() {
            arranged.swapAt(index, Int(draw(.step, below: UInt64(index) + 1)))
        }
        return arranged
    }

    // MARK: Lost answers

    /// Whether the answer to the commit that has just been made gets lost.
    func losesAnswer() -> Bool {
        guard !isTwice else { return false }
        return state.withLock { state in
            state.commits += 1
            return state.commits % Self.commitsPerLostAnswer == 0
        }
    }

    /// Whether what failed for it is tried again at once: otherwise the next step would come before what follows from
    /// the last one.
    var retriesAtOnce: Bool { !isTwice }
}
