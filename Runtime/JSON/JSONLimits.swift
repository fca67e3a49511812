/// Ceilings that the reader holds every text to.
package struct JSONLimits: Hashable, Sendable {
    /// Arrays and objects inside one another, 0...``depthCeiling``; a lone scalar has depth 0.
    package var depthMax: Int
    /// Length of the text, UTF-8.
    package var bytesMax: Int

    /// Reading, writing, comparing and freeing nested values all recurse: this many levels fit every thread's stack.
    package static let depthCeiling = 2_048
    package static let standard = JSONLimits(depthMax: 512, bytesMax: 16 * 1_024 * 1_024)

    package init(depthMax: Int, bytesMax: Int) {
        precondition((0...Self.depthCeiling).contains(depthMax) && bytesMax >= 0, "limits out of range")
        self.depthMax = depthMax
        self.bytesMax = bytesMax
    }
}
