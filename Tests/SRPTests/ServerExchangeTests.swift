import Digest
import SRP
import Testing

/// Against numbers that the public client pycognito 2024.5 computes, with the secret exponents fixed.
struct ServerExchangeTests {
    struct Row: Sendable {
        var salt: String
        /// A = g^a.
        var clientPublic: String
        /// b.
        var secret: String
        /// SHA-256 of v and of B.
        var verifierDigest: String
        var serverPublicDigest: String
        var signature: String
    }
    /// Shared secrets and scramblers with and without their highest bit, which decides how they are hashed.
    static let rows = [
        Row(
            salt: "ad328846aa18b32a335816374511cac1",
            clientPublic: """
                a90eb2d068fe723a98f76851faef7182c77ac8fcbf977aeba425d9bb10f2e5653ec87c87d65a1abf0ccba1b1c4405c58\
                444a51197b68884a5675e9ef825e3971f75680c10fd5585b38a67e6377f300f2661c1dc8100acace1e1a2a6490cdcd16\
                7db9de3e67de98ab5c0965d37d61b380b8c0e8cd515da69eca48f0e00adf66b361193b314d5e1e89188065c3b0d0be27\
                0b594375aa76e1d5b90c96336d024940160535648154c1534bae90e47e2eab25dfed182f81622c91b0fc3882d2ce7ada\
                367578494b9626e654e60e9fa22fd7499ee0071a0c0cc910e2fd45e96b69c64440679f7144cd7b6b07f2073aadac2f4d\
                62028e87f5a7fb0b0fedf8f86bf6c7d40bccb0ca363d1574f82d7538d9b790d047b090cb9b7962e9d8f17afa270d6467\
                42ab88c3878677983dc694aa4c700618da90ccc22c4fe8861837238909f90b95fd7a0df14863eb59d88b98dcb69a499c\
                213f66b76ef0d9cd86b1e6d8873be05560a9c56fa9cf85e2a7dae2bbfc28270f2a90f5d4f2d6192fdb44854801e52713
                """,
            secret: "4814d92093ac8a0f4a2163ab87dee509ba306a58f5888be0edcb2fcd0712028b",
            verifierDigest: "4a8f3998ed8c8b5ffbae735a375dd7efa7fb6dd786127b74fed1d18a4e2013b7",
            serverPublicDigest: "79d3b92ac88b9ec2aaa3dec34c98a858cc69119099923baf7d15861c1c7bff83",
            signature: "b9492a9b3d0f9deee758943a66995083e35d23bd6c1ec8d46c4045f7f8eef3eb"),
        Row(
            salt: "41242b9fae56fad4e6e77dfe33cb18d1",
            clientPublic: """
                07f2db2b01dcdcae868646be54fabbb0974440d739062afa29ba5be0cda4783bb77d6a6ddd47a5b6e10974b1462e32c7\
                761c2e4a45cc550b9f941e97c11cbde51ef12504a45f8dfad16bc5bed422bf5afde7de4f563c7c13a1e297b1a1b80502\
                ab38d6376a844676a384ab484779cc40329d55d5a5499a2d439199a39d88d9c8ed51853a01976274a796dcbbea0f6278\
                ecaa7eceea90a1e598870e936febc1069904b712b3310d82d6abc5a1fa0c5fa7a4152e1742bbc7d7d09113f4c92800ca\
                d343f90327f6141ddc3a3d363a681195e665d58390a0f6eb755203ae88494ffd4ca111137baa78168efb63cb692a9ff3\
                35fa0457d20a23cef4a9a920c5b07268466e4fe6a8116a73a971be29d80c40a1a657bc36f859ed2681977a6699f3a998\
                36794935c2b3b8aa4c325aedf6e0b803e8e0d51fbde5f3501dfc1dd73b90cd9b8cd4d67d846d4aa077f1ff88abdfbe61\
                a789ed7237060be2d460d6b96d5f22937577986e641e01b8c312abb86ebba5d5406a8f96c5f2b1d9cdfbb3e7e95139eb
                """,
            secret: "76a8277347f52530e1cf979175a178980b3a180d176165c985d85f7e142f1eed",
            verifierDigest: "75bdfbd78654e0b4934c4981068b757e75423ce95d44fd017d54cbcb2f8374d0",
            serverPublicDigest: "1a69e5d876674e1e74ef46417becdfaa2ee4bc78491cb57483f24db00f18f654",
            signature: "e9b16a2782b124d576822787211ddc2c22de6125d55abcb1b7da8e9a05d08b4b"),
        Row(
            salt: "5b840157e7e86aef3b3fd0fc24f3add3",
            clientPublic: """
                8b5ca473082c2a77c41edeb3a5af743b8901bae1f91bee8e109a18639ec03a8d6e067c0f0997e4062dfe83480ee7881b\
                0d13c2e9f68a30916a65426ddc2f592077c60b473f626e84b55af14d5e9bfaae586fbf34c8d4b9ff77347d3cd4aba713\
                7d7d96cef61cbd3663ee493c16a7165f991c305acdbc4b92639d6286cf43bb549a9ba6c5b326d8e8bf1745a8caabbef9\
                8fe20381ca798f08949f450a65169c1a84cd5bae169d6e304aa9e699157c87ef7b658f212ae5af4f02fc226f12b51674\
                729fe9d08fc0cf600ce9077fd737b6ecb18ce29367f4a896feb8cf1d898ae96360226751ed517b547cd615c950d96719\
                b8d982fa7fb0ac3ad6a2c6642884d626c14fe23d6833662021cf0d725f63fdc7e3b548b8867268b8d9284b0fa5639d5e\
                c4a6b70f9d247a830d66769c03df8b5e9c70bd5f308732d6eb58493bf3a658683555836488424fc9d24f75cd45f0eb3d\
                7051bae7faac5222d05522b418f46cd6f7fffb605a5ab10af47ecf00a8d89d8943a27a3ea278f9fca4677a5d0ba035d8
                """,
            secret: "486bacc5c2d8a71a73d51bf8e522deaa264ec2628dca2955da1e9b8e00f21943",
            verifierDigest: "de75a8096d545b5d48a0a1895ce7214194ed580163f41465bfc4b73d2a303f19",
            serverPublicDigest: "79c8a85c44aa986f636c7ffa42fcc29054a8ffd48f477447879b8313f86792bc",
            signature: "39d03a090488efb70649a057db19af044af44412678d3c5ac41e3b7acaa33420"),
        Row(
            salt: "ff521c8648fd7f877700f8236f9dbc46",
            clientPublic: """
                5079dff16c384c1ecaad50dcf2e28b5a338bb129f30cb935c99af4b896579f7d854f95f61deee8d1c660d3e97b7e7995\
                7af1eb47236f0c2f2b42e9dc2410d4526dacf42cde2d569dda4ca56186e3a4a3109c1161fd93aff29cd2a6945ba919b7\
                66faec93392a516a17eb69a44fed1fef8490ef1aca09c3e1aa06f7ef385730ade59132489e6ae723dc43ccf41a088231\
                87b8582faf3cf4f27e786981f92a8bb1a993ec5301a58a64d683f096b7b522b5dbd87f1ddd3214f65d240bdfe4ef9b74\
                3718fa2616987653270023c2f8926306795941e3786f0edd6d2c445207b1b1e2ca0efa39480df6a6da70553d96857889\
                4a0e7800262ca9e4242d4fdcf380bd4484f02f47f0a73cb6a105702f5b8d122e8f17343500a0d49704d45f4dce80dffa\
                0728fd62c5357d59f468f500f07e3710cba197cfb3b9dd4e0553d35dd53dfeead0dc160fd93ff6081b984e1b11b86c82\
                0450375e688734f12f7bd920df27305d0f4f497d8d7450b12b73cd93eef10a0d42dbaada4a5aaff948ba972f203ddce1
                """,
            secret: "8651b2bcef1776e9ebffd170feb1430004ad2b52e37c7b53489a31f431e1a7af",
            verifierDigest: "241841369f547ee7bcb3c137029022f3cbe1053721004549cc09cb37ead74937",
            serverPublicDigest: "a8e84bbcad6c45c83c4a3b4e5ec782fbf2a951343e294e67c99d821e9e353337",
            signature: "fd51def8eb5644f3c051e06fafc01ef97f22792542ba68396338ea8561eac422"),
    ]
    static let pool = "UserPool", user = "6a1f", password = "Pass-wörd 1!"
    static let timestamp = "Tue Feb 3 04:05:06 UTC 2026", block = Array("secret block".utf8)

