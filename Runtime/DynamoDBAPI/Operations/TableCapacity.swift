import Expressions
import ItemDB
import JSON

// How a table is encrypted and what it is ready for. Both are kept and shown, and have no effect here.

extension TableSettings {
    /// What tables and indexes on demand are ready for from the start, a second.
    ///
    /// - Note: Source: Amazon DynamoDB Developer Guide, "Warm throughput".
    private static let onDemandWarmThroughput = Throughput(read: 12_000, write: 4_000)

    /// What a table, or one of its indexes, is ready for at least.
    ///
    /// - Parameter index: nil for the table itself.
    func warmThroughput(of index: String?) -> Throughput {
        let given = index.map { indexWarmThroughput[$0] } ?? warmThroughput
        return given
            ?? Self.warmThroughputMin(
                isOnDemand: isOnDemand, index.map { indexThroughput[$0] ?? .init() } ?? throughput)
    }

    private static func warmThroughputMin(isOnDemand: Bool, _ provisioned: Throughput) -> Throughput {
        isOnDemand ? onDemandWarmThroughput : provisioned
    }

    /// What a request asks a table or index to be ready for; nil if it does not ask.
    ///
    /// - Parameters:
    ///   - request: of the table, or the part on one index.
    ///   - provisioned: its throughput, which it is ready for anyway.
    ///   - index: nil for the table itself.
    static func warmThroughput(
        _ request: Request, isOnDemand: Bool, provisioned: Throughput, index: String?
    ) throws(APIError) -> Throughput? {
        guard let asked = request.structure("WarmThroughput") else { return nil }
        let least = warmThroughputMin(isOnDemand: isOnDemand, provisioned)
        let warm = Throughput(
            read: asked.int("ReadUnitsPerSecond") ?? least.read, write: asked.int("WriteUnitsPerSecond") ?? least.write)
        for (name, isLow) in [("Read", warm.read < least.read), ("Write", warm.write < least.write)] where isLow {
            throw .invalid(
                "Requested \(name)UnitsPerSecond for WarmThroughput for \(index.map { "index \($0)" } ?? "table") is "
                    + "lower than "
                    + (isOnDemand
                        ? "initial throughput for OnDemand" : "\(name)CapacityUnits of ProvisionedThroughput"))
        }
        return warm
    }

    /// Takes over what a part of a request says of an index.
    mutating func setThroughput(of index: Request) throws(APIError) {
        let name = index.string("IndexName") ?? ""
        if let provisioned = index.structure("ProvisionedThroughput") {
            indexThroughput[name] = Throughput(provisioned)
        }
        let warm = try Self.warmThroughput(
            index, isOnDemand: isOnDemand, provisioned: indexThroughput[name] ?? .init(), index: name)
        indexWarmThroughput[name] = warm ?? indexWarmThroughput[name]
    }

    static func json(warm throughput: Throughput, status: String = "ACTIVE") -> JSONValue {
        [
            "ReadUnitsPerSecond": .number(JSONNumber(throughput.read)),
            "WriteUnitsPerSecond": .number(JSONNumber(throughput.write)), "Status": .string(status),
        ]
    }
}

extension DynamoDBService {
    /// The key that `SSESpecification` asks for; nil for DynamoDB's own, with which every table is encrypted.
    ///
    /// - Note: Source: Amazon DynamoDB API Reference, SSESpecification.
    func encryptionKey(_ request: Request) throws(APIError) -> String? {
        guard let specification = request.structure("SSESpecification") else { return nil }
        guard specification.bool("Enabled") ?? false else {
            guard !specification.has("SSEType"), !specification.has("KMSMasterKeyId") else {
                throw .invalid("SSEType and KMSMasterKeyId can't be specified when SSE is disabled")
            }
            return nil
        }
        guard specification.string("SSEType") ?? "KMS" == "KMS" else {
            throw .invalid("SSEType AES256 is not supported")
        }
        let keys = "arn:aws:kms:\(region):\(accountID):"
        // The account's own key for DynamoDB has an id that nobody chooses.
        guard let key = specification.string("KMSMasterKeyId") else {
            return keys + "key/00000000-0000-4000-8000-000000000000"
        }
        if key.isARN { return key }
        return keys + (key.hasPrefix("alias/") ? key : "key/" + key)
    }
}
