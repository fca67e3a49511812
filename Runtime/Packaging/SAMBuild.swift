/// What `sam build` takes in the place of a template whose functions are zips, which it leaves as they are: the same
/// template with a folder for each function, in which a makefile hands over what was packaged.
///
/// - Note: Source: AWS SAM Developer Guide, "Building Lambda functions with custom runtimes in AWS SAM".
package struct SAMBuild: Sendable {
    /// `CodeUri` is the function's logical id, a folder beside the template.
    package let template: String
    /// The logical ids of functions, by the names of their zips.
    package let functions: [String: String]

    /// - Parameter template: as people write it: sections at the margin, resources two columns in, their properties
    ///   six.
    /// - Throws: `PackagingError` if a function has no zip or has metadata of its own.
    package init(template: String) throws(PackagingError) {
        var lines: [String] = []
        var functions: [String: String] = [:]
        var isResource = false
        var resource = ""
        var waiting: String?
        for line in template.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let text = line.drop { $0 == " " }
            let depth = line.count - text.count
            if depth == 0, let first = text.first, first.isLetter { isResource = text.hasPrefix("Resources:") }
            if isResource, depth == 2, text.hasSuffix(":"), !text.hasPrefix("#") { resource = String(text.dropLast()) }
            if isResource, depth == 4, text == "Type: AWS::Serverless::Function" {
                if let waiting { throw Self.withoutZip(waiting) }
                waiting = resource
                lines += [line, "    Metadata:", "      BuildMethod: makefile"]
            } else if isResource, depth == 4, text == "Metadata:", waiting == resource {
                throw PackagingError("\(resource) has metadata of its own")
            } else if let function = waiting, depth == 6, text.hasPrefix("CodeUri: "), text.hasSuffix(".zip") {
                guard function == resource else { throw Self.withoutZip(function) }
                let name = text.dropFirst(9).dropLast(4).split(separator: "/").last.map(String.init) ?? ""
                functions[name] = function
                waiting = nil
                lines.append("      CodeUri: \(function)")
            } else {
                lines.append(line)
            }
        }
        if let waiting { throw Self.withoutZip(waiting) }
        self.template = lines.joined(separator: "\n")
        self.functions = functions
    }

    private static func withoutZip(_ function: String) -> PackagingError {
        PackagingError("\(function) has no CodeUri that is a zip")
    }

    /// Copies a function's files, which lie beside the makefile.
    package static func makefile(of function: String, _ files: [FunctionPackage.File]) -> String {
        let commands = files.map { file in
            let folder = file.path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
            return "\tmkdir -p \"$(ARTIFACTS_DIR)\(folder)\"\n\tcp \(file.path) \"$(ARTIFACTS_DIR)/\(file.path)\"\n"
        }
        return "build-\(function):\n" + commands.joined()
    }
}
