import AWSServices
import LambdaRuntime

try await RuntimeLoop(AuditBooksHandler(tables: LiveServices.fromEnvironment().tables)).run()
