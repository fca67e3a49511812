// swift-tools-version: 6.3
import Glibc
import PackageDescription

/// Held by every target of ours: the language modes that the style relies on, and no warning left standing.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // An async call stays on its caller's executor: no thread hop between the runtime loop and a handler.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A library under Runtime. The arrows of the architecture are these dependency lists: CI rejects any other import.
func runtime(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Runtime/\(name)", swiftSettings: strict)
}

/// A Lambda function: one handler, and a `main.swift` that gives it what it needs.
func function(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "AWSServices", "Domain", "Events", "Handling", "Items", "JSON", "LambdaRuntime", "Machine", "Services",
            "Time",
        ] + (alsoUses[name] ?? []),
        path: "Functions/\(name)",
        swiftSettings: strict
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

/// Debian has archives of them: what is used becomes part of the function, and nothing has to be shipped beside it.
/// Elsewhere the shared libraries have to be, in its folder `lib`.
let imageLibraries =
    ["x86_64", "aarch64"].contains { access("/usr/lib/\($0)-linux-gnu/libjpeg.a", F_OK) == 0 }
    ? [":libjpeg.a", ":libpng16.a", ":libz.a"] : ["jpeg", "png16", "z"]

let functions = [
    "AuditBooks",
    "AuthorizeConnection",
    "AvatarWebhook",
    "BuyCredits",
    "CastVote",
    "Connect",
    "CountVotes",
    "DeliverMessage",
    "GreetUser",
    "ListVotings",
    "ManageVotings",
    "PlaceOrder",
    "ProcessAvatar",
    "Profile",
    "PublishEvents",
    "ReadInbox",
    "RecordSignIn",
    "RefundVotes",
    "RegisterForVoting",
    "ReleaseStock",
    "RequestAvatarUpload",
    "ScheduleVoting",
    "SendAlert",
    "SendReminder",
    "SendUpdate",
    "SettlePayment",
    "SpreadUpdate",
    "TallyVotes",
]

/// What single functions need besides.
let alsoUses: [String: [Target.Dependency]] = [
    "AvatarWebhook": ["Webhooks"],
    "BuyCredits": ["Payments"],
    "ManageVotings": ["TimeZones"],
    "PlaceOrder": ["Payments"],
    "ProcessAvatar": ["Images", "Webhooks"],
    "SettlePayment": ["Payments"],
]

