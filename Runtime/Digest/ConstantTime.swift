/// Whether both are the same bytes, in a time that depends on their lengths alone, so that a forger learns nothing from
/// how long a refusal takes.
@inline(never)
package func isEqualInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
}
