import Packaging

/// The folder that `sam build` is given: the template, and a folder for each function.
struct SAMBuildFolder {
    private let path: String
    private let build: SAMBuild

    /// - Parameter template: the file of the template whose functions are zips.
    init(path: String, template: String) throws(PackagingError) {
        self.path = path
        build = try SAMBuild(template: String(decoding: try DiskFile.read(template), as: UTF8.self))
    }

    /// - Parameter function: the name of its zip.
    func write(_ made: FunctionPackage, of function: String) throws(PackagingError) {
        guard let logicalID = build.functions[function] else {
            throw PackagingError("the template has no function whose CodeUri is \(function).zip")
        }
        let folder = "\(path)/\(logicalID)"
        for file in made.files { try DiskFile.write(file.content, to: "\(folder)/\(file.path)", file.permissions) }
        try DiskFile.write(Array(SAMBuild.makefile(of: logicalID, made.files).utf8), to: "\(folder)/Makefile")
    }

    /// Last: the template stands for functions that are there.
    func writeTemplate() throws(PackagingError) {
        try DiskFile.write(Array(build.template.utf8), to: "\(path)/template.yaml")
    }
}
