import Digest
import Testing

/// Signatures that OpenSSL made of `a message`.
struct RSAPublicKeyTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var bits: Int
        var modulus: String
        var signature: String
        var testDescription: String { "\(bits) bits" }
    }
    static let vectors = [
        Vector(
            bits: 2048,
            modulus: """
                d71ea9fb350ce6fd35e9aa35a7ffb02ad8b6724707db857fa34e68474717fa2d20481b3a6684ddbee4eb04d435836878\
                0b10cbbd534f2abed71308b4a16940d753d8ba0119897573dee3244fddf3e80ee9fc0cfafcdd27bbd9c5218e86bafff7\
                9cff4e49953a349fe90b703af168355460129f47b4081960d49dd7a6f789c126b7fe998bafeaaeee1c3fa47cb713829a\
                f0ab4a3f529a6dd2631e46f282009222b7ec369b2a55b378235387ab5d3a44e2ed45b1b1846dac37d531b362d8d6aa43\
                4636cede523dcbc3cc00f26290c51060e2ccca56ca94dd5914121801283a5f253583fee3abeeec9dc053f8ea76f31f01\
                01399e70a666c6fd4bc0bb06547eaf29\

                """,
            signature: """
                40fc81387e6e89c91e1e2ee440ad66944bb0b9c5cdb9f90669762818a3e9e6433a7c128ef57a71245484a59bda89f39b\
                17b16c9302ae361e0b9ae655c3ab0eeec88b4a71a0b425dfce4389b45b869dcb8d0a14ba9996f9a154890e2a4434e1a5\
                46a1ef8ce677ee3af919ea26317094281defe2934341affdbb4694f3f76def465cc0d71b1f514a4e75905775eb8132a0\
                0e6858032fb96b8d6cc681982813933e321fbfe60aff26c792ced12343be918cda0691e69194b060c81b16f5726d34c9\
                107377fbdc808b1553e9cb2bf0c72c3dd1a71406654ed90f6195766f03a04e2b21891c3636ea641e09ba5a2a187725a7\
                11fca71e4d2b56a3135e63cb09bbccec\

                """),
        Vector(
            bits: 3072,
            modulus: """
                c3a4cdb99ed76ec249d7c257a30c302c51c6e8f6442ff9e73c911c9ea981cd67d2cba75c40951fd11e658d66be987483\
                05758b968a1ee9a71022cf7e7d1521ae77f3fe3693bfcff7629926aff2c422f367b9a1738f50775e838e220c0e6b02b2\
                9d841207d51ccfcd6956e9a57ca5eff447b31502809cbabe65c254ea23b4f8cd867605f98ba3e198531df1b3804d0878\
                4bf8f6f019f0590d830e6884dbadda3babd37c366c51aa1c8838c6e641bd547c897751abee94a3f3440dc95658885cc6\
                01aaac75bb7b9e7471f1ad6f70c72a2801ed342ba6c57414da44bfb9d96cb397535e9c1cb1f5ec654aa297a6dac83474\
                c70f64dd5eb10b8134ca4dfb3dcb1ed5d8fcd537727e1e10ee3413ab9ae7a9cacbb2bc0f6539d120def4c88fb7e28e53\
                d29a5242964e0a01d79000bca0b5166a7ad86b5811896c0952049b53c29d33bdb9840a256a0ded9f0adcffa6f08b022f\
                c0007a05a38d2fba8d7ae5f92b762dd511cfd1de472f76901845182b8d1ed2fe86a179265bf398ca08534abe90e0a309\

                """,
            signature: """
                b2270fb3e495be1455c85e0c35e522d53ec3bb3aafc8c80231d298e42bba9a802668ba51c91c3244ab6c8344bcac0d03\
                2c69f793f5f37f264434b0cd4b7a0edbd77d6a5cf026f5fefb42a7ebe5f9339cb431bfda43aa80d414eaf015a55b7cd2\
                c9cdb9fed13f0c9006f15b4354345e97625f2639158e78caffc85b93eafba405e2dd6fefb2f6950bfc6f418e78c90e9b\
                7afb28976eb082b8e0f518af31a8e5e6273b3666ca18ccab6a368085d6c5a6562f2336363e57a1b6e8b941a2acf778ef\
                fdc271edb746d4c5520f29494093debe580990d6df89cf732e2cb549bba393024340516888c8cd7dd26f51cd591f5b81\
                6f9c3cf23e48a376942bed0c9b3f52a85eec25e3834385bf9ec51e9c6ea37de4bd7f98a7718accbe58341fb5428c09ed\
                c7ffbca34f358fa2d2fc9467b4009da4f4bc31025d7ecc821bd3cec82090d7859100f3827303f3a64da8e67715cb6052\
                ebb7b2a73bba27bcdfd68ac2d829daa1a8581ec568e6930852bce143bc1107fb5dc2bbc2b630bc94e820f5256b38170d\

                """),
        Vector(
            bits: 4096,
            modulus: """
                b4fff94c0380bfe71f3ba01b3bebdd55136d1a12251113a974bb13ea4c525efbd192ea2daa47407c70ec433cb6f6a9eb\
                0be5570c5586fda29dc58a862198710c83e58de6d6319de0825039cb4a4f9cc6fb16b556fa4e5ea4f120a4aaacf8be81\
                387077060c66efe21f2320ede161a6071b09832e11d607ca7da56ea5b5fdc37d8a5d29357e66504a74581e23396e4f0b\
                741d9efd0ca215ed60eb23c4a1d45dbe0eb22004ffab9fc807c9e75c8d8337739e80690195fc024293ee09566cee5f38\
                ce43fdf6267d058b5458157db6dc4720eb6a484db0a0351efeec2428fc09b381e485f4480f571fe71f145c95b0eda019\
                c26219b8c9e940a1580a4fbc89b7b62fc7d134c314dcf0b7efe27fb7d644a0d23158d18444ce2ac28d20d961b39a4d72\
                84186a87e161da73c484e32d4d95109a029fafd24df3bea26b29293f699f4cf010a343861457fc1d2ff9a8c9388565ee\
                26d54f8e1dce5b7ab3f4bb856ac583cb38f9da52709db468599f57342d379973c3550f9a5022e8dba39d6db44d5d18ee\
                04f6a33f5e57a6a99463f5d6ebca1da568b8d5a044f4b0ece58f964c9c3e562c0a2e74ff431b721df77ed38d49492f94\
                99587aba67c2b0c50c44ace8b25e45215bc0b810c1b599f586a1c1e7f3cce44273e80b5144205e468291a98f68b61fe9\
                c26f41ee4414dd3eb6e7812969ffda41189a46183de31413a7bf377fce0fae0b\

                """,
            signature: """
                a341e2ba25769f05e71b945b6478dd6864a70d639aa4597f34d4fac560a066ec1c6795b318dd047a44fb89b174906e84\
                2135f59b0a7a82a253b7b7177435a46b7358a64d2e92569ea2ced5807db4423dc188fcc6e1e5c6a9772f74b83d5fff52\
                2af9af9dfc0b6eef97ef7806ea606ad6140199917fd3a9ab56100559e574db587edf92eb9656db436a8c6659d8e6a9e4\
                3676a463fa8449635cc2a005494755944475637324f075da37595c13c17fed9a57cae3887aae8832e958d3e61be6b19f\
                0a7207413195bf3bf8bdfd70db3795d0e4079927f08af087f91a5498bb8ff67eccdf9e139c8d744de078f83318ca25f5\
                ecdb57f70234ad5745eb234d98912b80cf68e367c64b8b1fd7e0615d47fab60e32ccfccc79525d805920f50f0c4cfad7\
                44af3d570381a605fda8c13a94be94a75a0a4c98f4a44f4032e6e2296cf608f33b172314e4b1b29b79101406309c8cbb\
                1fd37170c052300f9f26e75d11b92915c5dc55769b40a12cc52a9a1fab3b0de63281643b13c914355465f9f980ece0c7\
                f119a9cd7b074e72d0c1d93534001aca7d647a4023cf83796f6571fac4a28bd8c07b4ef066346038e46134d0f6c465bd\
                798ae99026e0ec5b2a54c240ae0619568d9e314bfc6bcb5b8bcb3a83adc37e2668cbdbf191017068817d15f5b89e9684\
                d3102ea4e365b7b00edd048972508ceebbbbdf45d3c67a7e9f715d146976aaa0\

                """),
    ]
    static let exponent: [UInt8] = [1, 0, 1]
    static let message = Array("a message".utf8)

    static func bytes(_ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)!
        }
    }

    @Test(arguments: vectors) func `verifies what OpenSSL signed, and nothing else`(vector: Vector) throws {
        let (modulus, signature) = (Self.bytes(vector.modulus), Self.bytes(vector.signature))
        let key = try #require(RSAPublicKey(modulus: modulus, exponent: Self.exponent))
        #expect(key.verifies(signature, of: Self.message))
        // As DER writes it.
        let padded = try #require(RSAPublicKey(modulus: [0] + modulus, exponent: [0] + Self.exponent))
        #expect(padded.verifies(signature, of: Self.message))
        #expect(!key.verifies(signature, of: Array("a massage".utf8)))
        for index in stride(from: 0, to: signature.count, by: 37) {
            var forged = signature
            forged[index] ^= 1
            #expect(!key.verifies(forged, of: Self.message))
        }
        #expect(!key.verifies([], of: Self.message))
        #expect(!key.verifies([0] + signature, of: Self.message))
        #expect(!key.verifies(Array(signature.dropLast()), of: Self.message))
        #expect(!key.verifies(modulus, of: Self.message))
        #expect(!key.verifies([UInt8](repeating: 0, count: signature.count), of: Self.message))
    }

    @Test func `another exponent, another key`() throws {
        let vector = Self.vectors[0]
        for exponent: [UInt8] in [[3], [17], [1, 0, 3]] {
            let key = try #require(RSAPublicKey(modulus: Self.bytes(vector.modulus), exponent: exponent))
            #expect(!key.verifies(Self.bytes(vector.signature), of: Self.message))
        }
    }

    static let small = [UInt8](repeating: 0xff, count: 255)
    static let large = [UInt8](repeating: 0xff, count: 513)
    static let even = [UInt8](repeating: 0xff, count: 255) + [0xfe]
    static let odd = [UInt8](repeating: 0xff, count: 256)
    @Test(
        arguments: [
            (small, exponent), (large, exponent), (even, exponent), ([0x7f] + small, exponent), ([], exponent),
            (odd, []), (odd, [1]),
            (odd, [4]), (odd, [1, 0, 0, 0, 1]),
        ] as [([UInt8], [UInt8])])
    func `a weak or broken key is none`(modulus: [UInt8], exponent: [UInt8]) {
        #expect(RSAPublicKey(modulus: modulus, exponent: exponent) == nil)
    }
}