    static func verifier(_ row: Row, password: String = password) throws -> PasswordVerifier {
        PasswordVerifier(
            password: password, user: user, pool: pool, salt: try #require(bytes(hexadecimal: row.salt)))
    }

    static func exchange(_ row: Row, password: String = password) throws -> ServerExchange {
        let password = try verifier(row, password: password)
        let clientPublic = try #require(bytes(hexadecimal: row.clientPublic))
        let secret = try #require(bytes(hexadecimal: row.secret))
        return try #require(ServerExchange(password: password, clientPublic: clientPublic, secret: secret))
    }

    @Test(arguments: rows) func `agrees with a client`(row: Row) throws {
        #expect(hexadecimal(SHA256.hash(try Self.verifier(row).verifier)) == row.verifierDigest)
        let exchange = try Self.exchange(row)
        #expect(hexadecimal(SHA256.hash(exchange.publicValue)) == row.serverPublicDigest)
        let signature = try #require(bytes(hexadecimal: row.signature))
        #expect(
            exchange.accepts(
                signature: signature, pool: Self.pool, user: Self.user, secretBlock: Self.block,
                timestamp: Self.timestamp))
    }

    @Test(arguments: rows) func `refuses what differs in anything`(row: Row) throws {
        let exchange = try Self.exchange(row)
        let signature = try #require(bytes(hexadecimal: row.signature))
        func accepts(
            _ exchange: ServerExchange = exchange, _ signature: [UInt8] = signature, pool: String = Self.pool,
            user: String = Self.user, block: [UInt8] = Self.block, timestamp: String = Self.timestamp
        ) -> Bool {
            exchange.accepts(
                signature: signature, pool: pool, user: user, secretBlock: block, timestamp: timestamp)
        }
        let other = try Self.exchange(row, password: "Pass-word 1!")
        #expect(!accepts(other))
        #expect(!accepts(exchange, []))
        #expect(!accepts(exchange, Array(signature.dropLast())))
        #expect(!accepts(pool: "OtherPool"))
        #expect(!accepts(user: "6a1e"))
        #expect(!accepts(block: Array("secret blocj".utf8)))
        #expect(!accepts(timestamp: "Tue Feb 3 04:05:07 UTC 2026"))
    }

    /// With A a multiple of N the shared secret would be 0 whatever the password.
    @Test func `refuses numbers that make the password meaningless`() throws {
        let verifier = try Self.verifier(Self.rows[0])
        let secret = [UInt8](repeating: 7, count: ServerExchange.secretBytes)
        let n = try #require(
            bytes(
                hexadecimal: """
                    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
                    EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
                    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
                    83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
                    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
                    15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
                    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
                    BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF
                    """))
        for clientPublic in [[], [0], n, [1] + [UInt8](repeating: 0, count: 384)] {
            #expect(ServerExchange(password: verifier, clientPublic: clientPublic, secret: secret) == nil)
        }
        #expect(ServerExchange(password: verifier, clientPublic: [0, 2], secret: secret) != nil)
    }

    @Test func `checks a password that is sent`() throws {
        let verifier = try Self.verifier(Self.rows[0])
        #expect(verifier.accepts(Self.password, user: Self.user, pool: Self.pool))
        #expect(!verifier.accepts("Pass-wörd 1", user: Self.user, pool: Self.pool))
        #expect(!verifier.accepts(Self.password, user: "6a1e", pool: Self.pool))
        #expect(!verifier.accepts(Self.password, user: Self.user, pool: "Other"))
    }
}