let package = Package(
    name: "serverless-bundle",
    products: functions.map { .executable(name: $0, targets: [$0]) } + [
        .executable(name: "emulator", targets: ["emulator"]),
        .executable(name: "package-functions", targets: ["package-functions"]),
        .plugin(name: "Archive", targets: ["Archive"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", path: "Runtime/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(
            name: "CSQLite", path: "Runtime/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]
        ),
        .target(name: "CSpawn", path: "Runtime/CSpawn"),
        // libjpeg-turbo and libpng, from libjpeg-dev and libpng-dev.
        .target(
            name: "CImages", path: "Runtime/CImages",
            linkerSettings: (imageLibraries + ["m"]).map { .linkedLibrary($0) }),
        // Pictures from files that nobody vouches for.
        runtime("Images", ["CImages"]),
        runtime("Time"),
        runtime("TimeZones", ["Time"]),
        runtime("JSON"),
        runtime("Items", ["JSON"]),
        runtime("Events", ["Items", "JSON", "Time"]),
        runtime("Domain", ["Items", "Time"]),
        runtime("Services", ["Items", "Time"]),
        // What the functions' handlers have in common.
        runtime(
            "Handling",
            [
                "Digest", "Domain", "Events", "Items", "JSON", "LambdaRuntime", "Machine", "Payments", "Services",
                "Time",
            ]),
        runtime("HTTPTransport", ["CCurl", "Machine"]),
        runtime("Machine", ["Time"]),
        .target(name: "CAmazonLinux", path: "Runtime/CAmazonLinux"),
        runtime("LambdaRuntime", ["CAmazonLinux", "JSON", "Machine", "Time"]),
        runtime("Digest"),
        runtime("Compression"),
        runtime("AWSServices", ["Digest", "HTTPTransport", "Items", "JSON", "Machine", "Services", "Time"]),
        runtime("Payments", ["Digest", "HTTPTransport", "Items", "JSON", "Machine", "Services", "Time"]),
        // Messages between services over HTTP, signed.
        runtime("Webhooks", ["Digest", "HTTPTransport", "Services", "Time"]),
        runtime("Expressions", ["Items"]),
        runtime("ItemDB", ["CSQLite", "Expressions", "Items", "Time"]),
        runtime("DynamoDBAPI", ["Compression", "Digest", "Expressions", "ItemDB", "Items", "JSON", "Time"]),
        runtime("Routing", ["JSON", "Time", "TimeZones"]),
        // What policies allow.
        runtime("Policies", ["JSON"]),
        // Signing in without telling the password, as user pools do.
        runtime("SRP", ["Digest"]),
        // Signed tokens; the one place that knows the library for them.
        runtime(
            "Tokens",
            [
                "Digest", "JSON", .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ]),
        runtime("Template", [.product(name: "Yams", package: "Yams")]),
        runtime(
            "Emulator",
            [
                "CSpawn", "CSQLite", "Digest", "DynamoDBAPI", "ItemDB", "Items", "JSON", "Machine", "Policies",
                "Routing",
                "SRP", "Template", "Time", "TimeZones", "Tokens",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ]),
        .executableTarget(
            name: "emulator",
            dependencies: [
                "Emulator", "JSON", "Time", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Runtime/EmulatorCommand",
            swiftSettings: strict
        ),
        // What Lambda takes of a function.
        runtime("Packaging", ["Compression", "Digest"]),
        .executableTarget(
            name: "package-functions", dependencies: ["Packaging", "TimeZones"], path: "Runtime/PackagingCommand",
            swiftSettings: strict
        ),
        .plugin(
            name: "Archive",
            capability: .command(
                intent: .custom(verb: "archive", description: "Builds functions and writes a zip for Lambda of each."),
                permissions: [
                    .writeToPackageDirectory(reason: "The zips are written to .build/lambda.")
                ]),
            path: "Runtime/Plugins/Archive"
        ),
        .executableTarget(
            name: "bench", dependencies: ["CSQLite", "ItemDB", "Items", "JSON", "Time"], path: "Tests/Bench/Bench",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "fuzz",
            dependencies: ["DynamoDBAPI", "Emulator", "Expressions", "ItemDB", "Items", "JSON", "Time"],
            path: "Tests/Fuzz",
            swiftSettings: strict
        ),
        // The adapters by hand, for the tests against services that are not ours.
        .executableTarget(
            name: "Adapters", dependencies: ["AWSServices", "JSON", "Machine", "Services", "Time"],
            path: "Tests/Conformance/Adapters", swiftSettings: strict
        ),
        .executableTarget(
            name: "Echo", dependencies: ["JSON", "LambdaRuntime"], path: "Tests/Bench/Echo", swiftSettings: strict
        ),
        .executableTarget(
            name: "Sink", dependencies: ["LambdaRuntime"], path: "Tests/Bench/Sink", swiftSettings: strict
        ),
    ]
        + functions.map(function)
        + [
            tests("TimeTests", ["Time"]),
            tests("TimeZonesTests", ["Time", "TimeZones"]),
            tests("JSONTests", ["JSON"]),
            tests("ItemsTests", ["Items", "JSON"]),
            tests("DomainTests", ["Domain", "Items", "Time"]),
            tests("EventsTests", ["Events", "Items", "JSON", "Time"]),
            tests(
                "HandlingTests",
                [
                    "Digest", "Domain", "Events", "Handling", "HTTPTransport", "Items", "JSON", "LambdaRuntime",
                    "Machine", "Payments", "Services", "Time",
                ]),
            // A server for tests, told its answers byte by byte.
            .target(name: "LoopbackServer", path: "Tests/LoopbackServer", swiftSettings: strict),
            tests("LambdaRuntimeTests", ["JSON", "LambdaRuntime", "LoopbackServer", "Machine", "Time"]),
            tests("HTTPTransportTests", ["HTTPTransport", "LoopbackServer", "Machine"]),
            tests("DigestTests", ["Digest"]),
            tests("PackagingTests", ["Packaging"]),
            tests(
                "AWSServicesTests",
                [
                    "AWSServices", "HTTPTransport", "Items", "JSON", "LoopbackServer", "Machine", "Services", "Time",
                ]),
            tests("ImagesTests", ["Images"]),
            tests("WebhooksTests", ["HTTPTransport", "Services", "Time", "Webhooks"]),
            tests("PaymentsTests", ["Digest", "HTTPTransport", "JSON", "Payments", "Services", "Time"]),
            tests("ExpressionsTests", ["Expressions", "Items"]),
            tests("ItemDBTests", ["CSQLite", "Expressions", "ItemDB", "Items", "JSON", "Time"]),
            tests("DynamoDBAPITests", ["CSQLite", "DynamoDBAPI", "ItemDB", "Items", "JSON", "Time"]),
            tests("RoutingTests", ["JSON", "Routing", "Time", "TimeZones"]),
            tests("PoliciesTests", ["JSON", "Policies"]),
            tests("SRPTests", ["Digest", "SRP"]),
            tests("TemplateTests", ["Template"]),
            tests("TokensTests", ["JSON", "Tokens"]),
            tests(
                "EmulatorTests",
                [
                    "Digest", "Emulator", "JSON", "Template", "Time",
                    .product(name: "NIOCore", package: "swift-nio"),
                    .product(name: "NIOPosix", package: "swift-nio"),
                    .product(name: "NIOHTTP1", package: "swift-nio"),
                ]),
        ],
    swiftLanguageModes: [.v6]
)
