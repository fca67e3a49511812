/// The operations there are; raw values are their names on the wire.
enum Operation: String, CaseIterable, Sendable {
    case putItem = "PutItem"
    case getItem = "GetItem"
    case updateItem = "UpdateItem"
    case deleteItem = "DeleteItem"
    case query = "Query"
    case scan = "Scan"
    case batchGetItem = "BatchGetItem"
    case batchWriteItem = "BatchWriteItem"
    case transactGetItems = "TransactGetItems"
    case transactWriteItems = "TransactWriteItems"
    case createTable = "CreateTable"
    case describeTable = "DescribeTable"
    case listTables = "ListTables"
    case updateTable = "UpdateTable"
    case deleteTable = "DeleteTable"
    case updateTimeToLive = "UpdateTimeToLive"
    case describeTimeToLive = "DescribeTimeToLive"
    case tagResource = "TagResource"
    case untagResource = "UntagResource"
    case listTagsOfResource = "ListTagsOfResource"
    case putResourcePolicy = "PutResourcePolicy"
    case getResourcePolicy = "GetResourcePolicy"
    case deleteResourcePolicy = "DeleteResourcePolicy"
    case describeLimits = "DescribeLimits"
    case describeEndpoints = "DescribeEndpoints"

    case createBackup = "CreateBackup"
    case describeBackup = "DescribeBackup"
    case listBackups = "ListBackups"
    case deleteBackup = "DeleteBackup"
    case restoreTableFromBackup = "RestoreTableFromBackup"
    case describeContinuousBackups = "DescribeContinuousBackups"
    case updateContinuousBackups = "UpdateContinuousBackups"
    case restoreTableToPointInTime = "RestoreTableToPointInTime"
    case exportTableToPointInTime = "ExportTableToPointInTime"
    case describeExport = "DescribeExport"
    case listExports = "ListExports"
    case importTable = "ImportTable"
    case describeImport = "DescribeImport"
    case listImports = "ListImports"
    case executeStatement = "ExecuteStatement"
    case batchExecuteStatement = "BatchExecuteStatement"
    case executeTransaction = "ExecuteTransaction"
    case listStreams = "ListStreams"
    case describeStream = "DescribeStream"
    case getShardIterator = "GetShardIterator"
    case getRecords = "GetRecords"

    private static let streamsPrefix = "DynamoDBStreams_20120810."
    private static let targetPrefix = "DynamoDB_20120810."

    init?(target: String) {
        let prefix = target.hasPrefix(Self.targetPrefix) ? Self.targetPrefix : Self.streamsPrefix
        guard target.hasPrefix(prefix), let operation = Self(rawValue: String(target.dropFirst(prefix.utf8.count))),
            operation.isOfStreams == (prefix == Self.streamsPrefix)
        else { return nil }
        self = operation
    }

    /// Whether it belongs to the second of the two APIs.
    private var isOfStreams: Bool {
        switch self {
        case .listStreams, .describeStream, .getShardIterator, .getRecords: true
        default: false
        }
    }

    var fields: [Field] {
        switch self {
        case .putItem: RequestFields.putItem
        case .getItem: RequestFields.getItem
        case .updateItem: RequestFields.updateItem
        case .deleteItem: RequestFields.deleteItem
        case .query: RequestFields.query
        case .scan: RequestFields.scan
        case .batchGetItem: RequestFields.batchGetItem
        case .batchWriteItem: RequestFields.batchWriteItem
        case .transactGetItems: RequestFields.transactGetItems
        case .transactWriteItems: RequestFields.transactWriteItems
        case .createTable: RequestFields.createTable
        case .describeTable, .deleteTable, .describeTimeToLive: RequestFields.oneTable
        case .listTables: RequestFields.listTables
        case .updateTable: RequestFields.updateTable
        case .updateTimeToLive: RequestFields.updateTimeToLive
        case .tagResource: RequestFields.tagResource
        case .untagResource: RequestFields.untagResource
        case .listTagsOfResource: RequestFields.listTagsOfResource
        case .putResourcePolicy: RequestFields.putResourcePolicy
        case .getResourcePolicy: RequestFields.getResourcePolicy
        case .deleteResourcePolicy: RequestFields.deleteResourcePolicy
        case .describeLimits, .describeEndpoints: []
        case .createBackup: RequestFields.createBackup
        case .describeBackup: RequestFields.oneBackup
        case .listBackups: RequestFields.listBackups
        case .deleteBackup: RequestFields.oneBackup
        case .restoreTableFromBackup: RequestFields.restoreTableFromBackup
        case .describeContinuousBackups: RequestFields.oneTable
        case .updateContinuousBackups: RequestFields.updateContinuousBackups
        case .restoreTableToPointInTime: RequestFields.restoreTableToPointInTime
        case .exportTableToPointInTime: RequestFields.exportTable
        case .describeExport, .listExports, .importTable, .describeImport, .listImports: []
        case .executeStatement: RequestFields.executeStatement
        case .batchExecuteStatement: RequestFields.batchExecuteStatement
        case .executeTransaction: RequestFields.executeTransaction
        case .listStreams: RequestFields.listStreams
        case .describeStream: RequestFields.describeStream
        case .getShardIterator: RequestFields.getShardIterator
        case .getRecords: RequestFields.getRecords
        }
    }
}
