import Time

/// What a function's process finds in its environment.
enum FunctionVariables {
    /// - Note: Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
    static func all(
        of function: FunctionConfiguration, host: LambdaHost, runtimeAPIPort port: Int
    ) -> [String: String] {
        let day = host.clock.now.description.prefix(10).replacing("-", with: "/")
        var variables = host.environment
        variables.merge(AccessKeys.variables(of: function.logicalID)) { _, own in own }
        variables["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:\(port)"
        variables["AWS_LAMBDA_FUNCTION_NAME"] = function.name
        variables["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST"
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = String(function.memoryMegabytes)
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand"
        variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/\(function.name)"
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = "\(day)/[$LATEST]\(host.identifiers.token())"
        variables["AWS_LAMBDA_LOG_FORMAT"] = function.logFormat
        variables["AWS_LAMBDA_LOG_LEVEL"] = function.logLevel
        variables["_HANDLER"] = function.handler
        let directory = function.executable.lastIndex(of: "/").map { String(function.executable[..<$0]) } ?? "."
        variables["LAMBDA_TASK_ROOT"] = directory
        variables["LAMBDA_RUNTIME_DIR"] = directory
        variables["PATH"] = "/usr/local/bin:/usr/bin/:/bin"
        variables["LANG"] = "en_US.UTF-8"
        variables["TZ"] = ":UTC"
        // The template's own variables last, as on AWS; the reserved ones it can't set are refused with the template.
        return variables.merging(function.environment) { _, own in own }
    }
}
